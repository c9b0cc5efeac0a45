#include "properties/laws/gradient_agrees.hpp"

#include "properties/laws/gradient_law.hpp"

namespace slim::properties::laws {
namespace {

Finding agrees_with_reference(GradientEvidence& evidence, const Subject& subject, Scalar scalar) {
  if (std::optional<Finding> excuse = excused(subject, scalar, evidence)) return *excuse;
  return judge(subject, scalar, [&](Scalar in) {
    const GradientAnswer answer = ask(subject, in, evidence.given());
    return worst_discrepancy(answer, evidence.truth(), evidence.bounds(in));
  });
}

}  // namespace

Law gradient_agrees() {
  return gradient_law(
      {.name = "gradient-agrees",
       .statement = "for every slice length C, loss and gradient are the naive reference's",
       .source = "SLiM Performer, abstract: the gradient is exact for every C",
       .generator = "models with L·s·d_ff ≤ 1000, lengths around the slice's edges, masks, batches",
       .tolerance = "50 digits: 1e-40 of the largest gradient entry; else by row, 4 times the "
                    "deviation of 32 randomly rounded references, which counts as u/16 of the "
                    "gradient's largest entry at least",
       .kills = {"mutant/last-row-dropped", "mutant/mask-ignored-by-loss",
                 "mutant/normalised-by-all-positions", "mutant/model-carried-gradient-lost",
                 "mutant/slice-sum-without-keys", "mutant/bias-written-past-its-end",
                 "mutant/layer-norm-epsilon-of-a-millionth", "mutant/last-sequence-only",
                 "mutant/slice-sum-doubled", "mutant/model-own-slice-whole",
                 "mutant/gelu-slope-without-density", "mutant/layer-norm-statistics-detached",
                 "mutant/embedding-gradient-overwritten", "mutant/positions-from-one",
                 "mutant/heads-interleaved", "mutant/weights-transposed"},
       .draw = {},
       .load = {}},
      {.check = agrees_with_reference});
}

}  // namespace slim::properties::laws
