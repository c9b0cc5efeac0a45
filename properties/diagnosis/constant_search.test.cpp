// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/constant_search.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace slim::properties {
namespace {

TEST(ConstantSearch, FindsAMinimumOnALogarithmicScale) {
  for (const double bottom : {1e-20, 5e-6, 0.0123, 2e4}) {
    const auto distance = [bottom](double x) { return std::abs(std::log(x / bottom)); };
    const ConstantFound decade = best_decade(distance, 1e-20, 1e8);
    EXPECT_LE(decade.distance, std::log(10.0) / 2.0 + 1e-9) << bottom;
    EXPECT_NEAR(best_constant(distance, decade.constant) / bottom, 1.0, 1e-6) << bottom;
  }
  EXPECT_EQ(rounded_to_digits(4.9996e-6, 1), 5e-6);
  EXPECT_EQ(rounded_to_digits(0.01234, 3), 0.0123);
}

}  // namespace
}  // namespace slim::properties
