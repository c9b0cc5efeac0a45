// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/attention.hpp"

#include "reference/numbers/dual.hpp"
#include "reference/numbers/randomly_rounded.hpp"
#include "reference/proofs/attention_agreement.hpp"
#include "reference/proofs/drawn_attention.hpp"
#include "reference/proofs/proof_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace slim::reference {
namespace {

using T = Digits50;

constexpr std::uint64_t cases = 84;  ///< twelve per feature map, and for given features

template <class S>
AttentionResult<S> answer(const AttentionInputs<double>& drawn) {
  const AttentionInputs<S> inputs = converted<S>(drawn);
  AttentionResult<S> result;
  attention(inputs.task(), result);
  return result;
}

AttentionResult<T> definition(const AttentionInputs<T>& inputs) {
  AttentionResult<T> result;
  attention_by_definition(inputs.task(), result);
  return result;
}

TEST(Attention, ByPrefixSumsAgreesWithTheDefinition) {
  T worst = 0;
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    const AttentionInputs<double> drawn = drawn_attention(seed);
    const Agreement found =
        agreement(answer<T>(drawn), definition(converted<T>(drawn)), answer<Gauged<T>>(drawn));
    ASSERT_LE(found.worst, T("1e-40")) << "seed " << seed << ": " << found.where;
    worst = std::max(worst, found.worst);
  }
  RecordProperty("worst_share_of_gauge", to_double(worst) > 0 ? worst.str(2) : "0");
  EXPECT_GT(worst, 0);  // two different programs differ in rounding
}

/// Φ = ⟨cotangent, out⟩ + ⟨end cotangent, end⟩, by the definition.
T phi(const AttentionInputs<T>& inputs) {
  const AttentionResult<T> result = definition(inputs);
  T total = 0;
  const auto add = [&total](const Heads<T>& cotangent, const Heads<T>& value) {
    for (std::size_t i = 0; i < cotangent.values().size(); ++i) {
      total += cotangent.values()[i] * value.values()[i];
    }
  };
  add(inputs.out_cotangent, result.out);
  add(inputs.end_cotangent, result.end);
  return total;
}

/// Compares the central difference quotient of Φ along a random direction with the pullback by the
/// definition. The error of the quotient is the square of the step times Φ's third derivative, and
/// is measured relative to the gauge.
void expect_slope(AttentionInputs<T>& inputs, Heads<T>& moved, const Heads<T>& gradient,
                  const Heads<Gauged<T>>& gauge, const std::string& what) {
  const T step("1e-17");
  const Random random(5, stream_named(what.c_str()));
  const Heads<T> centre = moved;
  T slope = 0;
  for (const int sign : {1, -1}) {
    for (std::size_t i = 0; i < moved.values().size(); ++i) {
      moved.values()[i] = centre.values()[i] + sign * step * T(random.normal(i));
    }
    slope += sign * phi(inputs) / (2 * step);
  }
  moved = centre;
  T claimed = 0;
  T scale = 0;
  for (std::size_t i = 0; i < moved.values().size(); ++i) {
    claimed += gradient.values()[i] * T(random.normal(i));
    scale += gauge.values()[i].gauge() * T(std::abs(random.normal(i)));
  }
  EXPECT_LE(abs(slope - claimed), T("1e-28") * (scale + 1)) << what;
}

TEST(Attention, HasAPullbackThatAgreesWithDifferenceQuotients) {
  for (std::uint64_t seed = 100; seed < 128; ++seed) {
    AttentionInputs<double> drawn = drawn_attention(seed);
    drawn.conventions.stabiliser_detached = false;  // quotients include the stabiliser
    AttentionInputs<T> inputs = converted<T>(drawn);
    const AttentionResult<T> result = definition(inputs);
    const AttentionResult<Gauged<T>> gauge = answer<Gauged<T>>(drawn);
    const std::string of = " of seed " + std::to_string(seed);
    expect_slope(inputs, inputs.q, result.dq, gauge.dq, "q" + of);
    expect_slope(inputs, inputs.k, result.dk, gauge.dk, "k" + of);
    expect_slope(inputs, inputs.v, result.dv, gauge.dv, "v" + of);
    if (inputs.start.empty()) continue;
    expect_slope(inputs, inputs.start, result.start_gradient, gauge.start_gradient, "start" + of);
  }
}

/// An array as dual numbers along random directions.
Heads<Dual> moving(const Heads<T>& values, std::uint64_t stream) {
  Heads<Dual> result(values.sizes(), MemoryTag::parameters);
  const Random random(6, stream);
  for (std::size_t i = 0; i < values.values().size(); ++i) {
    result.values()[i] = dual(BinaryDigits50(values.values()[i]), BinaryDigits50(random.normal(i)));
  }
  return result;
}

