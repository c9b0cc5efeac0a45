// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/model/draw.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace slim {
namespace {

const Model small_model{.vocab_size = 7,
                        .hidden_dim = 8,
                        .layers = 2,
                        .ffn_dim = 5,
                        .heads = 2,
                        .feature_map = {.kind = FeatureKind::favor_plus, .blocks = 2}};

TEST(Draw, ReturnsFloat32Values) {
  const auto theta = draw_parameters(small_model, 1);
  const auto omega = draw_projection(small_model, 1);
  for (const double x : theta.values()) {
    ASSERT_EQ(x, static_cast<double>(static_cast<float>(x)));
  }
  for (const double x : omega.values()) {
    ASSERT_EQ(x, static_cast<double>(static_cast<float>(x)));
  }
}

TEST(Draw, TakesIndependentProjectionsFromOneStreamWithARangePerHead) {
  // Seeds of earlier records must keep their bits.
  const auto omega = draw_projection(small_model, 1);
  const Random random(1, stream_named("projection"));
  for (std::size_t i = 0; i < omega.values().size(); ++i) {
    ASSERT_EQ(omega.values()[i], static_cast<double>(static_cast<float>(random.normal(i))));
  }
}

TEST(Draw, GivesEachHeadItsOwnOrthogonalBlocks) {
  const auto omega = draw_projection(small_model, 1, ProjectionKind::orthogonal);
  const Index d = small_model.head_dim();
  for (Index r = 0; r < small_model.layers; ++r) {
    for (Index h = 0; h < small_model.heads; ++h) {
      const Matrix<double> block = omega.head(r, h).leftCols(d);
      const Matrix<double> gram = block.transpose() * block;
      const Matrix<double> expected = static_cast<double>(d) * Matrix<double>::Identity(d, d);
      EXPECT_TRUE(((gram - expected).array().abs() <= 1e-6).all());
    }
  }
  EXPECT_FALSE(omega.head(0, 0).isApprox(omega.head(0, 1), 0.1));
  EXPECT_FALSE(omega.head(0, 0).isApprox(omega.head(1, 0), 0.1));
}

TEST(Draw, DependsOnlyOnItsSeed) {
  EXPECT_TRUE(std::ranges::equal(draw_parameters(small_model, 1).values(),
                                 draw_parameters(small_model, 1).values()));
  EXPECT_FALSE(std::ranges::equal(draw_parameters(small_model, 1).values(),
                                  draw_parameters(small_model, 2).values()));
}

TEST(Draw, KeepsTheNumbersOfATensorWhenOthersAreAdded) {
  Model deeper = small_model;
  deeper.layers = 3;
  const auto theta = draw_parameters(small_model, 1);
  const auto more = draw_parameters(deeper, 1);
  EXPECT_TRUE(theta.layer(1).U_map.weight == more.layer(1).U_map.weight);
}

TEST(Draw, ReturnsEveryTokenOfTheVocabulary) {
  const Sequences sequences = draw_sequences(2, 100, 7, 1);
  EXPECT_NO_THROW(require_valid(sequences, 7));
  for (std::int32_t token = 0; token < 7; ++token) {
    EXPECT_GT(std::ranges::count(sequences.tokens(0), token), 0);
  }
}

}  // namespace
}  // namespace slim
