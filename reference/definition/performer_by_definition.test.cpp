// SPDX-License-Identifier: Apache-2.0
#include "reference/definition/performer_by_definition.hpp"

#include "reference/proofs/every_option.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace slim::reference {
namespace {

/// The largest absolute value; NaN if any entry is NaN.
template <class T>
double largest_of(const Matrix<T>& values) {
  double result = 0.0;
  for (Index i = 0; i < values.size(); ++i) {
    const double size = std::abs(to_double(values.data()[i]));
    if (!(size <= result)) result = size;
    if (std::isnan(result)) break;
  }
  return result;
}

template <class T>
Matrix<T> row_of(std::span<const T> values) {
  return MatrixView<const T>(values.data(), 1, static_cast<Index>(values.size()));
}

/// Three heads of width 4, and an ε large enough to matter in the denominator.
template <class T>
struct DefinedCase : EveryOption<T> {
  DefinedCase(const FeatureMap& map, Norm norm, Part part)
      : EveryOption<T>({.vocab_size = 5,
                        .hidden_dim = 12,
                        .layers = 2,
                        .ffn_dim = 7,
                        .heads = 3,
                        .feature_map = map,
                        .norm = norm,
                        .conventions = {.denominator_epsilon = 0.125, .loss_epsilon = 0.5}},
                       6, part) {}
  [[nodiscard]] GradientTask<T> task() const {
    GradientTask<T> task = EveryOption<T>::task();
    task.wants_logits = true;
    return task;
  }
  /// Φ = loss + ⟨G, B_end⟩ by the definition
  [[nodiscard]] T phi() const {
    const DefinedForward<T> forward = performer_by_definition(task());
    T total = forward.loss;
    for (std::size_t i = 0; i < this->end_cotangent.values().size(); ++i) {
      total += this->end_cotangent.values()[i] * forward.end.values()[i];
    }
    return total;
  }
};

template <class T>
void expect_agreement(const DefinedCase<T>& c, double bound) {
  GradientResult<T> answer;
  gradient(c.task(), answer);
  const DefinedForward<T> truth = performer_by_definition(c.task());
  EXPECT_LE(std::abs(to_double(T(answer.loss - truth.loss))), bound * to_double(truth.loss));
  EXPECT_LE(largest_of<T>(answer.logits - truth.logits), bound * largest_of(truth.logits));
  const auto end = row_of(std::as_const(truth.end).values());
  EXPECT_LE(largest_of<T>(row_of(std::as_const(answer.end).values()) - end),
            bound * largest_of(end));
}

struct Definition : testing::TestWithParam<std::tuple<FeatureMap, Norm, Part>> {};

TEST_P(Definition, AgreesWithTheReferenceInFiftyDigits) {
  const auto [map, norm, part] = GetParam();
  expect_agreement(DefinedCase<Digits50>(map, norm, part), 1e-46);
}

TEST_P(Definition, AgreesWithTheReferenceInDouble) {
  const auto [map, norm, part] = GetParam();
  expect_agreement(DefinedCase<double>(map, norm, part), 1e-13);
}

TEST_P(Definition, HasTheGradientOfTheReferenceInFiftyDigits) {
  using T = Digits50;
  const auto [map, norm, part] = GetParam();
  DefinedCase<T> example(map, norm, part);
  GradientResult<T> answer;
  gradient(example.task(), answer);
  // One direction for all of theta and one for the start state; a central difference of step h.
  const T h("1e-17");
  const auto expect_slope = [&](std::span<T> x, std::span<const T> slope) {
    const std::vector<T> centre(x.begin(), x.end());
    const Random random(2, x.size());
    T expected(0);
    T phi[2];
    for (const int side : {0, 1}) {
      expected = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const T direction(random.normal(i));
        x[i] = side == 0 ? centre[i] - h * direction : centre[i] + h * direction;
        expected += slope[i] * direction;
      }
      phi[side] = example.phi();
    }
    std::copy(centre.begin(), centre.end(), x.begin());
    const T error = abs((phi[1] - phi[0]) / (2 * h) - expected);
    EXPECT_LE(to_double(error), 1e-26 * (1.0 + largest_of(row_of(slope))));
  };
  expect_slope(example.c.theta.values(), std::as_const(answer.gradient).values());
  expect_slope(example.start.values(), std::as_const(answer.start_cotangent).values());
}

INSTANTIATE_TEST_SUITE_P(Performer, Definition,
                         testing::Combine(testing::ValuesIn(feature_maps),
                                          testing::Values(Norm::branch_output, Norm::branch_input),
                                          testing::Values(Part::none)));
INSTANTIATE_TEST_SUITE_P(DeclaredParts, Definition,
                         testing::Combine(testing::Values(feature_maps[2], feature_maps[4]),
                                          testing::Values(Norm::branch_output, Norm::branch_input),
                                          testing::ValuesIn(declared_parts)));

}  // namespace
}  // namespace slim::reference
