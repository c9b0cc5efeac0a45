// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/perturbed.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace slim::reference {
namespace {

double moved(const Perturbed& x) {
  return static_cast<double>(x.moved());
}

TEST(Perturbed, IsUnchangedWithoutPerturbation) {
  EXPECT_EQ(moved(exp(Perturbed(3.0) / Perturbed(7.0) - sqrt(Perturbed(2.0)))), 0.0);
  EXPECT_EQ(moved(sqrt(Perturbed(0.0))), 0.0);
}

TEST(Perturbed, ChangesByItsDerivativeTimesThePerturbation) {
  const Perturbed x(2.0L, 1e-3L);
  EXPECT_DOUBLE_EQ(moved(x - Perturbed(5.0)), 1e-3);
  EXPECT_DOUBLE_EQ(moved(x * Perturbed(-5.0)), 5e-3);
  EXPECT_DOUBLE_EQ(moved(x / Perturbed(4.0)), 0.25e-3);
  EXPECT_DOUBLE_EQ(moved(Perturbed(6.0) / x), 1.5e-3);  // 6/x², x = 2
  EXPECT_DOUBLE_EQ(moved(exp(x)), std::exp(2.0) * 1e-3);
  EXPECT_DOUBLE_EQ(moved(sqrt(x)), 1e-3 / (2.0 * std::sqrt(2.0)));
  EXPECT_DOUBLE_EQ(moved(-x), 1e-3);
}

/// Each input may change in the worse direction.
TEST(Perturbed, AddsChangesWhateverTheirSigns) {
  const Perturbed x(2.0L, 1e-3L);
  const Perturbed y(2.0L, 1e-4L);
  EXPECT_DOUBLE_EQ(moved(x - y), 1.1e-3);
  EXPECT_DOUBLE_EQ(moved(x * y), 2.2e-3);
  EXPECT_DOUBLE_EQ(moved(x / y), 1.1e-3 / 2.0);
}

}  // namespace
}  // namespace slim::reference
