// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"

namespace slim::properties::laws {
namespace {

AttentionSpec with_hard_entries(AttentionSpec spec) {
  constexpr std::array hard = {Entries::far, Entries::steep, Entries::subnormal, Entries::opposite};
  const bool has_exponents = !spec.features_given && (spec.feature_map.projected ||
                                                      is_smooth_exponential(spec.feature_map.kind));
  if (has_exponents && spec.entries != Entries::subnormal) {
    spec.entries = Entries::steep;
  } else if (std::ranges::find(hard, spec.entries) == hard.end()) {
    spec.entries = hard.at(spec.seed % hard.size());
  }
  return spec;
}

void is_right_where_the_truth_is_finite(AttentionCase& c, const Subject& subject, Scalar scalar,
                                        AttentionJudge& judge) {
  const AttentionAnswer answer = ask(subject, scalar, c.given());
  for (const AttentionArray array : all_attention_arrays) {
    judge.hold(std::string(name(array)), array_of(answer, array),
               array_of(c.whole.truth(scalar), array),
               [&](std::size_t place) { return c.whole.band_at_the_edge(scalar, array, place); });
  }
}

}  // namespace

/// The answer is finite and right wherever the truth is.
///
/// Statement: if no value that the definition has to form exceeds the scalar's range, then no entry
/// of output, end state or pullback is NaN, infinite, or beyond its bound; values that are too
/// small may become 0. Source: IEEE 754: a rounded operation whose result is in range gives a
/// number. Generator: attention_specs, with entries far from 1 (each array times 1e-20 to 1e20),
/// opposite (queries of 1e10, keys of 1e-10), steep (rows up to 1e3, so that exponents reach
/// 1e6; with exponential features up to 3 to 1e3, so that some are in range) or subnormal.
/// Tolerance: AttentionEvidence::band_at_the_edge, the bands of attention_agrees plus losses by
/// underflow, which in float32 and float64 are small against any answer that is not itself lost;
/// for a subnormal entry at a kink also the slope at 0. In narrow scalars any finite number if
/// numbers underflow. Cases in which a correct program may overflow are redrawn:
/// AttentionEvidence::overflowing requires a factor of 1e3, also for the square of a denominator,
/// by which the quotient rule may divide. Overflow that only the subject's own order of operations
/// causes is an error: exp(a) exp(−b) instead of exp(a − b), 0 · exp(x) on the branch that is not
/// taken. Kills: these, also if NaN is replaced by 0; features that are clipped or flushed; sums
/// below ε that are dropped.
Law stays_finite() {
  return attention_law(
      {.name = "stays-finite",
       .statement = "if all values that the definition forms are in range, the answer is finite, "
                    "and right up to rounding and underflow",
       .source = "IEEE 754: an operation whose result is in range gives a number",
       .generator =
           "as attention-agrees, arrays of 1e-20 to 1e20, queries of 1e10 and keys of 1e-10, "
           "rows up to 1e3, subnormals",
       .tolerance =
           "as attention-agrees; if numbers underflow, plus the smallest normal number per "
           "operation, amplified by later ones, and for a subnormal entry at a kink the "
           "slope at 0; cases within 1e3 of overflow are redrawn",
       .kills = {"mutant/exponential-in-two-factors", "mutant/elu-slope-of-both-branches",
                 "mutant/overflow-answered-with-zero", "mutant/features-clipped",
                 "mutant/features-flushed", "mutant/sums-below-epsilon-answered-with-zero"},
       .share = 3,
       .one_in_digits50 = 3,
       .draw = {},
       .load = {}},
      {.repair = with_hard_entries,
       .fits = fits_always,
       .check = is_right_where_the_truth_is_finite,
       .unusable = [](AttentionCase& c, Scalar scalar) { return c.whole.overflowing(scalar); }});
}

}  // namespace slim::properties::laws
