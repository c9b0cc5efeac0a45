// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/own_sums.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>

namespace slim::properties {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// One row of two features of x = (x_0, x_1), with slopes [m][i] and their errors.
OwnRows one_row(const std::array<double, 4>& slopes, const std::array<double, 4>& errors) {
  OwnRows rows;
  rows.values = Heads<double>({.batch = 1, .heads = 1, .rows = 1, .cols = 2}, MemoryTag::result);
  rows.noise = rows.values;
  rows.slopes = Heads<double>({.batch = 1, .heads = 1, .rows = 1, .cols = 4}, MemoryTag::result);
  rows.slope_errors = rows.slopes;
  std::ranges::copy(slopes, rows.slopes.values().begin());
  std::ranges::copy(errors, rows.slope_errors.values().begin());
  return rows;
}

Heads<double> features(double first, double second) {
  Heads<double> dG({.batch = 1, .heads = 1, .rows = 1, .cols = 2}, MemoryTag::result);
  dG.values()[0] = first;
  dG.values()[1] = second;
  return dG;
}

TEST(OwnPullback, IsTheSumOverFeatures) {
  const OwnRows rows = one_row({1, 2, 3, 4}, {0.5, 0.25, 0.125, 0.0});
  const Heads<double> dX = own_pullback(rows, features(1, -1), 2);
  EXPECT_EQ(dX.values()[0], -2.0);
  EXPECT_EQ(dX.values()[1], -2.0);
  const Heads<double> errors = own_slope_error(rows, features(2, -4), 2);
  EXPECT_EQ(errors.values()[0], 1.5);
  EXPECT_EQ(errors.values()[1], 0.5);
}

TEST(OwnPullback, IsUnknownWhereNoSlopeWasAskedEvenIfItsCotangentIsZero) {
  const OwnRows rows = one_row({1, 0, 3, 0}, {0.5, infinity, 0.125, infinity});
  const Heads<double> errors = own_slope_error(rows, features(0, 0), 2);
  EXPECT_EQ(errors.values()[0], 0.0);
  EXPECT_EQ(errors.values()[1], infinity);
}

}  // namespace
}  // namespace slim::properties