/// Adds ⟨gradient, direction⟩ to `sum`, and Σ |terms| to `scale`.
void add_products(const Heads<T>& gradient, std::uint64_t stream, T& sum, T& scale) {
  const Random random(6, stream);
  for (std::size_t i = 0; i < gradient.values().size(); ++i) {
    const T term = gradient.values()[i] * T(random.normal(i));
    sum += term;
    scale += abs(term);
  }
}

/// The slope of Φ by dual numbers in the forward pass, with respect to q, k, v and the start state
/// at once.
template <class Forward>
T slope_of_phi(const AttentionInputs<T>& inputs, const Forward& forward) {
  AttentionInputs<Dual> moved;
  moved.q = moving(inputs.q, 1);
  moved.k = moving(inputs.k, 2);
  moved.v = moving(inputs.v, 3);
  moved.start = moving(inputs.start, 4);
  moved.feature_map = inputs.feature_map;
  moved.features_given = inputs.features_given;
  moved.causal = inputs.causal;
  moved.conventions = inputs.conventions;
  moved.key_mask = inputs.key_mask;
  moved.slice_length = inputs.slice_length;
  moved.omega = Heads<Dual>(inputs.omega.sizes(), MemoryTag::parameters);
  for (std::size_t i = 0; i < inputs.omega.values().size(); ++i) {
    moved.omega.values()[i] = Dual(BinaryDigits50(inputs.omega.values()[i]));
  }
  AttentionResult<Dual> result;
  forward(moved.task(), result);
  T slope = 0;
  const auto add = [&slope](const Heads<T>& cotangent, const Heads<Dual>& value) {
    for (std::size_t i = 0; i < cotangent.values().size(); ++i) {
      slope += cotangent.values()[i] * T(slope_of(value.values()[i]));
    }
  };
  add(inputs.out_cotangent, result.out);
  add(inputs.end_cotangent, result.end);
  return slope;
}

TEST(Attention, HasAPullbackThatAgreesWithDualNumbers) {
  ProofLine by_sums;
  ProofLine by_definition;
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    AttentionInputs<double> drawn = drawn_attention(seed);
    drawn.conventions.stabiliser_detached = false;  // slopes include the stabiliser
    const AttentionInputs<T> inputs = converted<T>(drawn);
    const AttentionResult<T> result = answer<T>(drawn);
    T claimed = 0;
    T scale = 0;
    add_products(result.dq, 1, claimed, scale);
    add_products(result.dk, 2, claimed, scale);
    add_products(result.dv, 3, claimed, scale);
    if (!inputs.start.empty()) add_products(result.start_gradient, 4, claimed, scale);
    by_sums.add(abs(T(slope_of_phi(inputs, attention<Dual>) - claimed)), scale);
    by_definition.add(abs(T(slope_of_phi(inputs, attention_by_definition<Dual>) - claimed)), scale);
    ASSERT_LE(by_sums.worst(), T("1e-40")) << seed;
    ASSERT_LE(by_definition.worst(), T("1e-40")) << seed;
  }
  by_sums.print("pullback of attention by prefix sums");
  by_definition.print("pullback of attention by its definition");
}

TEST(Attention, InHardwareNumbersIsWithinTheirRoundoff) {
  const auto expect_close = [](const auto& got, const AttentionInputs<double>& drawn,
                               const T& share) {
    AttentionResult<T> in_digits = answer<T>(drawn);
    const AttentionResult<T> truth = in_digits;
    std::transform(got.out.values().begin(), got.out.values().end(), in_digits.out.values().begin(),
                   [](const auto& x) { return T(to_double(x)); });
    std::transform(got.dk.values().begin(), got.dk.values().end(), in_digits.dk.values().begin(),
                   [](const auto& x) { return T(to_double(x)); });
    EXPECT_LE(agreement(in_digits, truth, answer<Gauged<T>>(drawn)).worst, share);
  };
  for (std::uint64_t seed = 0; seed < 14; ++seed) {
    const AttentionInputs<double> drawn = drawn_attention(seed);
    expect_close(answer<double>(drawn), drawn, T(1e-14));
    expect_close(answer<Counted>(drawn), drawn, T(1e-14));
    expect_close(answer<RandomlyRounded<double>>(drawn), drawn, T(1e-14));
    expect_close(answer<float>(drawn), drawn, T(1e-5));
    expect_close(answer<RandomlyRounded<float>>(drawn), drawn, T(1e-5));
  }
}

