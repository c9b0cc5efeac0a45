// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/model/model.hpp"

#include "reference/vocabulary/model/parameters.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace slim {
namespace {

std::string refusal_of_model(const Model& model) {
  try {
    require_valid(model);
  } catch (const ContractError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(FeatureMapName, SurvivesARoundTrip) {
  for (const char* text : {"sqr", "relu", "elu+1", "abs", "favor+_1", "favor+_12"}) {
    EXPECT_EQ(name(parse_feature_map(text)), text);
  }
  EXPECT_EQ(parse_feature_map("square"), parse_feature_map("sqr"));
}

TEST(FeatureMapName, IsRejectedWithAListOfAllowedNames) {
  for (const char* text : {"", "sqr ", "SQR", "favor+", "favor+_", "favor+_0", "favor+_-1",
                           "favor+_1x", "favor+_1025", "favor+_99999999999999999999"}) {
    try {
      parse_feature_map(text);
      ADD_FAILURE() << text;
    } catch (const ContractError& error) {
      EXPECT_NE(std::string(error.what()).find("favor+_m"), std::string::npos);
    }
  }
}

TEST(NormName, SurvivesARoundTrip) {
  for (const char* text : {"branch-output", "branch-input"}) {
    EXPECT_EQ(name(parse_norm(text)), text);
  }
  EXPECT_THROW(parse_norm("pre"), ContractError);
}

TEST(Model, HasHeadsOfEqualWidthAndFavorFeaturesInBlocks) {
  const Model model{
      .hidden_dim = 12, .heads = 3, .feature_map = {.kind = FeatureKind::favor_plus, .blocks = 2}};
  EXPECT_EQ(model.head_dim(), 4);
  EXPECT_EQ(model.features(), 8);
}

TEST(Model, IsRejectedWithTheNameOfTheInvalidField) {
  EXPECT_EQ(refusal_of_model({}), "accepted");
  EXPECT_NE(refusal_of_model({.vocab_size = 0}).find("vocab_size"), std::string::npos);
  EXPECT_NE(refusal_of_model({.hidden_dim = 6}).find("multiple of 4"), std::string::npos);
  EXPECT_NE(refusal_of_model({.hidden_dim = 8, .heads = 3}).find("multiple of heads"),
            std::string::npos);
  EXPECT_NE(refusal_of_model({.layers = 4097}).find("layers"), std::string::npos);
  EXPECT_NE(refusal_of_model({.ffn_dim = -1}).find("ffn_dim"), std::string::npos);
  EXPECT_NE(refusal_of_model({.hidden_dim = Index{1} << 31}).find("2^40"), std::string::npos);
  EXPECT_NE(
      refusal_of_model({.conventions = {.layer_norm_epsilon = std::nan("")}}).find("layer_norm"),
      std::string::npos);
  EXPECT_NE(refusal_of_model({.conventions = {.position_base = 0.0}}).find("position_base"),
            std::string::npos);
}

TEST(Parameters, AreInNamedAlignedSlotsOfOneBlock) {
  const Model model{.vocab_size = 3, .hidden_dim = 4, .layers = 2, .ffn_dim = 5};
  const auto slots = parameter_slots(model);
  EXPECT_EQ(slots.size(), 3U + 2 * 14);
  EXPECT_EQ(slots[0].name, "input_map.weight");
  EXPECT_EQ(slots[17].name, "layers.1.attention.q_map.weight");
  Index end = 0;
  for (const ParameterSlot& slot : slots) {
    EXPECT_EQ(slot.offset % 16, 0);
    EXPECT_GE(slot.offset, end);
    end = slot.offset + slot.size();
  }
  // 3·2 + (3·4 + 3) + 2·(3·(16 + 4) + (20 + 5) + (20 + 4) + 4·4)
  EXPECT_EQ(parameter_count(model), 6 + 15 + 2 * (60 + 25 + 24 + 16));
}

TEST(Parameters, ProvideViewsIntoTheirBlock) {
  const Model model{.vocab_size = 3, .hidden_dim = 4, .layers = 1, .ffn_dim = 5};
  Parameters<float> theta(model, MemoryTag::parameters);
  theta.layer(0).V_map.weight(3, 4) = 7.0F;
  theta.layer(0).layernorm2.bias(1) = 8.0F;
  for (const ParameterSlot& slot : theta.slots()) {
    const auto values = theta.values(slot);
    const float sum = std::accumulate(values.begin(), values.end(), 0.0F);
    EXPECT_EQ(sum, slot.name == "layers.0.V_map.weight"      ? 7.0F
                   : slot.name == "layers.0.layernorm2.bias" ? 8.0F
                                                             : 0.0F);
  }
}

TEST(Parameters, OfFourThousandLayersCanBeListed) {
  const Model model{.vocab_size = 2, .hidden_dim = 4, .layers = 4096, .ffn_dim = 1};
  EXPECT_EQ(parameter_slots(model).size(), 3U + 14 * 4096);
}

}  // namespace
}  // namespace slim
