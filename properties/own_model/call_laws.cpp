// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/laws.hpp"

#include <algorithm>

namespace slim::properties::own_model {
namespace {

/// The first answer after another call than the second one, with the same bits.
Finding check_calls(OwnSubject& subject, const OwnCase& c, Scalar scalar) {
  const bool same_bits = subject.declaration().capabilities.deterministic;
  const Deviation allowed = deviation_of_full(subject, c, scalar);
  Comparison comparison(subject, allowed);
  OwnCase other = c;  // the last sequence alone, reversed, with other parameters
  for (auto& tensor : other.parameters) std::ranges::reverse(tensor);
  std::ranges::reverse(other.sequences.tokens);
  for (const Pass& pass : passes_of(subject.declared(), c.slice_length)) {
    const Answer first = gradient_in(subject, c, pass.slice_length, scalar);
    const Answer second = gradient_in(subject, c, pass.slice_length, scalar);
    gradient_in(subject, other, pass.slice_length, scalar);
    const Answer third = gradient_in(subject, c, pass.slice_length, scalar);
    const auto compare = [&](const std::string& where, const Answer& a, const Answer& b) {
      if (same_bits) return comparison.same(where, a, b);
      comparison.loss(where, a.loss, b.loss);
      comparison.gradient(where, a.gradient, b.gradient);
    };
    compare(" in a repeated call" + pass.words, second, first);
    compare(" after another call" + pass.words, third, first);
  }
  return comparison.finding();
}

Finding check_float32(OwnSubject& subject, const OwnCase& c, Scalar scalar) {
  if (scalar != Scalar::float32 || !subject.offers(Scalar::float64)) {
    return not_claimed("float32 beside float64");
  }
  const Deviation allowed = deviation_of_full(subject, c, scalar);
  Comparison comparison(subject, allowed);
  if (subject.declaration().capabilities.subtracting) comparison.may_drift();
  const Answer exact = gradient_in(subject, c, 0, Scalar::float64);
  comparison.loss(" of float64", allowed.unmoved.loss, exact.loss);
  comparison.gradient(" of float64", allowed.unmoved.gradient, exact.gradient);
  return comparison.finding();
}

}  // namespace

OwnLaw own_calls_independent() {
  return {.name = "own-calls-independent",
          .statement = "the same call gives the same bits, also after another call",
          .source = "a gradient is a function",
          .unclaimed = [](const foreign::OwnModel& /*declared*/) { return std::string(); },
          .check = check_calls,
          .judges_answers = false,
          .runs_all_sizes = true};
}

OwnLaw own_float32_agrees() {
  return {.name = "own-float32-agrees",
          .statement = "float32 equals the subject's own float64 to within rounding",
          .source = "rounding is all that may differ",
          .unclaimed =
              [](const foreign::OwnModel& declared) {
                const bool random = declared.random != foreign::OwnModel::Random::none;
                return std::string(random ? "answers without random numbers" : "");
              },
          .check = check_float32};
}

}  // namespace slim::properties::own_model
