// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/error_function.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

using Digits100 = boost::multiprecision::number<
    boost::multiprecision::mpfr_float_backend<100, boost::multiprecision::allocate_stack>,
    boost::multiprecision::et_off>;

// Arguments of both expansions, near their boundary, of both signs, and beyond double precision.
const char* const arguments[] = {
    "0",     "1e-30",  "0.1",      "0.5",  "0.999999", "1",       "1.000001", "1.5",  "2",
    "3.3",   "5",      "8.123456", "10",   "11.2",     "11.25",   "11.3",     "15.9", "26.7",
    "100.1", "1000.3", "-0.3",     "-0.7", "-1",       "-1.0001", "-3.7",     "-10",  "-1000"};

double relative_error(const Digits50& answer, const Digits50& truth) {
  if (answer == truth) return 0.0;
  return to_double(Digits50(abs((answer - truth) / truth)));
}

TEST(ErrorFunction, GenericErfAgreesWithMpfrInFiftyDigits) {
  for (const char* text : arguments) {
    const Digits50 x(text);
    EXPECT_LE(relative_error(generic_erf(x), error_function(x)), 1e-48) << text;
  }
}

TEST(ErrorFunction, GenericErfcAgreesRelativelyWithMpfr) {
  for (const char* text : arguments) {
    const Digits50 x(text);
    EXPECT_LE(relative_error(generic_erfc(x), complementary_error_function(x)), 1e-48) << text;
  }
}

TEST(ErrorFunction, GenericFormWorksInAHundredDigits) {
  for (const char* text : arguments) {
    const Digits100 x(text);
    Digits100 truth;
    mpfr_erfc(truth.backend().data(), x.backend().data(), MPFR_RNDN);
    const Digits100 answer = complementary_error_function(x);
    EXPECT_LE(to_double(Digits100(abs(answer - truth))), 1e-98 * to_double(truth)) << text;
  }
}

TEST(ErrorFunction, GenericFormWorksInDouble) {
  for (const char* text : arguments) {
    const double x = std::strtod(text, nullptr);
    EXPECT_NEAR(generic_erf(x), std::erf(x), 2e-15) << text;
    const double truth = std::erfc(x);
    if (std::isnormal(truth)) {
      EXPECT_NEAR(generic_erfc(x) / truth, 1.0, 4e-15) << text;
    }
  }
}

TEST(ErrorFunction, HasTheRightLimits) {
  const Digits50 infinity = std::numeric_limits<Digits50>::infinity();
  EXPECT_EQ(generic_erfc(infinity), 0);
  EXPECT_EQ(generic_erfc(Digits50(-infinity)), 2);
  EXPECT_EQ(generic_erf(infinity), 1);
  EXPECT_EQ(generic_erf(Digits50(-infinity)), -1);
}

}  // namespace
}  // namespace slim::reference
