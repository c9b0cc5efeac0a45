// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/cut_spec.hpp"
#include "properties/laws/gradient/gradient_law.hpp"
#include "properties/laws/laws.hpp"

namespace slim::properties::laws {
namespace {

/// The number of rows that are given at once, before the others are given one at a time.
Index rows_of_prefill(const GradientCase& c) {
  return c.sequences.tokens(0)[0] % 2 == 0 ? 0 : c.sequences.length() / 2;
}

/// The loss and the logits of the whole, from a call for the first rows and calls for single ones,
/// each from the state after the last. The gradient is the truth's.
GradientAnswer decoded(GradientEvidence& evidence, const Subject& subject, Scalar scalar) {
  const GradientCase& c = evidence.given();
  const Index L = c.sequences.length();
  const Index prefill = rows_of_prefill(c);
  GradientAnswer all = evidence.truth();
  all.loss = 0;
  State<Digits50> state;
  for (Index begin = 0; begin < L;) {
    const Index end = begin == 0 && prefill > 0 ? prefill : begin + 1;
    GradientAnswer one = ask(subject, scalar, part_of(c, begin, end),
                             {.first_position = begin,
                              .counted_targets = c.sequences.counted_targets(),
                              .start = begin == 0 ? nullptr : &state,
                              .wants_state = true,
                              .wants_logits = true});
    all.loss += one.loss;
    for (Index b = 0; b < c.sequences.batch(); ++b) {
      all.logits.middleRows(b * L + begin, end - begin) =
          one.logits.middleRows(b * (end - begin), end - begin);
    }
    state = std::move(one.end);
    begin = end;
  }
  return all;
}

std::string unclaimed_of_decoding(const Subject& subject) {
  if (!subject.capabilities.resumable_models) return "to be resumable";
  return subject.capabilities.logits ? "" : "logits";
}

Finding decodes(GradientEvidence& evidence, const Subject& subject, Scalar scalar) {
  if (std::string reason = unclaimed_of_decoding(subject); !reason.empty()) {
    return not_claimed(reason);
  }
  if (std::optional<Finding> excuse = excused(subject, scalar, evidence)) return *excuse;
  return judge(subject, scalar, evidence, [&](Scalar in, const GradientBounds& allowed) {
    return worst_discrepancy(decoded(evidence, subject, in), evidence.truth(), allowed);
  });
}

/// Of odd length, in which logits are compared, of three rows or more.
GradientSpec of_odd_length(GradientSpec spec) {
  spec.length = std::max<Index>(spec.length, 2) / 2 * 2 + 1;
  return spec;
}

}  // namespace

/// Decoding row by row is the same as giving all rows at once.
///
/// Statement: let the first p rows be given in one call, and each further row in a call of its own,
/// from the end state of the call before and at its own position. The logits are those of the
/// reference for the whole sequence, and the losses add up to its loss. In half of the cases p = 0,
/// in the others L/2. Source: SLiM Performer, section 4: the prefix sums are all that later rows
/// need. Generator: gradient_specs of odd length. Tolerance: as gradient_agrees.
Law decoding_agrees() {
  return gradient_law(
      {.name = "decoding-agrees",
       .statement = "rows that are given one at a time, each from the state after the last, have "
                    "the logits of the whole sequence, also after a prefill of several rows",
       .source = "SLiM Performer, section 4: prefix sums are all that later rows need",
       .generator = "as gradient-agrees, of odd length; half of the cases begin with L/2 rows",
       .tolerance = "as gradient-agrees",
       .kills = {"mutant/position-restarted", "mutant/model-start-ignored",
                 "mutant/start-of-first-layer-only"},
       .draw = {},
       .load = {}},
      {.check = decodes,
       .repair = of_odd_length,
       .fits =
           [](const GradientCase& c) {
             const bool fits = c.sequences.length() % 2 == 1 && c.sequences.length() > 1 &&
                               !c.sequences.has_padding();
             return std::string(fits ? "" : "the case must have an odd length and no padding");
           },
       .compares_logits = true});
}

}  // namespace slim::properties::laws
