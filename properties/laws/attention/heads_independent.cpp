// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"
#include "properties/tolerance/own_sums.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace slim::properties::laws {
namespace {

AttentionSpec with_several_heads(AttentionSpec spec) {
  if (spec.batch * spec.heads == 1) spec.batch = 2;
  return spec;
}

std::string has_several_heads(const AttentionCase& c) {
  const HeadsSizes sizes = c.given().v.sizes();
  return sizes.batch * sizes.heads >= 2 ? "" : "it must have at least two heads in all";
}

/// The heads that get other numbers: one, or a group that shares an array.
enum class Changed { first, last };

HeadRange heads_of(const AttentionInputs<double>& inputs, Changed which) {
  return which == Changed::first ? first_heads(inputs) : last_heads(inputs);
}

/// Calls `change(array)` on every array of heads that is given.
template <class Change>
void for_each_array(AttentionInputs<double>& inputs, const Change& change) {
  for (Heads<double>* heads : {&inputs.q, &inputs.k, &inputs.v, &inputs.start,
                               &inputs.out_cotangent, &inputs.end_cotangent}) {
    if (!heads->empty()) change(*heads);
  }
}

/// Multiplies each entry of these heads by 2, 1/2 or 1, so that no sign or zero changes.
AttentionInputs<double> with_other(const HeadRange& changed, AttentionInputs<double> inputs) {
  const Random random(3, stream_named("another head"));
  std::uint64_t place = 0;
  for_each_array(inputs, [&](Heads<double>& heads) {
    for (Index h = changed.first; h < changed.last; ++h) {
      auto head = heads(changed.batch, h);
      for (Index l = 0; l < head.rows(); ++l) {
        for (Index i = 0; i < head.cols(); ++i) {
          head(l, i) *= 0.5 * static_cast<double>(1ULL << random.below(3, place++));
        }
      }
    }
  });
  return inputs;
}

AttentionInputs<double> last_heads_alone(const AttentionInputs<double>& inputs) {
  AttentionInputs<double> alone = inputs;
  const HeadRange last = last_heads(inputs);
  const auto keep_last = [&](Heads<double>& heads) {
    HeadsSizes sizes = heads.sizes();
    const Heads<double> all = std::move(heads);
    heads = Heads<double>(
        {.batch = 1, .heads = last.last - last.first, .rows = sizes.rows, .cols = sizes.cols},
        MemoryTag::parameters);
    for (Index h = last.first; h < last.last; ++h) {
      heads(0, h - last.first) = all(sizes.batch - 1, h);
    }
  };
  for_each_array(alone, keep_last);
  if (!alone.omega.empty()) keep_last(alone.omega);
  const auto L = static_cast<std::ptrdiff_t>(inputs.v.sizes().rows);
  for (std::vector<std::uint8_t>* mask : {&alone.key_mask, &alone.query_mask}) {
    if (!mask->empty()) mask->erase(mask->begin(), mask->end() - L);
  }
  return alone;
}

/// Whether the last heads have the same features alone as among others: a subject's own map may
/// have parameters of each head, and heads that are alone then have those of the first. Heads that
/// have a length together are not.
bool are_the_same_alone(const AttentionInputs<double>& inputs, Scalar scalar) {
  if (couples_heads(inputs.conventions)) return false;
  if (!has_own_map(inputs)) return true;
  constexpr double roundings = 64.0;
  const OwnSides among_others = own_sides(inputs, scalar);
  const OwnSides alone = own_sides(last_heads_alone(inputs), scalar);
  return std::ranges::all_of(std::array{true, false}, [&](bool is_query) {
    const OwnRows& rows = alone.of(is_query);
    const std::size_t size = rows.values.values().size();
    const auto last = among_others.of(is_query).values.values().last(size);
    for (std::size_t at = 0; at < size; ++at) {
      const double g = rows.values.values()[at];
      const double allowed =
          roundings * unit_roundoff(scalar) * (rows.noise.values()[at] + std::abs(g));
      if (std::isfinite(g) && !(std::abs(last[at] - g) <= allowed)) return false;
    }
    return true;
  });
}

void keeps_heads_independent(AttentionCase& c, const Subject& subject, Scalar scalar,
                             AttentionJudge& judge) {
  const AttentionAnswer before = ask(subject, scalar, c.given());
  const bool exactly = gives_same_bits(subject);
  const bool coupled = couples_heads(c.given().conventions);
  for (const Changed which : {Changed::first, Changed::last}) {
    const HeadRange changed = heads_of(c.given(), which);
    const AttentionAnswer after = ask(subject, scalar, with_other(changed, c.given()));
    for (const AttentionArray array : all_attention_arrays) {
      judge.hold(
          std::string(name(array)), array_of(after, array), array_of(before, array),
          [&](std::size_t place) {
            return exactly ? Band() : 2.0 * c.whole.band(scalar, array, place);
          },
          [&](Index b, Index h, Index) {
            return !(coupled ? b == changed.batch : changed.contains(b, h));
          });
    }
  }
  if (!are_the_same_alone(c.given(), scalar)) return;
  const AttentionAnswer alone = ask(subject, scalar, last_heads_alone(c.given()));
  for (const AttentionArray array : all_attention_arrays) {
    const std::span<const Digits50> all = array_of(before, array).values();
    Heads<Digits50> among_others(array_of(alone, array).sizes(), MemoryTag::result);
    const std::size_t first = all.size() - among_others.values().size();
    std::ranges::copy(all.subspan(first), among_others.values().begin());
    judge.hold(std::string(name(array)) + " of a head alone", array_of(alone, array), among_others,
               [&](std::size_t place) { return 2.0 * c.whole.band(scalar, array, first + place); });
  }
}

}  // namespace

/// Heads and sequences are independent.
///
/// Statement: other numbers in the first or the last of all heads (q, k, v, states, cotangents) do
/// not change the answer of any other head; and the last head gives the same answer when it is run
/// alone, unless its map has parameters of each head. Heads that the conventions give one length
/// are compared with other sequences only. Heads that share keys, values or queries
/// count as one here; a packed sequence alone gives the same answer as among others. Source:
/// attention acts within a head. Generator: attention_specs with B·H ≥ 2. Tolerance: 0 for a
/// deterministic subject, since sizes are the same; a head alone has another shape, so both answers
/// may be off by the bands. Kills: a state that is not reset between sequences, an index without
/// the batch, a stabiliser or a seed that depends on all heads.
Law heads_independent() {
  return attention_law(
      {.name = "heads-independent",
       .statement = "other numbers in one head do not change the other heads; a head run alone "
                    "gives the same answer as with the others",
       .source = "attention acts within a head of a sequence",
       .generator = "as attention-agrees, at least two heads in all",
       .tolerance = "0 for deterministic subjects; for a head alone, the bands of both answers",
       .kills = {"mutant/state-not-reset-between-sequences", "mutant/first-sequence-for-all",
                 "mutant/projection-seeded-from-data", "mutant/mask-of-first-sequence"},
       .one_in_digits50 = 7,
       .draw = {},
       .load = {}},
      {.repair = with_several_heads, .fits = has_several_heads, .check = keeps_heads_independent});
}

}  // namespace slim::properties::laws
