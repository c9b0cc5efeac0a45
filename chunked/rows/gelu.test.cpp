// SPDX-License-Identifier: Apache-2.0
#include "chunked/rows/gelu.hpp"

#include "reference/vocabulary/scalars/keep_largest.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace slim::chunked {
namespace {

/// From -12 to 12 in steps that avoid special values; three entries more than a whole number of
/// packs.
template <class T>
std::vector<T> inputs() {
  std::vector<T> u;
  u.reserve(64 * 40 + 3);
  for (int i = 0; i < 64 * 40 + 3; ++i) {
    u.push_back(static_cast<T>(-12.0 + 24.0 * (i + 0.37) / (64 * 40 + 3)));
  }
  return u;
}

/// The largest error relative to 50 digits, in units in the last place.
template <class T>
double largest_error(const std::vector<T>& got, const std::vector<Digits50>& truth) {
  double largest = 0.0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const Digits50 unit = abs(truth[i]) * Digits50(std::numeric_limits<T>::epsilon() / T(2));
    const double error = to_double(Digits50(abs(Digits50(got[i]) - truth[i]) / unit));
    keep_largest(largest, error);
  }
  return largest;
}

template <class T>
struct Evaluated {
  std::vector<T> value;
  std::vector<T> slope;
};

template <class T>
Evaluated<T> evaluate(const std::vector<T>& u) {
  Evaluated<T> result{std::vector<T>(u.size()), u};
  const Gelu<T> gelu;
  gelu.apply_and_differentiate(result.slope.data(), result.value.data(),
                               static_cast<Index>(u.size()));
  std::vector<T> again(u.size());
  gelu.apply(u.data(), again.data(), static_cast<Index>(u.size()));
  EXPECT_EQ(again, result.value);
  return result;
}

template <class T>
void expect_accurate(double value_bound, double slope_bound) {
  const std::vector<T> u = inputs<T>();
  const Evaluated<T> got = evaluate(u);
  const Evaluated<Digits50> truth = evaluate(std::vector<Digits50>(u.begin(), u.end()));
  EXPECT_LE(largest_error(got.value, truth.value), value_bound);
  // The slope is 0 near -0.75, where only an absolute bound can hold.
  double largest = 0.0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    const double error = to_double(Digits50(abs(Digits50(got.slope[i]) - truth.slope[i])));
    const double scale =
        std::abs(to_double(truth.slope[i])) + std::min(1.0, std::exp(-0.5 * u[i] * u[i]));
    const double relative = error / scale / (std::numeric_limits<T>::epsilon() / 2.0);
    keep_largest(largest, relative);
  }
  EXPECT_LE(largest, slope_bound);
}

TEST(Gelu, IsAccurateInFloat) {
  expect_accurate<float>(10.0, 12.0);
}
TEST(Gelu, IsAccurateInDouble) {
  expect_accurate<double>(10.0, 12.0);
}

TEST(Gelu, HasKnownValues) {
  const Evaluated<double> got = evaluate<double>({0.0, 1.0, -1.0});
  EXPECT_EQ(got.value[0], 0.0);
  EXPECT_EQ(got.slope[0], 0.5);
  EXPECT_NEAR(got.value[1], 0.8413447460685429, 1e-15);
  EXPECT_NEAR(got.value[2], -0.15865525393145707, 1e-15);
}

TEST(Gelu, PropagatesNaN) {
  float slopes[] = {std::numeric_limits<float>::quiet_NaN(), 1.0F};
  float values[] = {0.0F, 0.0F};
  Gelu<float>().apply_and_differentiate(slopes, values, 2);
  EXPECT_TRUE(std::isnan(values[0]));
  EXPECT_TRUE(std::isnan(slopes[0]));
  EXPECT_FALSE(std::isnan(values[1]));
}

TEST(Gelu, DoesNotDependOnThePositionOfAnEntry) {
  const std::vector<float> u = inputs<float>();
  const Evaluated<float> all = evaluate(u);
  for (const std::size_t i : {0UL, 63UL, 64UL, 2562UL}) {
    EXPECT_EQ(evaluate<float>({u[i]}).value[0], all.value[i]);
  }
}

}  // namespace
}  // namespace slim::chunked
