// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/gradient/gradient_law.hpp"
#include "properties/laws/laws.hpp"

namespace slim::properties::laws {
namespace {

Finding agrees_with_reference(GradientEvidence& evidence, const Subject& subject, Scalar scalar) {
  if (std::optional<Finding> excuse = excused(subject, scalar, evidence)) return *excuse;
  const bool with_logits = evidence.with_logits() && subject.capabilities.logits;
  const auto within = [&](GradientBounds bounds) {
    if (!with_logits) bounds.logits.clear();
    return bounds;
  };
  Finding finding = judge(subject, scalar, evidence, [&](Scalar in, const GradientBounds& bounds) {
    const GradientAnswer answer = ask(subject, in, evidence.given(), {.wants_logits = with_logits});
    return worst_discrepancy(answer, evidence.truth(), within(bounds));
  });
  finding.judged = judged_tensors(evidence, within(largest_bounds(subject, scalar, evidence)));
  return finding;
}

/// In some cases, parameters with all digits of a double: a subject that rounds them to float32
/// would not be seen otherwise.
GradientSpec with_more_digits_at_times(GradientSpec spec) {
  spec.all_digits = spec.seed % 16 == 3;
  return spec;
}

}  // namespace

/// Loss and gradient are those of the definition for any slice length.
///
/// Statement: for every model, sequences, mask and C ≥ 1: loss = loss* and ∂loss/∂θ = (∂loss/∂θ)*,
/// row by row, where * is the naive reference over the whole sequence in 50 digits; and in cases of
/// odd length logits = logits*, if the subject claims logits. A right loss does not imply a right
/// gradient: a drifted state gives a right loss and a wrong gradient. Source: SLiM Performer,
/// abstract: "exact, without any approximation, for every slice length". Generator: gradient_specs.
/// Tolerance: 50 digits, 1e-40 of the largest gradient entry; hardware numbers, 4 times the
/// deviation of the ensemble of randomly rounded references in the row, which has a lower limit
/// (see ensemble.hpp). Kills: mutant/last-row-dropped.
Law gradient_agrees() {
  return gradient_law(
      {.name = "gradient-agrees",
       .statement =
           "for every slice length C, loss, gradient and logits are those of the naive reference",
       .source = "SLiM Performer, abstract: the gradient is exact for every C",
       .generator =
           "models with L·s·d_ff ≤ 1000, lengths near slice edges, masks, batches; one case in 20 "
           "has up to 129 rows",
       .tolerance =
           "50 digits: 1e-40 of the largest gradient entry; otherwise, by row, 4 times the "
           "deviation of 32 randomly rounded references, which is taken as at least u/16 "
           "of the gradient's largest entry",
       .kills = {"mutant/last-row-dropped",
                 "mutant/mask-ignored-by-loss",
                 "mutant/normalised-by-all-positions",
                 "mutant/model-carried-gradient-lost",
                 "mutant/slice-sum-without-keys",
                 "mutant/bias-written-past-its-end",
                 "mutant/layer-norm-epsilon-of-a-millionth",
                 "mutant/last-sequence-only",
                 "mutant/slice-sum-doubled",
                 "mutant/model-own-slice-whole",
                 "mutant/gelu-slope-without-density",
                 "mutant/layer-norm-statistics-detached",
                 "mutant/embedding-gradient-overwritten",
                 "mutant/positions-from-one",
                 "mutant/heads-interleaved",
                 "mutant/weights-transposed",
                 "mutant/position-restarted-in-every-slice",
                 "mutant/sums-not-exchanged-by-3-ranks",
                 "mutant/own-sums-included-by-3-ranks",
                 "mutant/cotangents-not-exchanged-by-3-ranks",
                 "mutant/gradient-of-first-of-3-ranks",
                 "mutant/position-restarted-on-each-of-3-ranks",
                 "mutant/ragged-rows-of-3-ranks-dropped"},
       .draw = {},
       .load = {}},
      {.check = agrees_with_reference,
       .repair = with_more_digits_at_times,
       .compares_logits = true,
       .sizes = DesignedCases::all});
}

}  // namespace slim::properties::laws
