// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/attention_kinks.hpp"

#include "properties/engine/cases/attention_spec.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

constexpr double far = std::numeric_limits<double>::infinity();

/// Three keys of two numbers, ω the identity, so that the arguments are the keys.
AttentionInputs<long double> keys_of(const std::vector<double>& keys, Stabiliser stabiliser) {
  AttentionSpec spec;
  spec.length = 3;
  spec.width = 2;
  spec.feature_map.kind = FeatureKind::favor_plus;
  AttentionInputs<double> inputs = materialise(spec);
  inputs.conventions.key_stabiliser = stabiliser;
  inputs.conventions.stabiliser_detached = false;
  std::copy(keys.begin(), keys.end(), inputs.k.values().begin());
  std::fill(inputs.omega.values().begin(), inputs.omega.values().end(), 0.0);
  inputs.omega(0, 0)(0, 0) = 1.0;
  inputs.omega(0, 0)(1, 1) = 1.0;
  return converted<long double>(inputs);
}

TEST(ClearanceOfKinks, IsZeroInAllRowsThatHoldTheMaximum) {
  const auto inputs = keys_of({4, 1, 4, 2, 1, 1}, Stabiliser::over_length);
  EXPECT_EQ(clearance_of_kinks(inputs, false), (std::vector{0.0, 0.0, 3.0 / 5.0}));
  EXPECT_EQ(clearance_of_kinks(inputs, true), (std::vector{far, far, far})) << "no stabiliser";
}

TEST(ClearanceOfKinks, IsTheDistanceToTheNextArgument) {
  EXPECT_EQ(clearance_of_kinks(keys_of({4, 1, 3, 2, 1, 1}, Stabiliser::over_length), false),
            (std::vector{1.0 / 7.0, 1.0 / 7.0, 3.0 / 5.0}));
  EXPECT_EQ(clearance_of_kinks(keys_of({4, 4, 0, 0, 1, 1}, Stabiliser::over_all), false),
            (std::vector{0.0, 1.0, 3.0 / 5.0}));
}

TEST(ClearanceOfKinks, NeedsNoProjection) {
  auto inputs = keys_of({4, 1, 3, 2, 1, 1}, Stabiliser::over_length);
  inputs.feature_map.kind = FeatureKind::exponential;
  inputs.omega = {};
  EXPECT_EQ(clearance_of_kinks(inputs, false), (std::vector{1.0 / 7.0, 1.0 / 7.0, 3.0 / 5.0}));
}

TEST(ClearanceOfKinks, LeavesOutMaskedKeys) {
  auto inputs = keys_of({4, 1, 4, 2, 1, 1}, Stabiliser::over_length);
  inputs.key_mask = {1, 0, 1};
  EXPECT_EQ(clearance_of_kinks(inputs, false), (std::vector{3.0 / 5.0, far, 3.0 / 5.0}));
}

TEST(ClearanceOfKinks, IsInfiniteWithoutAGradientOfTheMaximum) {
  auto inputs = keys_of({4, 1, 4, 2, 1, 1}, Stabiliser::over_length);
  inputs.conventions.stabiliser_detached = true;
  EXPECT_EQ(clearance_of_kinks(inputs, false), (std::vector{far, far, far}));
}

TEST(ClearanceOfKinks, ComparesRowsOfUnitLength) {
  auto inputs = keys_of({3, 4, 30, 40, 1, 0}, Stabiliser::over_length);
  inputs.conventions.unit_length = UnitLength::row;
  const std::vector<double> clearance = clearance_of_kinks(inputs, false);
  EXPECT_NEAR(clearance[0], 0.2 / 1.8, 1e-15);
  EXPECT_NEAR(clearance[2], 0.2 / 1.8, 1e-15);
}

}  // namespace
}  // namespace slim::properties
