// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/scalars/accumulator.hpp"

#include <gtest/gtest.h>

namespace slim {
namespace {

static_assert(std::is_same_v<accumulator_t<Float16>, float>);
static_assert(std::is_same_v<accumulator_t<BFloat16>, float>);
static_assert(std::is_same_v<accumulator_t<float>, float>);
static_assert(std::is_same_v<accumulator_t<Digits50>, Digits50>);
static_assert(std::is_same_v<accumulator_t<Counted>, Counted>);

TEST(Accumulator, KeepsDigitsThatTheNarrowScalarLoses) {
  EXPECT_TRUE(Float16(1e-16F) == Float16(0.0F));
  EXPECT_GT(accumulator_t<Float16>(1e-16), 0.0F);
  EXPECT_TRUE(BFloat16(256.0F) + BFloat16(1.0F) == BFloat16(256.0F));
  EXPECT_EQ(wide(BFloat16(256.0F)) + wide(BFloat16(1.0F)), 257.0F);
}

TEST(Accumulator, WidensWithoutLoss) {
  const auto third = rounded_to<Float16>(1.0 / 3.0);
  EXPECT_TRUE(rounded_to<Float16>(wide(third)) == third);
  EXPECT_TRUE(rounded_to<Float16>(rounded_to<Digits50>(third)) == third);
  const double d = 0.1;
  EXPECT_EQ(&wide(d), &d);
}

/// Rounds a number slightly above the midpoint between 1 and its neighbour, which a float rounds to
/// the midpoint.
template <class T, class From>
void expect_one_rounding(double ulp) {
  const From above = From(1) + From(ulp / 2) + From(0x1p-40);
  const From below = From(1) + From(ulp + ulp / 2) - From(0x1p-40);
  EXPECT_EQ(to_double(rounded_to<T>(above)), 1.0 + ulp);
  EXPECT_EQ(to_double(rounded_to<T>(From(-above))), -1.0 - ulp);
  EXPECT_EQ(to_double(rounded_to<T>(below)), 1.0 + ulp);
  EXPECT_EQ(to_double(T(static_cast<float>(above))), 1.0)
      << "double rounding through float gives the wrong neighbour";
  EXPECT_EQ(to_double(rounded_to<T>(From(1) + From(ulp / 2))), 1.0) << "a tie goes to even";
}

TEST(Accumulator, RoundsOnceIntoANarrowScalar) {
  expect_one_rounding<Float16, double>(0x1p-10);
  expect_one_rounding<Float16, Digits50>(0x1p-10);
  expect_one_rounding<BFloat16, double>(0x1p-7);
  expect_one_rounding<BFloat16, Digits50>(0x1p-7);
}

TEST(Accumulator, PropagatesInfinityNanAndOverflow) {
  EXPECT_EQ(to_double(rounded_to<Float16>(1e300)), std::numeric_limits<double>::infinity());
  EXPECT_EQ(to_double(rounded_to<Float16>(-1e5)), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(to_double(rounded_to<BFloat16>(1e5)), 99840.0);
  EXPECT_TRUE(std::isnan(to_double(rounded_to<BFloat16>(std::nan("")))));
}

TEST(ScalarNames, SurviveARoundTripAndListAllowedNames) {
  for (const Scalar scalar :
       {Scalar::float32, Scalar::float64, Scalar::digits50, Scalar::float16, Scalar::bfloat16}) {
    EXPECT_EQ(parse_scalar(name(scalar)), scalar);
  }
  EXPECT_EQ(parse_scalar("half"), Scalar::float16);
  try {
    parse_scalar("float8");
    FAIL() << "accepted";
  } catch (const std::exception& error) {
    EXPECT_NE(std::string(error.what()).find("bfloat16"), std::string::npos);
  }
}

/// Whether u is the largest number that is lost when it is added to 1.
template <class T>
bool loses_just(double u) {
  return to_double(rounded_to<T>(1.0 + u)) == 1.0 && to_double(rounded_to<T>(1.0 + 1.01 * u)) > 1.0;
}

TEST(ScalarNames, HaveTheRoundoffOfTheirTypes) {
  EXPECT_TRUE(loses_just<Float16>(unit_roundoff(Scalar::float16)));
  EXPECT_TRUE(loses_just<BFloat16>(unit_roundoff(Scalar::bfloat16)));
  EXPECT_TRUE(loses_just<float>(unit_roundoff(Scalar::float32)));
}

}  // namespace
}  // namespace slim
