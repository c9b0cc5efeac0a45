#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"

namespace slim::properties::laws {
namespace {

AttentionSpec with_hard_entries(AttentionSpec spec) {
  constexpr std::array hard = {Entries::far, Entries::steep, Entries::subnormal, Entries::opposite};
  const bool has_exponents =
      !spec.features_given && (spec.feature_map.kind == FeatureKind::elu_plus_one ||
                               spec.feature_map.kind == FeatureKind::favor_plus);
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

/// Where the truth is a number, so is the answer, and the right one.
///
/// Statement: no entry of output, end state or pullback is NaN or infinite on a case in which
/// nothing that the definition has to form is beyond the scalar's range, or beyond its bound; what
/// is too small may become 0. Source: IEEE 754: a rounded operation on numbers whose result is in
/// range is a number. Generator: attention_specs, the entries far from 1 (1e-20 to 1e20, an array
/// each), opposite (queries of 1e10, keys of 1e-10), steep (rows up to 1e3, so that exponents reach
/// 1e6 under every map) or subnormal. Tolerance: AttentionEvidence::band_at_the_edge, the bands of
/// attention_agrees and what underflow may take, which in float32 and float64 is little beside any
/// answer that is not itself lost; of a subnormal entry at a kink also the slope at 0. In narrow
/// scalars any number where numbers underflow. Nobody is held to a case where a correct program may
/// overflow: AttentionEvidence::overflowing keeps a factor of 1e3 from that, and counts the square
/// of a denominator, which the quotient's rule may divide by. Not exempt is what an order of
/// operations of one's own makes overflow: exp(a) exp(−b) in place of exp(a − b), 0 · exp(x) on the
/// branch that was not taken. Kills: these, also where what is no number is replaced by 0; features
/// that are clipped or flushed; sums that fall below ε and are dropped.
Law stays_finite() {
  return attention_law(
      {.name = "stays-finite",
       .statement =
           "nothing is NaN or infinite where all that the definition forms is in range, and "
           "it is right but for roundings and underflow",
       .source = "IEEE 754: what is in range rounds to a number",
       .generator =
           "as attention-agrees, arrays of 1e-20 to 1e20, queries of 1e10 and keys of 1e-10, "
           "rows up to 1e3, subnormals",
       .tolerance = "as attention-agrees, and where numbers underflow the smallest normal one for "
                    "each operation, as it grows, and for a subnormal entry at a kink the slope at "
                    "0; within 1e3 of overflow nobody is asked",
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
