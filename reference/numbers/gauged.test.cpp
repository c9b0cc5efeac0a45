// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/gauged.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

using Gauge = Gauged<double>;

TEST(Gauged, AddsMagnitudesUnderCancellation) {
  const Gauge one(1.0);
  const Gauge difference = one - Gauge(3.0) * one + Gauge(2.0);
  EXPECT_EQ(difference.value(), 0.0);
  EXPECT_EQ(difference.gauge(), 6.0);
  EXPECT_EQ((-difference).gauge(), 6.0);
}

TEST(Gauged, IsTheMagnitudeWithoutCancellation) {
  const Gauge x = (Gauge(2.0) + Gauge(6.0)) * Gauge(3.0) / Gauge(4.0);
  EXPECT_EQ(x.value(), 6.0);
  EXPECT_EQ(x.gauge(), 6.0);
  EXPECT_EQ(sqrt(Gauge(9.0)).gauge(), 3.0);
}

TEST(Gauged, GrowsAfterDivisionByADifference) {
  const Gauge small = Gauge(5.0) - Gauge(4.0);  // 1, gauge 9
  EXPECT_EQ((Gauge(2.0) / small).gauge(), 18.0);
}

TEST(Gauged, TurnsAnErrorInAnExponentIntoARelativeOne) {
  EXPECT_DOUBLE_EQ(exp(Gauge(-3.0)).gauge(), 4 * std::exp(-3.0));
}

TEST(Gauged, AddsErrorsOfExponentsToFirstOrder) {
  const Gauge x = exp(Gauge(-3.0));
  const double first_order = 7.0 + 9.0 / 1024.0;  // with what two errors of 3 multiply to
  EXPECT_DOUBLE_EQ(static_cast<double>((x * x).first_order()), first_order * std::exp(-6.0));
  EXPECT_DOUBLE_EQ((x * x).gauge(), 16 * std::exp(-6.0));
  EXPECT_DOUBLE_EQ(static_cast<double>((x / x).first_order()), first_order);
  EXPECT_DOUBLE_EQ(static_cast<double>(sqrt(x * x).first_order()), first_order * std::exp(-3.0));
}

TEST(Gauged, AgreesWithItsFirstOrderWithoutExponentials) {
  const Gauge x = (Gauge(5.0) - Gauge(4.0)) * Gauge(3.0) / Gauge(2.0) + Gauge(1.0);
  EXPECT_EQ(static_cast<double>(x.first_order()), x.gauge());
}

TEST(Gauged, DoesNotMultiplyWhatCancelsInArguments) {
  const Gauge difference = Gauge(5.0) - Gauge(4.0);  // 1, gauge 9
  const Gauge x = as_argument(difference);
  EXPECT_EQ(x.value(), 1.0);
  EXPECT_EQ(static_cast<double>(x.first_order()), 9.0);
  EXPECT_EQ(static_cast<double>((difference * difference).first_order()), 81.0);
  EXPECT_EQ(static_cast<double>((x * x).first_order()), 17.0 + 64.0 / 1024.0);
  EXPECT_EQ((x * x).gauge(), 81.0);
  const Gauge zero = as_argument(Gauge(4.0) - Gauge(4.0));
  EXPECT_EQ(static_cast<double>((zero * zero).first_order()), 64.0 / 1024.0)
      << "of a product of two errors";
}

TEST(Gauged, HasAnErrorWhereAnArgumentMayBeRoundedToAPositiveNumber) {
  EXPECT_EQ(positive_part(Gauge(3.0)).gauge(), 3.0);
  const Gauge at_zero = positive_part(as_argument(Gauge(4.0) - Gauge(4.0)));
  EXPECT_EQ(at_zero.value(), 0.0);
  EXPECT_EQ(at_zero.gauge(), 8.0);
  EXPECT_EQ(static_cast<double>(at_zero.first_order()), 8.0);
  EXPECT_EQ(positive_part(as_argument(Gauge(4.0) - Gauge(5.0))).gauge(), 0.0);
}

}  // namespace
}  // namespace slim::reference
