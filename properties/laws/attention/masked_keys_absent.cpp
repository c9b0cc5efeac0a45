// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"
#include "reference/vocabulary/scalars/random.hpp"

namespace slim::properties::laws {
namespace {

AttentionSpec with_a_mask(AttentionSpec spec) {
  if (spec.mask == KeyMask::none) spec.mask = KeyMask::scattered;
  return spec;
}

std::string has_a_mask(const AttentionCase& c) {
  return c.given().key_mask.empty() ? "it must have a mask" : "";
}

AttentionInputs<double> with_other_masked_keys(AttentionInputs<double> inputs) {
  const Random random(4, stream_named("masked keys"));
  const std::vector<std::uint8_t> mask = inputs.key_mask;
  const Index L = inputs.v.sizes().rows;
  std::uint64_t place = 0;
  for (Index b = 0; b < inputs.v.sizes().batch; ++b) {
    for (Index h = 0; h < inputs.v.sizes().heads; ++h) {
      for (Index l = 0; l < L; ++l) {
        if (mask[static_cast<std::size_t>(b * L + l)] != 0) continue;
        for (Index i = 0; i < inputs.k.sizes().cols; ++i) {
          const auto x = static_cast<double>(static_cast<float>(random.normal(place++)));
          inputs.k(b, h)(l, i) = inputs.features_given ? std::abs(x) : x;
        }
        for (Index i = 0; i < inputs.v.sizes().cols; ++i) {
          inputs.v(b, h)(l, i) = static_cast<double>(static_cast<float>(random.normal(place++)));
        }
      }
    }
  }
  return inputs;
}

/// The number of rows up to the last one that is unmasked in some sequence.
Index rows_before_padding(const AttentionTask<double>& task) {
  Index kept = 0;
  for (Index b = 0; b < task.v.sizes.batch; ++b) {
    for (Index l = 0; l < task.v.sizes.rows; ++l) {
      if (task.takes_part(b, l)) kept = std::max(kept, l + 1);
    }
  }
  return kept;
}

template <class T>
Heads<T> top_rows(const Heads<T>& heads, Index rows) {
  HeadsSizes sizes = heads.sizes();
  sizes.rows = rows;
  Heads<T> top(sizes, MemoryTag::parameters);
  for (Index b = 0; b < sizes.batch; ++b) {
    for (Index h = 0; h < sizes.heads; ++h) top(b, h) = heads(b, h).topRows(rows);
  }
  return top;
}

AttentionInputs<double> first_rows(AttentionInputs<double> inputs, Index rows) {
  const Index L = inputs.v.sizes().rows;
  inputs.key_mask = rows_of_mask(inputs.key_mask, L, 0, rows);
  inputs.query_mask = rows_of_mask(inputs.query_mask, L, 0, rows);
  inputs.q = top_rows(inputs.q, rows);
  inputs.k = top_rows(inputs.k, rows);
  inputs.v = top_rows(inputs.v, rows);
  inputs.out_cotangent = top_rows(inputs.out_cotangent, rows);
  return inputs;
}

/// Cotangents only of the first rows and the end state: rows that are cut off have queries, whose
/// cotangents would reach keys.
AttentionInputs<double> without_late_cotangents(AttentionInputs<double> inputs, Index rows) {
  const HeadsSizes sizes = inputs.out_cotangent.sizes();
  for (Index b = 0; b < sizes.batch; ++b) {
    for (Index h = 0; h < sizes.heads; ++h) {
      inputs.out_cotangent(b, h).bottomRows(sizes.rows - rows).setZero();
    }
  }
  return inputs;
}

/// Whether a query's features depend on other queries, or an output on the number of rows,
/// including those that are cut off.
bool looks_at_all_rows(const AttentionConventions& conventions) {
  const UnitLength of = conventions.unit_length;
  return conventions.normaliser == Normaliser::length || conventions.own_weight_is_length ||
         conventions.epsilon_times_length || of == UnitLength::head || of == UnitLength::sequence ||
         conventions.query_stabiliser == Stabiliser::over_length ||
         conventions.query_stabiliser == Stabiliser::over_all;
}

/// If the last rows are masked, the sequence without them has the same output and gradients in the
/// first rows, and the same states.
void hold_padded_and_cut(AttentionCase& c, const Subject& subject, Scalar scalar,
                         AttentionJudge& judge) {
  const Index kept = rows_before_padding(c.given().task());
  const bool has_own_length =
      has_own_map(c.given()) && subject.capabilities.own_map_differs_by_length;
  if (kept == 0 || kept == c.length() || has_own_length ||
      looks_at_all_rows(c.given().conventions)) {
    return;
  }
  AttentionEvidence& padded = c.other(0, [&] { return without_late_cotangents(c.given(), kept); });
  const AttentionAnswer cut = ask(subject, scalar, first_rows(padded.given(), kept));
  for (const AttentionArray array : all_attention_arrays) {
    const Heads<Digits50>& whole = array_of(padded.truth(scalar), array);
    const bool is_state = array == AttentionArray::end || array == AttentionArray::start_gradient;
    const Heads<Digits50> wanted = is_state ? whole : top_rows(whole, kept);
    const HeadsSizes sizes = wanted.sizes();
    judge.hold(std::string(name(array)) + " of the cut sequence", array_of(cut, array), wanted,
               [&](std::size_t place) {
                 const auto of_head = static_cast<std::size_t>(sizes.rows * sizes.cols);
                 const auto of_whole = static_cast<std::size_t>(whole.sizes().rows * sizes.cols);
                 return padded.band(scalar, array, place / of_head * of_whole + place % of_head);
               });
  }
}

void leaves_masked_keys_out(AttentionCase& c, const Subject& subject, Scalar scalar,
                            AttentionJudge& judge) {
  const AttentionAnswer before = ask(subject, scalar, c.given());
  const AttentionAnswer after = ask(subject, scalar, with_other_masked_keys(c.given()));
  const AttentionTask<double> task = c.given().task();
  const bool exactly = gives_same_bits(subject);
  for (const AttentionArray array : all_attention_arrays) {
    judge.hold(std::string(name(array)) + " with other masked keys", array_of(after, array),
               array_of(before, array), [&](std::size_t place) {
                 return exactly ? Band() : 2.0 * c.whole.band(scalar, array, place);
               });
  }
  for (const AttentionArray array : {AttentionArray::dk, AttentionArray::dv}) {
    const Heads<Digits50>& got = array_of(before, array);
    judge.hold(
        std::string(name(array)) + " of masked keys", got,
        Heads<Digits50>(got.sizes(), MemoryTag::result), [](std::size_t) { return Band(); },
        [&](Index b, Index, Index l) { return !task.takes_part(b, l); });
  }
  hold_padded_and_cut(c, subject, scalar, judge);
}

}  // namespace

/// A masked key has no effect.
///
/// Statement: other numbers in masked keys and values change nothing, and their d.k and d.v are
/// exactly 0. If the keys at the end of a sequence are masked, output and gradients of the earlier
/// rows and the states are those of the sequence cut there (with cotangents only of those rows).
/// Source: the sums of the definition leave out masked keys. Generator: attention_specs with a
/// mask: scattered, whole slices, padding, leading, all. Tolerance: 0 for the first two, for a
/// deterministic subject (one shape); the cut sequence has another shape and is compared within the
/// bands of the truth. Kills: masks that zero values but not keys, masks before an ELU + 1 map,
/// masks of another sequence.
Law masked_keys_absent() {
  return attention_law(
      {.name = "masked-keys-absent",
       .statement = "other numbers in masked keys change nothing, gradients of masked keys are 0, "
                    "and a padded sequence equals the sequence without padding",
       .source = "the sums of the definition leave out masked keys",
       .generator = "as attention-agrees, with masks: scattered, whole slices, padding, all",
       .tolerance = "0 for deterministic subjects; for the sequence without padding, the bands of "
                    "the truth",
       .kills = {"mutant/mask-zeroes-values-only", "mutant/mask-before-map", "mutant/mask-ignored",
                 "mutant/masked-keys-get-gradient", "mutant/end-with-masked-keys"},
       .draw = {},
       .load = {}},
      {.repair = with_a_mask, .fits = has_a_mask, .check = leaves_masked_keys_out});
}

}  // namespace slim::properties::laws
