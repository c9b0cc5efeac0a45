// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/cut_spec.hpp"
#include "properties/engine/make_law.hpp"
#include "properties/laws/gradient/gradient_law.hpp"
#include "properties/laws/laws.hpp"
#include "properties/tolerance/gradient_evidence.hpp"

namespace slim::properties::laws {
namespace {

/// A case and its two parts.
struct SplitCase {
  GradientEvidence whole;
  Index cut;
  GradientCase first;   ///< targets 0 … cut - 1
  GradientCase second;  ///< the rest
};

SplitCase split(GradientCase c, Index cut, Index first_position) {
  GradientCase first = part_of(c, 0, cut);
  GradientCase second = part_of(c, cut, c.sequences.length());
  return {
      .whole = GradientEvidence(std::move(c), GradientEvidence::Compares::gradient, first_position),
      .cut = cut,
      .first = std::move(first),
      .second = std::move(second)};
}

/// loss₁ + loss₂ and gradient₁ + gradient₂, added in 50 digits.
GradientAnswer joined(const SplitCase& c, const Subject& subject, Scalar scalar) {
  const Index counted = c.whole.given().sequences.counted_targets();
  const Index first_position = c.whole.first_position();
  const GradientAnswer before =
      ask(subject, scalar, c.first,
          {.first_position = first_position, .counted_targets = counted, .wants_state = true});
  const GradientAnswer second = ask(subject, scalar, c.second,
                                    {.first_position = first_position + c.cut,
                                     .counted_targets = counted,
                                     .start = &before.end,
                                     .wants_state = true});
  GradientAnswer sum = ask(subject, scalar, c.first,
                           {.first_position = first_position,
                            .counted_targets = counted,
                            .end_cotangent = &second.start_cotangent});
  sum.loss += second.loss;
  const std::span<Digits50> total = sum.gradient.values();
  for (std::size_t i = 0; i < total.size(); ++i) total[i] += second.gradient.values()[i];
  return sum;
}

Finding resumes(SplitCase& c, const Subject& subject, Scalar scalar) {
  if (!subject.capabilities.resumable_models) return not_claimed("to be resumable");
  if (std::optional<Finding> excuse = excused(subject, scalar, c.whole)) return *excuse;
  return judge(subject, scalar, c.whole, [&](Scalar in, const GradientBounds& allowed) {
    return worst_discrepancy(joined(c, subject, in), c.whole.truth(), allowed);
  });
}

}  // namespace

/// A sequence can be cut in two and resumed.
///
/// Statement: for 1 ≤ m < L, let B be the state after the first m rows. Run the second part from
/// start B, which gives loss₂, gradient₂ and the cotangent G of B. Run the first part with end
/// cotangent G, which gives loss₁ and gradient₁. Then loss₁ + loss₂ and gradient₁ + gradient₂ are
/// those of the whole. Source: Φ = loss + ⟨G, B⟩, SLiM Performer, algorithm 1; the chain rule.
/// Generator: gradient_specs with L ≥ 2 and a cut 1 ≤ m < L, at a slice edge or not; the whole may
/// begin at a large position, like a segment, so that positions in a narrow type show. Tolerance:
/// as in gradient_agrees, comparing the sums of both parts with the truth of the whole. Kills:
/// mutant/last-row-dropped; states without the key sum, cotangents lost between calls, positions in
/// half precision.
Law split_and_resume() {
  return make_law<CutSpec, SplitCase>(
      {.name = "split-and-resume",
       .statement = "for any cut, the second part from the end state of the first, and the first "
                    "part with the start cotangent of the second, add up to loss and gradient of "
                    "the whole",
       .source = "SLiM Performer, algorithm 1: Φ = loss + ⟨G, B⟩",
       .generator =
           "as gradient-agrees, cut at a slice edge or anywhere; in a quarter of the cases the "
           "first row is at position 257 to 70001",
       .tolerance = "as gradient-agrees, compared with the truth of the whole",
       .kills = {"mutant/last-row-dropped", "mutant/position-restarted", "mutant/position-in-half",
                 "mutant/model-start-ignored", "mutant/start-of-first-layer-only",
                 "mutant/model-end-cotangent-ignored", "mutant/counted-targets-ignored",
                 "mutant/start-on-first-of-3-ranks"},
       .one_in_digits50 = one_model_in_digits50,
       .draw = {},
       .load = {}},
      {.specs = cut_specs(Begins::anywhere),
       .readable = [](const CutSpec& spec) { return readable(spec); },
       .materialise =
           [](const CutSpec& spec) {
             return split(materialise(spec.whole), spec.cut, spec.first_position);
           },
       .to_file =
           [](const SplitCase& c) {
             CaseFile file = to_case_file(c.whole.given());
             file.metadata["cut"] = std::to_string(c.cut);
             file.metadata["first_position"] = std::to_string(c.whole.first_position());
             return file;
           },
       .from_file =
           [](const CaseFile& file) {
             GradientCase c = to_gradient_case(file);
             const Index cut = cut_of(file, c);
             return split(std::move(c), cut, first_position_of(file));
           },
       .unusable = [](SplitCase& c, Scalar scalar) { return c.whole.unusable(scalar); },
       .check = resumes,
       .unclaimed = [](SplitCase& c, const Subject& subject, Scalar scalar) -> std::string {
         if (!subject.capabilities.resumable_models) return "to be resumable";
         return unclaimed(subject, scalar, c.whole.given());
       }});
}

}  // namespace slim::properties::laws
