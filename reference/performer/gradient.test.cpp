// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/gradient.hpp"

#include "reference/proofs/every_option.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <tuple>

namespace slim::reference {
namespace {

Digits50 inner(std::span<const Digits50> a, std::span<const Digits50> b) {
  Digits50 total(0);
  for (std::size_t i = 0; i < a.size(); ++i) total += a[i] * b[i];
  return total;
}

Digits50 largest(std::span<const Digits50> values) {
  Digits50 result(0);
  for (const Digits50& x : values) result = std::max(result, Digits50(abs(x)));
  return result;
}

struct Options : testing::TestWithParam<std::tuple<FeatureMap, Norm>>, EveryOption<Digits50> {
  GradientResult<Digits50> result;

  Options() : EveryOption(std::get<0>(GetParam()), std::get<1>(GetParam())) {}

  /// Φ = loss + ⟨G, B_end⟩
  [[nodiscard]] Digits50 phi() const {
    GradientResult<Digits50> r;
    gradient(task(), r);
    return r.loss + inner(r.end.values(), end_cotangent.values());
  }
  /// dΦ/dx · direction by a central difference with a tiny step.
  Digits50 slope(std::span<Digits50> x, std::span<const Digits50> direction) {
    const Digits50 h("1e-17");
    const std::vector<Digits50> centre(x.begin(), x.end());
    Digits50 values[2];
    for (const int sign : {0, 1}) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = sign == 0 ? centre[i] - h * direction[i] : centre[i] + h * direction[i];
      }
      values[sign] = phi();
    }
    std::copy(centre.begin(), centre.end(), x.begin());
    return (values[1] - values[0]) / (2 * h);
  }
  void expect_slope(std::span<Digits50> x, std::span<const Digits50> gradient,
                    const std::string& what) {
    std::vector<Digits50> direction(x.size());
    fill(std::span(direction), stream_named(what.c_str()), false);
    const Digits50 error = abs(slope(x, direction) - inner(gradient, direction));
    const Digits50 scale = 1 + largest(result.gradient.values());
    EXPECT_LE(error, Digits50("1e-28") * scale) << what << ": " << to_double(error);
  }
};

TEST_P(Options, AgreesWithDifferenceQuotientsInAllParametersAndTheStartState) {
  gradient(task(), result);
  for (const ParameterSlot& slot : c.theta.slots()) {
    expect_slope(c.theta.values(slot), std::as_const(result.gradient).values(slot), slot.name);
  }
  expect_slope(start.values(), std::as_const(result.start_cotangent).values(), "start");
}

TEST_P(Options, IsTheSameWhenTheSequenceIsSplitAnywhere) {
  gradient(task(), result);
  const Index L = c.sequences.length();
  for (Index cut = 1; cut < L; ++cut) {
    const Sequences before = segment(c.sequences, 0, cut);
    const Sequences after = segment(c.sequences, cut, L - cut);
    const Index counted = c.sequences.counted_targets();
    const auto part = [&](const Sequences& sequences, Index first) {
      return GradientTask<Digits50>{.model = c.model,
                                    .theta = c.theta,
                                    .omega = c.omega,
                                    .sequences = sequences,
                                    .slice_length = 1,
                                    .wants_state = true,
                                    .first_position = 9 + first,
                                    .counted_targets = counted};
    };
    GradientTask<Digits50> first = part(before, 0);
    first.start = &start;
    GradientResult<Digits50> half;
    gradient(first, half);
    const State<Digits50> boundary = half.end;

    GradientTask<Digits50> second = part(after, cut);
    second.start = &boundary;
    second.end_cotangent = &end_cotangent;
    GradientResult<Digits50> later;
    gradient(second, later);

    first.end_cotangent = &later.start_cotangent;
    gradient(first, half);

    const Digits50 bound = Digits50("1e-45") * (1 + largest(result.gradient.values()));
    EXPECT_LE(abs(half.loss + later.loss - result.loss), bound);
    for (std::size_t i = 0; i < result.gradient.values().size(); ++i) {
      ASSERT_LE(
          abs(half.gradient.values()[i] + later.gradient.values()[i] - result.gradient.values()[i]),
          bound);
    }
    for (std::size_t i = 0; i < start.values().size(); ++i) {
      ASSERT_LE(abs(half.start_cotangent.values()[i] - result.start_cotangent.values()[i]), bound);
      ASSERT_LE(abs(later.end.values()[i] - result.end.values()[i]), bound);
    }
  }
}

std::string parameter_name(const testing::TestParamInfo<Options::ParamType>& info) {
  constexpr const char* kinds[] = {"square", "relu", "elu", "absolute", "favor"};
  return std::string(kinds[static_cast<std::size_t>(std::get<0>(info.param).kind)]) +
         (std::get<1>(info.param) == Norm::branch_output ? "_output" : "_input");
}

INSTANTIATE_TEST_SUITE_P(Gradient, Options,
                         testing::Combine(testing::ValuesIn(feature_maps),
                                          testing::Values(Norm::branch_output, Norm::branch_input)),
                         parameter_name);

