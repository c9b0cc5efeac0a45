// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/attention_design.hpp"

#include "properties/laws/attention/attention_law.hpp"
#include "reference/vocabulary/model/own_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <tuple>

namespace slim::properties {
namespace {

/// The claims of a kernel with two maps.
AttentionSpace usual_space() {
  return {.feature_maps = {FeatureKind::favor_plus, FeatureKind::relu},
          .given_features = false,
          .bidirectional = true};
}

std::vector<AttentionSpec> specs_of(const AttentionDesign& design) {
  std::vector<AttentionSpec> specs;
  for (int row = 0; row < design.rows(); ++row) specs.push_back(design.spec(row, 0));
  return specs;
}

TEST(AttentionDesign, HasEverydayShapesInBothDirections) {
  const AttentionDesign design(usual_space());
  EXPECT_EQ(design.everyday_rows(), 8);
  std::set<std::pair<Index, bool>> wide;
  for (int row = 0; row < design.everyday_rows(); ++row) {
    const AttentionSpec spec = design.spec(row, 0);
    EXPECT_GE(spec.length, 63);
    EXPECT_GE(std::min(spec.width, spec.value_width), 15);
    if (spec.length >= 127 && spec.width >= 63 && spec.value_width >= 63) {
      wide.insert({spec.length, spec.causal});
    }
  }
  EXPECT_EQ(wide.size(), 4U);
}

TEST(AttentionDesign, CoversMapsInBothDirectionsAndInputsTogetherWithLengths) {
  const std::vector<AttentionSpec> specs = specs_of(AttentionDesign(usual_space()));
  std::set<std::tuple<FeatureKind, bool>> paths;
  std::set<std::tuple<bool, bool, bool>> inputs;
  std::set<KeyMask> masks;
  for (const AttentionSpec& spec : specs) {
    if (spec.length < 511) continue;
    paths.insert({spec.feature_map.kind, spec.causal});
    inputs.insert({spec.mask != KeyMask::none, spec.has_start, spec.has_end_cotangent});
    masks.insert(spec.mask);
  }
  EXPECT_EQ(paths.size(), 4U);
  EXPECT_EQ(inputs.size(), 8U);
  EXPECT_GE(masks.size(), 7U);
}

TEST(AttentionDesign, HasManyHeadsAndSequences) {
  const std::vector<AttentionSpec> specs = specs_of(AttentionDesign(usual_space()));
  EXPECT_GE(std::ranges::max(specs, {}, &AttentionSpec::heads).heads, 12);
  EXPECT_GE(std::ranges::max(specs, {}, &AttentionSpec::batch).batch, 12);
}

std::vector<std::vector<int>> kept_keys(KeyMask mask, Index batch) {
  AttentionSpec spec{.length = 4, .batch = batch};
  spec.mask = mask;
  const AttentionInputs<double> inputs = materialise(spec);
  std::vector<std::vector<int>> kept(static_cast<std::size_t>(batch));
  for (std::size_t i = 0; i < inputs.key_mask.size(); ++i) {
    if (inputs.key_mask[i] != 0) kept[i / 4].push_back(static_cast<int>(i % 4));
  }
  return kept;
}

TEST(KeyMasks, AreThoseOfPaddedBatches) {
  using Kept = std::vector<std::vector<int>>;
  EXPECT_EQ(kept_keys(KeyMask::ragged, 2), (Kept{{0, 1}, {0, 1, 2, 3}}));
  EXPECT_EQ(kept_keys(KeyMask::one_empty, 2), (Kept{{0, 1, 2, 3}, {}}));
  EXPECT_EQ(kept_keys(KeyMask::one_empty, 1), (Kept{{1, 2, 3}}));
  EXPECT_EQ(kept_keys(KeyMask::first_only, 2), (Kept{{0}, {0}}));
}

TEST(AllDigits, AreThoseOfADoubleInEveryFourthCase) {
  int beyond_float32 = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    AttentionSpec spec{.length = 2};
    spec.seed = seed;
    const AttentionInputs<double> inputs = materialise(laws::with_all_digits_at_times(spec));
    if (has_digits_beyond_float32(inputs)) ++beyond_float32;
    EXPECT_FALSE(has_digits_beyond_float32(materialise(spec)));
  }
  EXPECT_EQ(beyond_float32, 2);
}

TEST(AllDigits, AreRoundedForFloat32) {
  AttentionSpec spec{.length = 2};
  spec.all_digits = true;
  AttentionEvidence evidence(materialise(spec));
  const double exact = to_double(evidence.exact(Scalar::float64).q.values()[0]);
  EXPECT_EQ(exact, evidence.given().q.values()[0]);
  EXPECT_EQ(to_double(evidence.exact(Scalar::float32).q.values()[0]), static_cast<float>(exact));
  EXPECT_NE(exact, static_cast<float>(exact));
}

/// A map with `each` features for every column.
class Repeated final : public OwnMap {
 public:
  explicit Repeated(Index each) : each_(each) {}
  [[nodiscard]] Index features(Index arguments) const override { return each_ * arguments; }
  [[nodiscard]] std::shared_ptr<const OwnRows> rows(const OwnQuestion& /*q*/) const override {
    return nullptr;
  }

 private:
  Index each_;
};

TEST(AttentionDesign, IsNotThatOfAnEarlierMapAtTheSameAddress) {
  std::optional<Repeated> map;
  const auto has_features_of_choice = [&] {
    const AttentionDesign& design = attention_design(
        {.feature_maps = {FeatureKind::own}, .own_map = &*map, .given_features = false});
    return std::ranges::any_of(design.goal().factors, [](const SizeGoal::Factor& factor) {
      return factor.extent == Extent::features && !factor.classes.empty();
    });
  };
  map.emplace(1);
  EXPECT_TRUE(has_features_of_choice());
  map.emplace(2);
  EXPECT_FALSE(has_features_of_choice());
}

}  // namespace
}  // namespace slim::properties
