#include "reference/performer_by_definition.hpp"

#include "reference/drawn_case.hpp"
#include "reference/vocabulary/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

namespace slim::reference {
namespace {

constexpr FeatureMap defined_feature_maps[] = {{FeatureKind::square},
                                               {FeatureKind::relu},
                                               {FeatureKind::elu_plus_one},
                                               {FeatureKind::absolute},
                                               {FeatureKind::favor_plus, 2}};

template <class T>
double largest_of(const Matrix<T>& values) {
  double result = 0.0;
  for (Index i = 0; i < values.size(); ++i)
    result = std::max(result, std::abs(to_double(values.data()[i])));
  return result;
}

template <class T>
Matrix<T> row_of(std::span<const T> values) {
  return MatrixView<const T>(values.data(), 1, static_cast<Index>(values.size()));
}

/// Two layers, three heads, a batch of two with a mask, in the middle of a longer sequence.
template <class T>
struct DefinedCase {
  DrawnCase<T> drawn;
  State<T> start;
  State<T> end_cotangent;

  DefinedCase(const FeatureMap& map, Norm norm)
      : drawn(drawn_case<T>({.vocab_size = 5,
                             .hidden_dim = 12,
                             .layers = 2,
                             .ffn_dim = 7,
                             .heads = 3,
                             .feature_map = map,
                             .norm = norm,
                             .conventions = {.denominator_epsilon = 0.125, .loss_epsilon = 0.5}},
                            2, 6, 1)),
        start(drawn.model, 2),
        end_cotangent(drawn.model, 2) {
    drawn.sequences.add_mask();
    drawn.sequences.mask(0)[2] = drawn.sequences.mask(1)[4] = 0;
    std::uint64_t place = 0;
    for (T& x : start.values()) x = T(Random(1).uniform(place++));
    for (T& x : end_cotangent.values()) x = T(Random(1).normal(place++));
  }
  [[nodiscard]] GradientTask<T> task() const {
    GradientTask<T> task = drawn.task();
    task.wants_logits = task.wants_state = true;
    task.first_position = 9;
    task.start = &start;
    task.end_cotangent = &end_cotangent;
    return task;
  }
  /// loss + ⟨G, B_end⟩ by the definition
  [[nodiscard]] T phi() const {
    const DefinedForward<T> forward = performer_by_definition(task());
    T total = forward.loss;
    for (std::size_t i = 0; i < end_cotangent.values().size(); ++i) {
      total += end_cotangent.values()[i] * forward.end.values()[i];
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

struct Definition : testing::TestWithParam<std::tuple<FeatureMap, Norm>> {};

TEST_P(Definition, AgreesWithTheReferenceInFiftyDigits) {
  const auto [map, norm] = GetParam();
  expect_agreement(DefinedCase<Digits50>(map, norm), 1e-46);
}

TEST_P(Definition, AgreesWithTheReferenceInDouble) {
  const auto [map, norm] = GetParam();
  expect_agreement(DefinedCase<double>(map, norm), 1e-13);
}

TEST_P(Definition, HasTheSlopeThatTheReferenceSaysInFiftyDigits) {
  using T = Digits50;
  const auto [map, norm] = GetParam();
  DefinedCase<T> c(map, norm);
  GradientResult<T> answer;
  gradient(c.task(), answer);
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
      phi[side] = c.phi();
    }
    std::copy(centre.begin(), centre.end(), x.begin());
    const T error = abs((phi[1] - phi[0]) / (2 * h) - expected);
    EXPECT_LE(to_double(error), 1e-26 * (1.0 + largest_of(row_of(slope))));
  };
  expect_slope(c.drawn.theta.values(), std::as_const(answer.gradient).values());
  expect_slope(c.start.values(), std::as_const(answer.start_cotangent).values());
}

INSTANTIATE_TEST_SUITE_P(Performer, Definition,
                         testing::Combine(testing::ValuesIn(defined_feature_maps),
                                          testing::Values(Norm::branch_output,
                                                          Norm::branch_input)));

}  // namespace
}  // namespace slim::reference