TEST(Gradient, IsFiniteWhenReluMakesDenominatorsZero) {
  // Heads of width 1: half of all keys have feature 0, so the first rows often have denominator 0.
  const Model model{.vocab_size = 5,
                    .hidden_dim = 4,
                    .layers = 2,
                    .ffn_dim = 4,
                    .heads = 4,
                    .feature_map = {.kind = FeatureKind::relu}};
  const auto single = drawn_case<float>(model, 1, 8, 4);
  const auto exact = drawn_case<Digits50>(model, 1, 8, 4);

  // In some head the feature of the first row is 0, so that its denominator is epsilon.
  const Sequences first_row = segment(exact.sequences, 0, 1);
  GradientResult<Digits50> seen;
  gradient(GradientTask<Digits50>{.model = model,
                                  .theta = exact.theta,
                                  .omega = exact.omega,
                                  .sequences = first_row,
                                  .slice_length = 1,
                                  .wants_state = true},
           seen);
  int empty_heads = 0;
  for (Index h = 0; h < model.heads; ++h) empty_heads += seen.end.S(0, 0, h)(0) == 0 ? 1 : 0;
  ASSERT_GT(empty_heads, 0);

  GradientResult<float> answer;
  GradientResult<Digits50> truth;
  gradient(single.task(), answer);
  gradient(exact.task(), truth);
  const double scale = to_double(largest(truth.gradient.values()));
  EXPECT_GT(scale, 0.0);
  for (std::size_t i = 0; i < truth.gradient.values().size(); ++i) {
    ASSERT_LE(
        std::abs(to_double(answer.gradient.values()[i]) - to_double(truth.gradient.values()[i])),
        1e-4 * scale);
  }
}

TEST(Gradient, AndLossAreZeroWithoutCountedTargets) {
  auto c = drawn_case<double>({.vocab_size = 5, .hidden_dim = 4, .ffn_dim = 3}, 1, 3, 1);
  c.sequences.add_mask();
  std::ranges::fill(c.sequences.mask(0), std::uint8_t{0});
  GradientResult<double> result;
  gradient(c.task(), result);
  EXPECT_EQ(result.loss, 0.0);
  for (const double x : result.gradient.values()) ASSERT_EQ(x, 0.0);
}

TEST(Gradient, ReturnsLogitsAndStateOnlyIfRequested) {
  const auto c = drawn_case<double>({.vocab_size = 5, .hidden_dim = 4, .ffn_dim = 3}, 2, 3, 1);
  GradientResult<double> result;
  GradientTask<double> task = c.task();
  gradient(task, result);
  EXPECT_EQ(result.logits.size(), 0);
  EXPECT_TRUE(result.end.empty());
  EXPECT_TRUE(result.start_cotangent.empty());
  task.wants_logits = task.wants_state = true;
  gradient(task, result);
  EXPECT_EQ(result.logits.rows(), 6);
  EXPECT_EQ(result.logits.cols(), 5);
  EXPECT_EQ(result.end.values().size(), static_cast<std::size_t>(state_entries(c.model, 2)));
}

TEST(Gradient, OfABatchIsTheSumOverItsSequences) {
  const auto c = drawn_case<double>({.vocab_size = 5, .hidden_dim = 4, .ffn_dim = 3}, 2, 3, 1);
  GradientResult<double> both;
  gradient(c.task(), both);
  std::vector<double> total(both.gradient.values().size(), 0.0);
  for (Index b = 0; b < 2; ++b) {
    Sequences one(1, 3);
    std::ranges::copy(c.sequences.tokens(b), one.tokens(0).begin());
    GradientResult<double> result;
    gradient(GradientTask<double>{.model = c.model,
                                  .theta = c.theta,
                                  .omega = c.omega,
                                  .sequences = one,
                                  .slice_length = 1,
                                  .counted_targets = 6},
             result);
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += result.gradient.values()[i];
  }
  for (std::size_t i = 0; i < total.size(); ++i) {
    ASSERT_NEAR(total[i], both.gradient.values()[i], 1e-15);
  }
}

TEST(Gradient, RejectsInconsistentTasksNamingTheArgument) {
  const auto c = drawn_case<double>({.vocab_size = 5, .hidden_dim = 4, .ffn_dim = 3}, 1, 3, 1);
  const auto refusal = [&](auto change) -> std::string {
    GradientTask<double> task = c.task();
    change(task);
    GradientResult<double> result;
    try {
      gradient(task, result);
    } catch (const ContractError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(refusal([](auto&) {}), "accepted");
  EXPECT_NE(refusal([](auto& t) { t.slice_length = 0; }).find("slice length"), std::string::npos);
  EXPECT_NE(refusal([](auto& t) { t.first_position = -1; }).find("first position"),
            std::string::npos);
  EXPECT_NE(refusal([](auto& t) { t.counted_targets = -1; }).find("counted targets"),
            std::string::npos);
  EXPECT_NE(refusal([](auto& t) { t.threads = 0; }).find("threads"), std::string::npos);
  const State<double> wrong(c.model, 2);
  EXPECT_NE(refusal([&](auto& t) { t.start = &wrong; }).find("start state"), std::string::npos);
  EXPECT_NE(refusal([&](auto& t) { t.end_cotangent = &wrong; }).find("end cotangent"),
            std::string::npos);
}

}  // namespace
}  // namespace slim::reference
