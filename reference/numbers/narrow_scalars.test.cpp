// SPDX-License-Identifier: Apache-2.0
// The reference in half precision and bfloat16: stored narrow, summed in float.

#include "reference/performer/prefix_attention.hpp"
#include "reference/proofs/drawn_case.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::reference {
namespace {

template <class T>
class NarrowScalars : public testing::Test {};
using NarrowTypes = testing::Types<Float16, BFloat16>;
TYPED_TEST_SUITE(NarrowScalars, NarrowTypes);

template <class T>
constexpr Scalar scalar_of = std::is_same_v<T, Float16> ? Scalar::float16 : Scalar::bfloat16;

/// A matrix in a narrow scalar, the same numbers in 50 digits, and their absolute values.
template <class T>
struct Numbers {
  Matrix<T> narrow;
  Matrix<Digits50> exact, absolute;
};

template <class T>
Numbers<T> drawn_numbers(Index rows, Index cols, std::uint64_t stream, bool positive) {
  const Random random(7, stream);
  Numbers<T> numbers{Matrix<T>(rows, cols), Matrix<Digits50>(rows, cols), {}};
  for (Index i = 0; i < rows * cols; ++i) {
    const auto place = static_cast<std::uint64_t>(i);
    const T x = rounded_to<T>(positive ? random.uniform(place) : random.normal(place));
    numbers.narrow.data()[i] = x;
    numbers.exact.data()[i] = rounded_to<Digits50>(x);
  }
  numbers.absolute = numbers.exact.cwiseAbs();
  return numbers;
}

template <class T>
PrefixSums<T> no_sums(Index d, Index M) {
  return {Matrix<T>::Zero(d, M), Vector<T>::Zero(M)};
}

/// γ_n = n u / (1 − n u) of the accumulator.
double float_gamma(Index n) {
  const double nu = static_cast<double>(n) * unit_roundoff(Scalar::float32);
  return nu / (1.0 - nu);
}

/// Largest |answer − truth| / bound, over all entries.
template <class T>
double worst_ratio(const Matrix<T>& answer, const Matrix<Digits50>& truth,
                   const Matrix<Digits50>& bound) {
  double worst = 0.0;
  for (Index i = 0; i < truth.size(); ++i) {
    const Digits50 error = abs(rounded_to<Digits50>(answer.data()[i]) - truth.data()[i]);
    const double ratio = to_double(Digits50(error / bound.data()[i]));
    worst = std::isfinite(ratio) ? std::max(worst, ratio) : std::numeric_limits<double>::infinity();
  }
  return worst;
}

/// The pullback on absolute values with the given Y: all terms are non-negative, and linear in −Y.
AttentionRows<Digits50> pulled_gauge(const AttentionRows<Digits50>& rows,
                                     PrefixAttention<Digits50> kept, const Matrix<Digits50>& Y,
                                     const Matrix<Digits50>& dY) {
  kept.Y = -Y;
  return prefix_attention_pullback<Digits50>(rows, kept, dY,
                                             no_sums<Digits50>(rows.V.cols(), rows.gQ.cols()))
      .rows;
}

// Inputs are the same numbers in both, so that all errors come from the computation. The gauge
// evaluates the same formulas on absolute values, with every subtraction an addition. Bounds:
//   value     2γ_n of the gauge Σ|V| g(K)·g(Q) / D for the sums, u|Y| for storing Y
//   pullback  γ_n of the gauge for the sums, u of its part through |Y| for the stored Y
TYPED_TEST(NarrowScalars, AttendWithinTheErrorOfFloatSumsAndOneRounding) {
  using T = TypeParam;
  constexpr Index L = 40, d = 5, M = 6;
  const auto gQ = drawn_numbers<T>(L, M, 1, true);
  const auto gK = drawn_numbers<T>(L, M, 2, true);
  const auto V = drawn_numbers<T>(L, d, 3, false);
  const auto dY = drawn_numbers<T>(L, d, 4, false);
  const Digits50 u(1.001 * unit_roundoff(scalar_of<T>));

  const AttentionRows<T> rows{gQ.narrow, gK.narrow, V.narrow};
  const AttentionRows<Digits50> exact_rows{gQ.exact, gK.exact, V.exact};
  const AttentionRows<Digits50> absolute_rows{gQ.exact, gK.exact, V.absolute};
  const auto zero = no_sums<Digits50>(d, M);
  const auto answer = prefix_attention(rows, no_sums<float>(d, M), 1e-16F);
  const auto truth = prefix_attention(exact_rows, zero, Digits50(1e-16));
  const auto gauge = prefix_attention(absolute_rows, zero, Digits50(1e-16));
  const Matrix<Digits50> absolute_Y = truth.Y.cwiseAbs();
  const Digits50 sums(2.0 * float_gamma(L + M + 4));
  const double value = worst_ratio<T>(answer.Y, truth.Y, gauge.Y * sums + absolute_Y * u);
  EXPECT_LE(value, 1.0);
  EXPECT_GE(value, 0.5) << "the bound is far from tight";

  const auto pulled = prefix_attention_pullback(rows, answer, dY.narrow, no_sums<float>(d, M)).rows;
  const auto true_pulled = prefix_attention_pullback(exact_rows, truth, dY.exact, zero).rows;
  const auto whole = pulled_gauge(absolute_rows, gauge, gauge.Y, dY.absolute);
  const auto with_Y = pulled_gauge(absolute_rows, gauge, absolute_Y, dY.absolute);
  const auto without_Y = pulled_gauge(absolute_rows, gauge, 0 * absolute_Y, dY.absolute);
  const Digits50 pulled_sums(float_gamma(2 * (L + M + d) + 8));
  const auto ratio = [&](Matrix<float> AttentionRows<float>::*of,
                         Matrix<Digits50> AttentionRows<Digits50>::*in) {
    const Matrix<Digits50> bound = whole.*in * pulled_sums + (with_Y.*in - without_Y.*in) * u;
    return worst_ratio<float>(pulled.*of, true_pulled.*in, bound);
  };
  EXPECT_LE(ratio(&AttentionRows<float>::gQ, &AttentionRows<Digits50>::gQ), 1.0);
  EXPECT_LE(ratio(&AttentionRows<float>::gK, &AttentionRows<Digits50>::gK), 1.0);
  EXPECT_LE(ratio(&AttentionRows<float>::V, &AttentionRows<Digits50>::V), 1.0);
}

TYPED_TEST(NarrowScalars, AreFiniteWhenReluMakesDenominatorsZero) {
  using T = TypeParam;
  const Model model{.vocab_size = 5,
                    .hidden_dim = 4,
                    .layers = 2,
                    .ffn_dim = 4,
                    .heads = 4,
                    .feature_map = {.kind = FeatureKind::relu}};
  const auto c = drawn_case<T>(model, 1, 8, 4);
  const Sequences first_row = segment(c.sequences, 0, 1);
  GradientTask<T> task{.model = model,
                       .theta = c.theta,
                       .omega = c.omega,
                       .sequences = first_row,
                       .slice_length = 1,
                       .wants_state = true};
  GradientResult<T> seen;
  gradient(task, seen);
  int empty_heads = 0;
  for (Index h = 0; h < model.heads; ++h) empty_heads += seen.end.S(0, 0, h)(0) == 0.0F ? 1 : 0;
  ASSERT_GT(empty_heads, 0) << "some denominators must consist of epsilon only";

  GradientResult<T> result;
  gradient(c.task(), result);
  EXPECT_TRUE(std::isfinite(to_double(result.loss)));
  EXPECT_TRUE(std::ranges::all_of(result.gradient.values(),
                                  [](const T& x) { return std::isfinite(to_double(x)); }));
  EXPECT_TRUE(std::ranges::any_of(result.gradient.values(), [](const T& x) { return x != T(0); }));
}

TYPED_TEST(NarrowScalars, SumTheLossOfManyTargetsWithoutStagnation) {
  // Zero parameters: every target costs log 3, and 700 of them are summed before one division. In
  // bfloat16 a sum of terms near 1.1/700 stagnates at 0.5.
  using T = TypeParam;
  const Model model{.vocab_size = 3, .hidden_dim = 4, .ffn_dim = 1};
  auto c = drawn_case<T>(model, 1, 700, 1);
  c.theta.set_zero();
  GradientResult<T> result;
  gradient(c.task(), result);
  EXPECT_TRUE(result.loss == rounded_to<T>(std::log(3.0)));
}

TYPED_TEST(NarrowScalars, ResumeExactlySinceStatesAreSums) {
  using T = TypeParam;
  const Model model{.vocab_size = 5, .hidden_dim = 4, .ffn_dim = 3, .heads = 2};
  const auto c = drawn_case<T>(model, 1, 6, 2);
  const auto end_of = [&](const Sequences& sequences, Index first, const State<float>* start) {
    GradientResult<T> result;
    gradient(GradientTask<T>{.model = model,
                             .theta = c.theta,
                             .omega = c.omega,
                             .sequences = sequences,
                             .slice_length = 1,
                             .wants_state = true,
                             .first_position = first,
                             .counted_targets = 6,
                             .start = start},
             result);
    return result.end;
  };
  const State<float> half_way = end_of(segment(c.sequences, 0, 3), 0, nullptr);
  const State<float> resumed = end_of(segment(c.sequences, 3, 3), 3, &half_way);
  EXPECT_TRUE(std::ranges::equal(resumed.values(), end_of(c.sequences, 0, nullptr).values()));
}

}  // namespace
}  // namespace slim::reference
