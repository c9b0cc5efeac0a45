// SPDX-License-Identifier: Apache-2.0
#include "reference/definition/attention_by_parts.hpp"

#include "reference/numbers/dual.hpp"
#include "reference/numbers/gauged.hpp"
#include "reference/performer/attention.hpp"
#include "reference/proofs/drawn_attention.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

constexpr std::uint64_t composed_cases = 25 * feature_kinds;

template <class T>
AttentionResult<T> by_reference(const AttentionInputs<double>& drawn) {
  const AttentionInputs<T> inputs = converted<T>(drawn);
  AttentionResult<T> result;
  attention(inputs.task(), result);
  return result;
}

Digits50 same(const Digits50& x) {
  return x;
}

void expect_within_gauge(const Heads<Digits50>& one, const Heads<Digits50>& other,
                         const Heads<Gauged<Digits50>>& gauges, const std::string& what) {
  ASSERT_EQ(one.sizes(), other.sizes()) << what;
  for (std::size_t i = 0; i < one.values().size(); ++i) {
    const Digits50 apart = abs(one.values()[i] - other.values()[i]);
    ASSERT_LE(apart, Digits50("1e-40") * gauges.values()[i].gauge()) << what << " at " << i;
  }
}

std::string described(const AttentionInputs<double>& inputs, std::uint64_t seed) {
  return "seed " + std::to_string(seed) + ", " + name(inputs.feature_map) + ", " +
         to_text(inputs.conventions);
}

TEST(AttentionByParts, AgreesWithTheReferenceUnderAnyConventions) {
  for (std::uint64_t seed = 0; seed < composed_cases; ++seed) {
    const AttentionInputs<double> drawn = drawn_composed_attention(seed);
    const std::string what = described(drawn, seed);
    const AttentionInputs<Digits50> inputs = converted<Digits50>(drawn);
    const auto defined = by_parts::attention<Digits50>(inputs.task(), same);
    const AttentionResult<Gauged<Digits50>> gauges = by_reference<Gauged<Digits50>>(drawn);
    const AttentionResult<Digits50> result = by_reference<Digits50>(drawn);
    expect_within_gauge(defined.out, result.out, gauges.out, "out, " + what);
    expect_within_gauge(defined.end, result.end, gauges.end, "end, " + what);
    AttentionResult<Digits50> by_definition;
    attention_by_definition(inputs.task(), by_definition);
    expect_within_gauge(by_definition.dq, result.dq, gauges.dq, "dq, " + what);
    expect_within_gauge(by_definition.dk, result.dk, gauges.dk, "dk, " + what);
    expect_within_gauge(by_definition.dv, result.dv, gauges.dv, "dv, " + what);
  }
}

Heads<Dual> moved_array(const Heads<Digits50>& values, std::uint64_t stream) {
  Heads<Dual> result(values.sizes(), MemoryTag::parameters);
  const Random random(6, stream);
  for (std::size_t i = 0; i < values.values().size(); ++i) {
    result.values()[i] = dual(BinaryDigits50(values.values()[i]), BinaryDigits50(random.normal(i)));
  }
  return result;
}

/// ⟨gradient, direction⟩ of what moved_array() moves; adds Σ |terms| to `scale`.
Digits50 along(const Heads<Digits50>& gradient, std::uint64_t stream, Digits50& scale) {
  Digits50 total = 0;
  const Random random(6, stream);
  for (std::size_t i = 0; i < gradient.values().size(); ++i) {
    const Digits50 term = gradient.values()[i] * Digits50(random.normal(i));
    total += term;
    scale += abs(term);
  }
  return total;
}

Digits50 slope_along(const Heads<Digits50>& cotangent, const Heads<Dual>& moved) {
  Digits50 total = 0;
  for (std::size_t i = 0; i < cotangent.values().size(); ++i) {
    total += cotangent.values()[i] * Digits50(slope_of(moved.values()[i]));
  }
  return total;
}

TEST(AttentionByParts, OnDualNumbersProvesTheReferencesPullback) {
  for (std::uint64_t seed = 0; seed < 4 * feature_kinds; ++seed) {
    const AttentionInputs<double> drawn = drawn_composed_attention(seed);
    const AttentionInputs<Digits50> inputs = converted<Digits50>(drawn);
    const AttentionResult<Digits50> result = by_reference<Digits50>(drawn);
    AttentionInputs<Dual> moving = converted<Dual>(inputs);
    moving.q = moved_array(inputs.q, 1);
    moving.k = moved_array(inputs.k, 2);
    moving.v = moved_array(inputs.v, 3);
    if (!inputs.start.empty()) moving.start = moved_array(inputs.start, 4);
    const auto defined =
        by_parts::attention<Dual>(moving.task(), [](const Dual& x) { return Dual(value_of(x)); });
    Digits50 scale = 0;
    Digits50 slope =
        along(result.dq, 1, scale) + along(result.dk, 2, scale) + along(result.dv, 3, scale);
    if (!inputs.start.empty()) slope += along(result.start_gradient, 4, scale);
    const Digits50 wanted = slope_along(inputs.out_cotangent, defined.out) +
                            slope_along(inputs.end_cotangent, defined.end);
    EXPECT_LE(abs(slope - wanted), Digits50("1e-38") * (scale + 1)) << described(drawn, seed);
  }
}

}  // namespace
}  // namespace slim::reference
