// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/underflowing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace slim::reference {
namespace {

Underflowing as_input(double x) {
  return Underflowing(Digits50(x));
}

TEST(Underflowing, LosesOneUnitPerOperationAndNothingInConstants) {
  EXPECT_EQ(static_cast<double>(Underflowing(3.0).lost()), 0.0);
  EXPECT_EQ(static_cast<double>(as_input(3.0).lost()), 1.0);
  EXPECT_EQ(static_cast<double>((Underflowing(3.0) + Underflowing(4.0)).lost()), 1.0);
  EXPECT_EQ(static_cast<double>((as_input(3.0) - as_input(4.0)).lost()), 3.0);
}

TEST(Underflowing, ScalesALossByTheOtherFactor) {
  EXPECT_EQ(static_cast<double>((as_input(3.0) * as_input(-5.0)).lost()), 9.0);  // 3 + 5 + 1
  EXPECT_EQ(static_cast<double>((as_input(3.0) / as_input(0.5)).lost()),
            15.0);  // (1 + 6) / 0.5 + 1
  EXPECT_DOUBLE_EQ(static_cast<double>(exp(as_input(2.0)).lost()), std::exp(2.0) + 1.0);
}

TEST(Underflowing, IsNotReducedByCancellation) {
  const Underflowing zero = as_input(1e20) - as_input(1e20);
  EXPECT_EQ(static_cast<double>(zero.value()), 0.0);
  EXPECT_DOUBLE_EQ(static_cast<double>((zero * as_input(1.0)).lost()), 2e20);
}

/// exp(-200) is below every float: the loss is the whole value, and the bound is larger.
TEST(Underflowing, BoundsTheLossOfAFloat) {
  const Underflowing tiny = exp(Underflowing(-200.0)) * Underflowing(1e20);
  const double least = std::numeric_limits<float>::min();
  const auto rounded = static_cast<double>(std::exp(-200.0F) * 1e20F);
  EXPECT_LE(std::abs(rounded - static_cast<double>(tiny)),
            least * static_cast<double>(tiny.lost()));
}

}  // namespace
}  // namespace slim::reference
