// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/randomly_rounded.hpp"

#include "reference/proofs/drawn_case.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace slim::reference {
namespace {

template <class T>
class RandomlyRoundedTest : public testing::Test {};
using Widths = testing::Types<float, double>;
TYPED_TEST_SUITE(RandomlyRoundedTest, Widths);

/// Runs an operation many times; every result must be one of the two neighbours of the exact value.
template <class T>
void expect_unbiased(const std::function<RandomlyRounded<T>()>& operation, const Digits50& truth) {
  constexpr int runs = 40000;
  const T nearest = static_cast<T>(truth);
  const T down = Digits50(nearest) <= truth ? nearest : std::nextafter(nearest, T(-1e30));
  const T up = std::nextafter(down, T(1e30));
  int ups = 0;
  seed_rounding(3);
  for (int i = 0; i < runs; ++i) {
    const auto answer = static_cast<T>(static_cast<double>(operation()));
    ASSERT_TRUE(answer == down || answer == up);
    ups += answer == up ? 1 : 0;
  }
  const double chance =
      to_double(Digits50((truth - Digits50(down)) / (Digits50(up) - Digits50(down))));
  // Five standard deviations of a binomial: one false alarm in 1.7 million.
  EXPECT_NEAR(ups, runs * chance, 5.0 * std::sqrt(runs * chance * (1.0 - chance)));
  EXPECT_GT(ups, 0);
  EXPECT_LT(ups, runs);
}

TYPED_TEST(RandomlyRoundedTest, IsRightOnAverage) {
  using T = TypeParam;
  using R = RandomlyRounded<T>;
  const T a = static_cast<T>(1.0) / 3;
  const T b = static_cast<T>(7.0) / 11;
  const Digits50 A(a);
  const Digits50 B(b);
  const R x(static_cast<double>(a));
  const R y(static_cast<double>(b));
  expect_unbiased<T>([&] { return x + y * R(16.0); }, A + B * 16);
  expect_unbiased<T>([&] { return x - y * R(16.0); }, A - B * 16);
  expect_unbiased<T>([&] { return x * y; }, A * B);
  expect_unbiased<T>([&] { return x / y; }, A / B);
  expect_unbiased<T>([&] { return -x / y; }, -A / B);
  expect_unbiased<T>([&] { return sqrt(x); }, sqrt(A));
}

TYPED_TEST(RandomlyRoundedTest, LeavesExactResultsExact) {
  using R = RandomlyRounded<TypeParam>;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(R(1.5) + R(2.25), R(3.75));
    ASSERT_EQ(R(1.5) * R(3.0), R(4.5));
    ASSERT_EQ(R(3.0) / R(4.0), R(0.75));
    ASSERT_EQ(sqrt(R(9.0)), R(3.0));
    ASSERT_EQ(sqrt(R(0.0)), R(0.0));
    ASSERT_EQ(R(0.1) - R(0.1), R(0.0));
    ASSERT_EQ(exp(R(0.0)), R(1.0));
  }
}

/// The largest of 1,000 errors of a function with a value in [2^exponent, 2^(exponent + 1)), in
/// units in the last place.
template <class T, class Function>
double largest_error(const Function& function, double truth, int exponent) {
  double largest = 0.0;
  for (int i = 0; i < 1000; ++i) {
    const double error = std::abs(static_cast<double>(function()) - truth);
    if (!std::isfinite(error)) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, error);
  }
  return largest / std::ldexp(std::numeric_limits<T>::epsilon(), exponent);
}

TYPED_TEST(RandomlyRoundedTest, PerturbsElementaryFunctionsByUpToTwoUnits) {
  using T = TypeParam;
  using R = RandomlyRounded<T>;
  const double by_exp = largest_error<T>([] { return exp(R(1.0)); }, std::exp(1.0), 1);
  EXPECT_LE(by_exp, 3.0);
  EXPECT_GE(by_exp, 1.5);
  const double by_erf = largest_error<T>([] { return erf(R(0.75)); }, std::erf(0.75), -1);
  EXPECT_LE(by_erf, 7.0);
  EXPECT_GE(by_erf, 5.0);
  const double by_erfc = largest_error<T>([] { return erfc(R(0.25)); }, std::erfc(0.25), -1);
  EXPECT_LE(by_erfc, 7.0);
  EXPECT_GE(by_erfc, 5.0);
}

TYPED_TEST(RandomlyRoundedTest, PropagatesInfinityAndNan) {
  using R = RandomlyRounded<TypeParam>;
  const R infinity(std::numeric_limits<double>::infinity());
  EXPECT_EQ(infinity + R(1.0), infinity);
  EXPECT_EQ(R(1.0) / R(0.0), infinity);
  EXPECT_FALSE(isfinite(infinity - infinity));
}

TYPED_TEST(RandomlyRoundedTest, ReproducesAGradientFromItsSeed) {
  using R = RandomlyRounded<TypeParam>;
  const Model model{.vocab_size = 5, .hidden_dim = 4, .layers = 1, .ffn_dim = 5};
  const auto c = drawn_case<R>(model, 1, 6, 1);
  const auto run = [&](std::uint64_t seed) {
    seed_rounding(seed);
    GradientResult<R> result;
    gradient(c.task(), result);
    return result;
  };
  const auto first = run(1);
  EXPECT_TRUE(std::ranges::equal(first.gradient.values(), run(1).gradient.values()));
  EXPECT_FALSE(std::ranges::equal(first.gradient.values(), run(2).gradient.values()));

  GradientResult<Digits50> truth;
  gradient(drawn_case<Digits50>(model, 1, 6, 1).task(), truth);
  double largest = 0.0;  // it may be 0 for a single seed
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    const double error = std::abs(static_cast<double>(run(seed).loss) - to_double(truth.loss));
    EXPECT_LE(error, 100.0 * std::numeric_limits<TypeParam>::epsilon());
    largest = std::max(largest, error);
  }
  EXPECT_GT(largest, 0.0);
}

}  // namespace
}  // namespace slim::reference
