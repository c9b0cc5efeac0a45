#include "properties/laws/attention_stays_finite.hpp"

#include "properties/laws/attention_law.hpp"

#include <limits>

namespace slim::properties::laws {
namespace {

AttentionSpec with_hard_entries(AttentionSpec spec) {
  constexpr std::array hard = {Entries::far, Entries::steep, Entries::subnormal};
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

void is_finite_where_the_truth_is(AttentionCase& c, const Subject& subject, Scalar scalar,
                                  AttentionJudge& judge) {
  const AttentionAnswer answer = ask(subject, scalar, c.given());
  constexpr double any_number = std::numeric_limits<double>::max();
  for (const AttentionArray array : all_attention_arrays) {
    judge.hold(std::string(name(array)), array_of(answer, array),
               array_of(c.whole.truth(scalar), array),
               [](std::size_t) { return flat_band(any_number); });
  }
}

}  // namespace

Law attention_stays_finite() {
  return attention_law(
      {.name = "stays-finite",
       .statement = "nothing is NaN or infinite where all that the definition forms is in range",
       .source = "IEEE 754: what is in range rounds to a number",
       .generator = "as attention-agrees, arrays of 1e-20 to 1e20, rows up to 1e3, subnormals",
       .tolerance = "any number; within 1e3 of overflow, D² included, nobody is asked",
       .kills = {"mutant/exponential-in-two-factors", "mutant/elu-slope-of-both-branches"},
       .share = 3,
       .draw = {},
       .load = {}},
      {.repair = with_hard_entries,
       .fits = fits_always,
       .check = is_finite_where_the_truth_is,
       .unusable = [](AttentionCase& c, Scalar scalar) { return c.whole.overflowing(scalar); }});
}

}  // namespace slim::properties::laws
