#include "properties/laws/attention_future_does_not_leak.hpp"

#include "properties/laws/attention_law.hpp"
#include "reference/vocabulary/random.hpp"

namespace slim::properties::laws {
namespace {

constexpr std::array rows_of_the_sequence = {AttentionArray::out, AttentionArray::dq,
                                             AttentionArray::dk, AttentionArray::dv};

std::vector<double> future_factors(Scalar scalar) {
  if (scalar == Scalar::float16) return {1.0, 10.0};
  return {1.0, 1e2, 1e8};
}

/// Cotangents of rows before the cut alone.
AttentionInputs<double> with_early_cotangents(AttentionInputs<double> inputs, Index cut) {
  inputs.end_cotangent = {};
  const HeadsSizes sizes = inputs.out_cotangent.sizes();
  for (Index b = 0; b < sizes.batch; ++b) {
    for (Index h = 0; h < sizes.heads; ++h) {
      inputs.out_cotangent(b, h).bottomRows(sizes.rows - cut).setZero();
    }
  }
  return inputs;
}

/// Rows from the cut on anew: keys `factor` times a normal, queries and values a normal. Features
/// that are given stay without sign.
AttentionInputs<double> with_other_future(AttentionInputs<double> inputs, Index cut,
                                          double factor) {
  const Random random(7, stream_named("another future"));
  std::uint64_t place = 0;
  const auto redraw = [&](Heads<double>& heads, double size, bool positive) {
    for (Index b = 0; b < heads.sizes().batch; ++b) {
      for (Index h = 0; h < heads.sizes().heads; ++h) {
        for (Index l = cut; l < heads.sizes().rows; ++l) {
          for (Index i = 0; i < heads.sizes().cols; ++i) {
            const auto x = static_cast<float>(size * random.normal(place++));
            heads(b, h)(l, i) = static_cast<double>(positive ? std::abs(x) : x);
          }
        }
      }
    }
  };
  redraw(inputs.q, 1.0, inputs.features_given);
  redraw(inputs.k, factor, inputs.features_given);
  redraw(inputs.v, 1.0, false);
  return inputs;
}

/// Nothing where the subject refuses, if it may.
std::optional<AttentionAnswer> answer_or_refusal(const Subject& subject, Scalar scalar,
                                                 const AttentionInputs<double>& inputs,
                                                 bool may_refuse) {
  try {
    return ask(subject, scalar, inputs);
  } catch (const SubjectError& error) {
    if (!may_refuse || error.failure() != Failure::error) throw;
    return std::nullopt;
  }
}

/// d.q, d.k and d.v of later rows are exactly 0.
void hold_late_gradients(const AttentionAnswer& answer, Index cut, const std::string& what,
                         AttentionJudge& judge) {
  for (const AttentionArray array : {AttentionArray::dq, AttentionArray::dk, AttentionArray::dv}) {
    const Heads<Digits50>& got = array_of(answer, array);
    judge.hold(
        std::string(name(array)) + what, got, Heads<Digits50>(got.sizes(), MemoryTag::result),
        [](std::size_t) { return Band(); }, [&](Index, Index, Index l) { return l >= cut; });
  }
}

void ignores_later_rows(AttentionCase& c, const Subject& subject, Scalar scalar,
                        AttentionJudge& judge) {
  AttentionInputs<double> asked = with_early_cotangents(c.given(), c.cut);
  const AttentionAnswer before = ask(subject, scalar, asked);
  int number = 0;
  for (const double factor : future_factors(scalar)) {
    AttentionEvidence& changed =
        c.other(number++, [&] { return with_other_future(asked, c.cut, factor); });
    if (!changed.unusable(scalar).empty()) continue;
    const bool beyond_digits = is_beyond_its_digits(subject, scalar, changed);
    if (beyond_digits) judge.admit_drift();
    const std::optional<AttentionAnswer> after =
        answer_or_refusal(subject, scalar, changed.given(), beyond_digits);
    if (!after) continue;
    const bool subtracts = subject.capabilities.subtracting || beyond_digits ||
                           is_beyond_its_digits(subject, scalar, c.whole);
    const std::string what = " (future x " + std::to_string(static_cast<int>(factor)) + ")";
    hold_late_gradients(*after, c.cut, what, judge);
    for (const AttentionArray array : rows_of_the_sequence) {
      const bool by_bits = gives_same_bits(subject) && !subtracts;
      if (!by_bits && subtracts && changed.subtraction_decides(scalar)) continue;
      judge.hold(
          std::string(name(array)) + what, array_of(*after, array),
          array_of(by_bits ? before : changed.truth(scalar), array),
          [&](std::size_t place) { return by_bits ? Band() : changed.band(scalar, array, place); },
          [&](Index, Index, Index l) { return l < c.cut; });
    }
  }
}

}  // namespace

Law attention_future_does_not_leak() {
  return attention_law(
      {.name = "future-does-not-leak",
       .statement = "changes of later rows, up to 1e8 times as large, leave earlier rows as they "
                    "were; cotangents of earlier rows give exactly 0 to later q, k, v",
       .source = "causality: row l reads rows l' ≤ l",
       .generator = "as attention-agrees, causal, with a cut; every later row is changed",
       .tolerance =
           "0 for who is deterministic and does not subtract, else the changed case's bands",
       .kills = {"mutant/own-slice-whole", "mutant/causal-flag-dropped",
                 "mutant/prefix-by-subtraction", "mutant/total-less-future",
                 "mutant/stabiliser-over-length", "mutant/projection-seeded-from-data"},
       .draw = {},
       .load = {}},
      {.repair = causal_with_a_cut, .fits = is_causal_with_a_cut, .check = ignores_later_rows});
}

}  // namespace slim::properties::laws
