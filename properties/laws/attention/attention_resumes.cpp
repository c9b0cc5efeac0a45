// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"

namespace slim::properties::laws {
namespace {

/// Rows first … last − 1 of an array of rows.
Heads<Digits50> part_of(const Heads<Digits50>& heads, Index first, Index last) {
  if (heads.empty()) return {};
  HeadsSizes sizes = heads.sizes();
  sizes.rows = last - first;
  Heads<Digits50> part(sizes, MemoryTag::parameters);
  for (Index b = 0; b < sizes.batch; ++b) {
    for (Index h = 0; h < sizes.heads; ++h) {
      part(b, h) = heads(b, h).middleRows(first, last - first);
    }
  }
  return part;
}

/// The task of these rows, with the same states.
AttentionInputs<Digits50> rows_between(const AttentionInputs<Digits50>& inputs, Index first,
                                       Index last) {
  AttentionInputs<Digits50> part = inputs;
  part.q = part_of(inputs.q, first, last);
  part.k = part_of(inputs.k, first, last);
  part.v = part_of(inputs.v, first, last);
  part.out_cotangent = part_of(inputs.out_cotangent, first, last);
  const Index L = inputs.v.sizes().rows;
  part.key_mask = rows_of_mask(inputs.key_mask, L, first, last);
  part.query_mask = rows_of_mask(inputs.query_mask, L, first, last);
  return part;
}

Heads<Digits50> joined(const Heads<Digits50>& first, const Heads<Digits50>& second) {
  HeadsSizes sizes = first.sizes();
  sizes.rows += second.sizes().rows;
  Heads<Digits50> whole(sizes, MemoryTag::result);
  for (Index b = 0; b < sizes.batch; ++b) {
    for (Index h = 0; h < sizes.heads; ++h) {
      whole(b, h).topRows(first.sizes().rows) = first(b, h);
      whole(b, h).bottomRows(second.sizes().rows) = second(b, h);
    }
  }
  return whole;
}

std::string unless_resumable(const AttentionCase& /*c*/, const Subject& subject) {
  return subject.capabilities.resumable ? "" : "to be resumable";
}

void resumes_attention(AttentionCase& c, const Subject& subject, Scalar scalar,
                       AttentionJudge& judge) {
  const AttentionInputs<Digits50> whole = converted<Digits50>(c.given());
  AttentionInputs<Digits50> first = rows_between(whole, 0, c.cut);
  first.end_cotangent = {};
  AttentionInputs<Digits50> second = rows_between(whole, c.cut, c.length());
  second.start = ask(subject, scalar, first).end;
  const AttentionAnswer after = ask(subject, scalar, second);
  first.end_cotangent = after.start_gradient;
  const AttentionAnswer before = ask(subject, scalar, first);
  const auto hold = [&](AttentionArray array, const Heads<Digits50>& answer) {
    judge.hold(std::string(name(array)), answer, array_of(c.whole.truth(scalar), array),
               [&](std::size_t place) { return c.whole.band(scalar, array, place); });
  };
  for (const AttentionArray array :
       {AttentionArray::out, AttentionArray::dq, AttentionArray::dk, AttentionArray::dv}) {
    hold(array, joined(array_of(before, array), array_of(after, array)));
  }
  hold(AttentionArray::end, after.end);
  hold(AttentionArray::start_gradient, before.start_gradient);
}

}  // namespace

/// Attention can be cut in two and resumed, forward and backward.
///
/// Statement: rows 0 … m−1 from the start state give a state B; rows m … L−1 from B give the rest
/// of the output and the end state. Backwards: B's gradient from the second part, given to the
/// first as the cotangent of its end, gives the first part of d.q, d.k, d.v and the start state's
/// gradient. Source: prefix sums are sums; SLiM Performer, algorithm 1. Generator: attention_specs,
/// causal, cut at a slice edge or anywhere. Tolerance: the bands of the whole case, since B is
/// passed in the scalar in which it was computed, so no path has more roundings. Kills: states
/// without the key sum, gradients that are lost or rounded between calls.
Law attention_resumes() {
  return attention_law(
      {.name = "attention-resumes",
       .statement = "the second part from the end state of the first, then the first part with the "
                    "start gradient of the second as its end cotangent, give output and pullback "
                    "of the whole",
       .source = "prefix sums are sums; SLiM Performer, algorithm 1",
       .generator = "as attention-agrees, causal, cut at a slice edge or anywhere",
       .tolerance = "as attention-agrees, compared with the truth of the whole",
       .kills = {"mutant/end-without-key-sum", "mutant/start-ignored",
                 "mutant/start-gradient-in-low-precision", "mutant/end-cotangent-ignored"},
       .one_in_digits50 = 3,
       .draw = {},
       .load = {}},
      {.repair = causal_with_a_cut,
       .fits = is_causal_with_a_cut,
       .check = resumes_attention,
       .beyond_claims = unless_resumable});
}

}  // namespace slim::properties::laws