TEST(Attention, DoesNotDependOnTheLayoutOfItsArrays) {
  const AttentionInputs<double> inputs = drawn_attention(3);
  AttentionTask<double> task = inputs.task();
  AttentionResult<double> expected;
  attention(task, expected);
  // [L, B, D, H] in memory, every second entry.
  const auto [B, H, L, D] = inputs.k.sizes();
  std::vector<double> memory(static_cast<std::size_t>(2 * B * H * L * D), 1e300);
  task.k = {.data = memory.data(),
            .sizes = inputs.k.sizes(),
            .strides = {.batch = 2 * D * H, .heads = 2, .rows = 2 * B * D * H, .cols = 2 * H}};
  for (Index b = 0; b < B; ++b) {
    for (Index h = 0; h < H; ++h) {
      for (Index l = 0; l < L; ++l) {
        for (Index i = 0; i < D; ++i) {
          memory[static_cast<std::size_t>(2 * (((l * B + b) * D + i) * H + h))] =
              inputs.k(b, h)(l, i);
        }
      }
    }
  }
  AttentionResult<double> result;
  attention(task, result);
  EXPECT_TRUE(std::ranges::equal(result.out.values(), expected.out.values()));
  EXPECT_TRUE(std::ranges::equal(result.dk.values(), expected.dk.values()));
}

TEST(Attention, IgnoresTheContentsOfMaskedKeys) {
  for (std::uint64_t seed = 0; seed < 7; ++seed) {
    AttentionInputs<double> inputs = drawn_attention(seed);
    const auto [B, H, L, D] = inputs.k.sizes();
    if (L == 1) continue;
    inputs.key_mask.assign(static_cast<std::size_t>(B * L), 1);
    inputs.key_mask.back() = 0;
    const AttentionResult<double> expected = answer<double>(inputs);
    for (Index h = 0; h < H; ++h) {
      inputs.k(B - 1, h).row(L - 1).setConstant(std::numeric_limits<double>::quiet_NaN());
      inputs.v(B - 1, h).row(L - 1).setConstant(std::numeric_limits<double>::infinity());
    }
    const AttentionResult<double> result = answer<double>(inputs);
    const auto wanted = arrays_of(expected);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      EXPECT_TRUE(std::ranges::equal(arrays_of(result).at(i).second->values(),
                                     wanted.at(i).second->values()))
          << wanted.at(i).first << " of seed " << seed;
    }
    const AttentionResult<T> exact = definition(converted<T>(inputs));
    for (const auto& [what, array] : arrays_of(exact)) {
      for (const T& x : array->values()) ASSERT_TRUE(isfinite(x)) << what << " of seed " << seed;
    }
    EXPECT_EQ(result.dk(B - 1, 0).row(L - 1).cwiseAbs().maxCoeff(), 0.0);
    EXPECT_EQ(result.dv(B - 1, 0).row(L - 1).cwiseAbs().maxCoeff(), 0.0);
  }
}

TEST(Attention, WithoutAPullbackReturnsNoneAndReusesBuffers) {
  AttentionInputs<double> inputs = drawn_attention(0);
  AttentionResult<double> result;
  attention(inputs.task(), result);
  EXPECT_FALSE(result.dq.empty());
  const double* out = result.out.values().data();
  inputs.wants_pullback = false;
  inputs.out_cotangent = inputs.end_cotangent = Heads<double>();
  std::ranges::fill(result.out.values(), std::numeric_limits<double>::quiet_NaN());
  attention(inputs.task(), result);
  EXPECT_EQ(result.out.values().data(), out);
  for (const double x : result.out.values()) EXPECT_TRUE(std::isfinite(x));
  EXPECT_TRUE(result.dq.empty());
  EXPECT_TRUE(result.start_gradient.empty());
}

TEST(Agreement, DetectsTheSmallestDifferenceAndNan) {
  const AttentionInputs<double> drawn = drawn_attention(0);
  const AttentionResult<T> truth = answer<T>(drawn);
  const AttentionResult<Gauged<T>> gauge = answer<Gauged<T>>(drawn);
  EXPECT_EQ(agreement(truth, truth, gauge).worst, 0);
  AttentionResult<T> off = truth;
  off.dk.values()[0] += gauge.dk.values()[0].gauge() * T("2e-40");
  EXPECT_GT(agreement(off, truth, gauge).worst, T("1e-40"));
  EXPECT_EQ(agreement(off, truth, gauge).where, "d.k at 0");
  off.dk.values()[0] = std::numeric_limits<T>::quiet_NaN();
  EXPECT_EQ(agreement(off, truth, gauge).worst, 1);
  off.dk = Heads<T>();
  EXPECT_EQ(agreement(off, truth, gauge).where, "d.k has a different size");
}

}  // namespace
}  // namespace slim::reference
