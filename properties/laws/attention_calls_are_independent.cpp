#include "properties/laws/attention_calls_are_independent.hpp"

#include "properties/laws/attention_law.hpp"

#include <algorithm>

namespace slim::properties::laws {
namespace {

/// Another task of the same shape, whatever it is given. A start state's key sums stay without
/// sign.
AttentionInputs<double> in_reverse(AttentionInputs<double> inputs) {
  for (Heads<double>* heads : {&inputs.q, &inputs.k, &inputs.v, &inputs.omega,
                               &inputs.out_cotangent, &inputs.end_cotangent}) {
    std::ranges::reverse(heads->values());
  }
  std::ranges::reverse(inputs.key_mask);
  for (double& x : inputs.start.values()) x *= 2.0;
  return inputs;
}

void is_a_function(AttentionCase& c, const Subject& subject, Scalar scalar, AttentionJudge& judge) {
  AttentionEvidence& reversed = c.other(0, [&] { return in_reverse(c.given()); });
  if (!reversed.unusable(scalar).empty()) return;
  if (subject.capabilities.subtracting && reversed.subtraction_decides(scalar)) return;
  const std::vector<AttentionInputs<double>> tasks = {c.given(), reversed.given(), c.given(),
                                                      c.given()};
  const std::vector<AttentionAnswer> answers = ask_in_turn(subject, scalar, tasks);
  const AttentionAnswer alone = ask(subject, scalar, reversed.given());
  const bool exactly = gives_same_bits(subject);
  for (const AttentionArray array : all_attention_arrays) {
    const std::string tensor(name(array));
    const auto band_of = [&](AttentionEvidence& evidence) {
      return [&evidence, exactly, scalar, array](std::size_t place) {
        return exactly ? Band() : 2.0 * evidence.band(scalar, array, place);
      };
    };
    for (const std::size_t again : {std::size_t{2}, std::size_t{3}}) {
      judge.hold(tensor + " asked again", array_of(answers[again], array),
                 array_of(answers[0], array), band_of(c.whole));
    }
    judge.hold(tensor + " after another task", array_of(answers[1], array), array_of(alone, array),
               band_of(reversed));
  }
}

}  // namespace

Law attention_calls_are_independent() {
  return attention_law(
      {.name = "calls-independent",
       .statement =
           "the same task gives the same answer again, after another one at the same place",
       .source = "attention is a function",
       .generator = "as attention-agrees; in between a task with all numbers, projection and mask "
                    "in reverse order, and twice the start state",
       .tolerance = "0 for who is deterministic, else twice the bands",
       .kills = {"mutant/cached-by-pointer", "mutant/state-left-from-call-before",
                 "mutant/queries-gradient-accumulated", "mutant/order-changes-from-call-to-call",
                 "mutant/projection-redrawn-at-each-call"},
       .one_in_digits50 = 3,
       .draw = {},
       .load = {}},
      {.repair = as_drawn, .fits = fits_always, .check = is_a_function});
}

}  // namespace slim::properties::laws
