#include "reference/vocabulary/draw.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace slim {
namespace {

const Model model{.vocab_size = 7,
                  .hidden_dim = 8,
                  .layers = 2,
                  .ffn_dim = 5,
                  .heads = 2,
                  .feature_map = {.kind = FeatureKind::favor_plus, .blocks = 2}};

TEST(Draw, GivesFloat32ValuesThatEveryScalarStartsFrom) {
  const auto theta = draw_parameters(model, 1);
  const auto omega = draw_projection(model, 1);
  for (const double x : theta.values()) {
    ASSERT_EQ(x, static_cast<double>(static_cast<float>(x)));
  }
  for (const double x : omega.values()) {
    ASSERT_EQ(x, static_cast<double>(static_cast<float>(x)));
  }
}

TEST(Draw, DependsOnItsSeedAlone) {
  EXPECT_TRUE(
      std::ranges::equal(draw_parameters(model, 1).values(), draw_parameters(model, 1).values()));
  EXPECT_FALSE(
      std::ranges::equal(draw_parameters(model, 1).values(), draw_parameters(model, 2).values()));
}

TEST(Draw, KeepsATensorsNumbersWhenOthersCome) {
  Model deeper = model;
  deeper.layers = 3;
  const auto theta = draw_parameters(model, 1);
  const auto more = draw_parameters(deeper, 1);
  EXPECT_TRUE(theta.layer(1).U_map.weight == more.layer(1).U_map.weight);
}

TEST(Draw, GivesTokensOfTheVocabularyAllOfThem) {
  const Sequences sequences = draw_sequences(2, 100, 7, 1);
  EXPECT_NO_THROW(require_valid(sequences, 7));
  for (std::int32_t token = 0; token < 7; ++token) {
    EXPECT_GT(std::ranges::count(sequences.tokens(0), token), 0);
  }
}

}  // namespace
}  // namespace slim
