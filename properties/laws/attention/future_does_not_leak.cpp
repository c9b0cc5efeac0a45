// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <fmt/format.h>

namespace slim::properties::laws {
namespace {

constexpr std::array rows_of_the_sequence = {AttentionArray::out, AttentionArray::dq,
                                             AttentionArray::dk, AttentionArray::dv};

/// The factors of standard normal queries, keys and values in later rows.
struct Future {
  double q;
  double k;
  double v;
};

Future all_times(double factor) {
  return {factor, factor, factor};
}

/// The factor on one of the three, chosen by the cut.
Future one_times(double factor, Index cut) {
  switch (cut % 3) {
    case 0:
      return {factor, 1.0, 1.0};
    case 1:
      return {1.0, factor, 1.0};
    default:
      return {1.0, 1.0, factor};
  }
}

/// The last one replaces the one before it if that exceeds the scalar's range.
std::vector<Future> futures_in(Scalar scalar, Index cut) {
  if (scalar == Scalar::float16) return {all_times(1.0), all_times(10.0), one_times(10.0, cut)};
  return {all_times(1.0), all_times(1e2), all_times(1e8), one_times(1e8, cut)};
}

std::string in_words(const Future& future) {
  return fmt::format(" (future x {:.0f}, {:.0f}, {:.0f})", future.q, future.k, future.v);
}

/// Cotangents only of rows before the cut.
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

/// Redraws the rows from the cut on: standard normal times the factors. Given features stay
/// non-negative.
AttentionInputs<double> with_other_future(AttentionInputs<double> inputs, Index cut,
                                          const Future& future) {
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
  redraw(inputs.q, future.q, inputs.features_given);
  redraw(inputs.k, future.k, inputs.features_given);
  redraw(inputs.v, future.v, false);
  return inputs;
}

/// Empty if the subject refuses and may do so.
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

/// Earlier rows do not change, and later gradients are 0.
void hold_past(const AttentionAnswer& before, const AttentionAnswer& after,
               AttentionEvidence& changed, Index cut, bool by_bits, const std::string& what,
               Scalar scalar, AttentionJudge& judge) {
  hold_late_gradients(after, cut, what, judge);
  for (const AttentionArray array : rows_of_the_sequence) {
    judge.hold(
        std::string(name(array)) + what, array_of(after, array),
        array_of(by_bits ? before : changed.truth(scalar), array),
        [&](std::size_t place) { return by_bits ? Band() : changed.band(scalar, array, place); },
        [&](Index, Index, Index l) { return l < cut; });
  }
}

void ignores_later_rows(AttentionCase& c, const Subject& subject, Scalar scalar,
                        AttentionJudge& judge) {
  AttentionInputs<double> asked = with_early_cotangents(c.given(), c.cut);
  const AttentionAnswer before = ask(subject, scalar, asked);
  const std::vector<Future> futures = futures_in(scalar, c.cut);
  const int in_float16 = scalar == Scalar::float16 ? 10 : 0;
  bool largest_was_asked = false;
  for (std::size_t i = 0; i < futures.size(); ++i) {
    if (i + 1 == futures.size() && largest_was_asked) break;
    AttentionEvidence& changed = c.other(in_float16 + static_cast<int>(i), [&] {
      return with_other_future(asked, c.cut, futures[i]);
    });
    if (!changed.unusable(scalar).empty()) continue;
    largest_was_asked = i + 2 == futures.size();
    const bool beyond_digits = is_beyond_its_digits(subject, scalar, changed);
    if (beyond_digits) judge.admit_drift();
    const std::optional<AttentionAnswer> after =
        answer_or_refusal(subject, scalar, changed.given(), beyond_digits);
    if (!after) continue;
    const bool subtracts = subject.capabilities.subtracting || beyond_digits ||
                           is_beyond_its_digits(subject, scalar, c.whole);
    const bool by_bits = gives_same_bits(subject) && !subtracts;
    const std::string what = in_words(futures[i]);
    if (by_bits || !subtracts || !changed.subtraction_decides(scalar)) {
      hold_past(before, *after, changed, c.cut, by_bits, what, scalar, judge);
    } else {
      hold_late_gradients(*after, c.cut, what, judge);
    }
  }
}

}  // namespace

/// Causal attention of a row does not depend on later rows, and the gradients of later rows do not
/// depend on its cotangent.
///
/// Statement: let m be a cut. Redrawing q, k and v in rows l ≥ m, with factors of 1, 1e2 and 1e8
/// (on one of the three if the scalar cannot represent all), does not change rows l < m of the
/// output. If the cotangents of rows l ≥ m and of the end state are 0, rows l ≥ m of d.q, d.k and
/// d.v are exactly 0, and rows l < m do not change. Source: causality, Y_l reads only rows l' ≤ l.
/// Generator: attention_specs, causal, L ≥ 2. Changes are large, since small ones may not move a
/// stabiliser; in float16, whose largest number is 65504, up to 10. Tolerance: 0 for a
/// deterministic subject that does not subtract: both calls have one shape, and the future adds
/// exactly 0. For others, and for those that subtract in a wider scalar or on a grid if the sums
/// exceed its digits (then they may also refuse): the bands of the changed case, whose future is
/// large. Kills: leaks of the future, however small.
Law future_does_not_leak() {
  return attention_law(
      {.name = "future-does-not-leak",
       .statement =
           "changing later q, k and v, up to 1e8 times as large, does not change earlier "
           "rows; cotangents of earlier rows give later q, k and v a gradient of exactly 0",
       .source = "causality: row l reads rows l' ≤ l",
       .generator = "as attention-agrees, causal, with a cut; every later row is changed",
       .tolerance = "0 for deterministic subjects that do not subtract, else the bands of the "
                    "changed case",
       .kills = {"mutant/own-slice-whole", "mutant/causal-flag-dropped",
                 "mutant/prefix-by-subtraction", "mutant/total-less-future",
                 "mutant/stabiliser-over-length", "mutant/projection-seeded-from-data"},
       .one_in_digits50 = 3,
       .draw = {},
       .load = {}},
      {.repair = causal_with_a_cut, .fits = is_causal_with_a_cut, .check = ignores_later_rows});
}

}  // namespace slim::properties::laws
