// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/restrictions.hpp"

#include "properties/engine/cases/attention_design.hpp"

#include <gtest/gtest.h>

namespace slim::properties {
namespace {

std::string beyond(const Restrictions& limits, const AttentionSpec& spec) {
  return beyond(limits, RestrictedSizes{.heads = spec.heads,
                                        .length = spec.length,
                                        .width = spec.width,
                                        .features = spec.features(),
                                        .value_width = spec.value_width});
}

const std::vector<Restrictions> some_restrictions = {
    {.values_as_keys = true},
    {.length_multiple = 48},
    {.heads = 4, .width = 24, .values_as_keys = true},
    {.least_width = 2, .feature_multiple = 2},
    {.width_multiple = 3, .feature_multiple = 4, .shared_projection = true},
    {.features = 16},
    {.width = 8, .features = 16, .value_width = 5},
    {.features_as_keys = true},
    {.least_width = 2, .values_as_features = true}};

TEST(Restrictions, EveryDesignedCaseIsWithinThemAndEverySizeIsCovered) {
  for (const Restrictions& limits : some_restrictions) {
    const AttentionDesign& design =
        attention_design({.feature_maps = {FeatureKind::relu, FeatureKind::favor_plus},
                          .bidirectional = true,
                          .restrictions = limits});
    SizeCoverage coverage(design.goal());
    for (int row = 0; row < design.rows(); ++row) {
      const AttentionSpec spec = design.spec(row, 0);
      EXPECT_EQ(beyond(limits, spec), "") << to_words(limits);
      EXPECT_EQ(within(limits, spec), spec) << to_words(limits);
      coverage.add(extents_of(spec));
    }
    EXPECT_EQ(coverage.missing(), std::vector<std::string>()) << to_words(limits);
    EXPECT_GT(coverage.possible(), 100) << to_words(limits);
    EXPECT_EQ(design.goal().restrictions, to_words(limits));
  }
}

TEST(Restrictions, MoveSizesToTheNearestAllowedOnes) {
  const AttentionSpec small{.length = 5, .width = 1, .value_width = 3, .cut = 2};
  EXPECT_EQ(within({.length_multiple = 4}, small).length, 8);
  EXPECT_EQ(within({.length_multiple = 4}, small).cut, 4);
  EXPECT_EQ(within({.length_multiple = 4}, {.length = 3}).length, 12) << "three blocks";
  EXPECT_EQ(within({.least_width = 2, .values_as_keys = true}, small).value_width, 2);
  EXPECT_EQ(within({.feature_multiple = 6}, small).width, 6);
  AttentionSpec favor = small;
  favor.feature_map = {.kind = FeatureKind::favor_plus, .blocks = 1};
  favor.width = 3;
  EXPECT_EQ(within({.feature_multiple = 2}, favor).features(), 6);
  EXPECT_EQ(within({.feature_multiple = 2}, favor).width, 3);
}

TEST(Restrictions, ShareOneProjection) {
  AttentionSpec spec{.heads = 3, .width = 2};
  spec.feature_map = {.kind = FeatureKind::favor_plus, .blocks = 2};
  EXPECT_NE(materialise(spec).omega(0, 0), materialise(spec).omega(0, 2));
  const AttentionInputs<double> shared = materialise(within({.shared_projection = true}, spec));
  EXPECT_EQ(shared.omega(0, 0), shared.omega(0, 2));
}

TEST(Restrictions, AreNamed) {
  const Restrictions limits{
      .heads = 2, .least_width = 2, .length_multiple = 64, .values_as_keys = true};
  EXPECT_EQ(to_words(limits), "H = 2, D at least 2, L a multiple of 64, D_v = D");
  EXPECT_EQ(beyond(limits, RestrictedSizes{2, 65, 4, 4, 4}), "L = 65 is no multiple of 64");
  EXPECT_EQ(beyond(limits, RestrictedSizes{1, 64, 4, 4, 4}), "H = 1 is not 2");
  EXPECT_EQ(beyond(limits, RestrictedSizes{2, 64, 4, 4, 3}), "D_v = 3 is not 4");
  EXPECT_EQ(beyond(limits, RestrictedSizes{2, 64, 1, 1, 1}), "D = 1 is less than 2");
  EXPECT_EQ(to_words(Restrictions()), "");
}

}  // namespace
}  // namespace slim::properties
