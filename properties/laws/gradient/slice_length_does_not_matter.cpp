// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/gradient/gradient_law.hpp"
#include "properties/laws/laws.hpp"

namespace slim::properties::laws {
namespace {

Finding is_alike_for_every_slice_length(GradientEvidence& evidence, const Subject& subject,
                                        Scalar scalar) {
  if (std::optional<Finding> excuse = excused(subject, scalar, evidence)) return *excuse;
  return judge(subject, scalar, evidence, [&](Scalar in, const GradientBounds& allowed) {
    GradientCase other = evidence.given();
    const GradientAnswer answer = ask(subject, in, other);
    const GradientBounds bounds = scaled(allowed, 2.0);
    Discrepancy worst;
    for (const Index C : {Index{1}, other.sequences.length()}) {
      other.slice_length = C;
      const Discrepancy found = worst_discrepancy(ask(subject, in, other), answer, bounds);
      if (worst.tensor.empty() || worse(found, worst)) worst = found;
    }
    return worst;
  });
}

}  // namespace

/// Loss and gradient do not depend on the slice length.
///
/// Statement: the answers for C, for one slice (C = L) and for slices of 1 are the same. Source:
/// SLiM Performer, abstract: the gradient is exact for every C. Uses the reference only for the
/// bound. Generator: gradient_specs. Tolerance: twice the bound of gradient_agrees, since each of
/// two answers may be off by it. Kills: faults at the edges of slices.
Law slice_length_does_not_matter() {
  return gradient_law(
      {.name = "slice-length-does-not-matter",
       .statement = "the answers for C, for one slice and for slices of one row are the same",
       .source = "SLiM Performer, abstract: the gradient is exact for every C",
       .generator = "as gradient-agrees",
       .tolerance = "twice the bound of gradient-agrees",
       .kills = {"mutant/last-row-dropped", "mutant/model-carried-gradient-lost"},
       .draw = {},
       .load = {}},
      {.check = is_alike_for_every_slice_length});
}

}  // namespace slim::properties::laws
