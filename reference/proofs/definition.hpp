// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/definition/performer_by_definition.hpp"
#include "reference/proofs/proof.hpp"

namespace slim::reference::proofs {

/// Loss, logits and final prefix sums agree with the independent implementation from the equations,
/// where attention is a masked L×L matrix.
inline double definition() {
  Worst worst;
  for (const Example& example : examples()) {
    const GradientResult<Real> answer = answer_to(example.task());
    const DefinedForward<Real> truth = performer_by_definition(example.task());
    worst.see(answer.loss - truth.loss, 1e-15L * truth.loss);
    compare(worst, entries(answer.logits), entries(truth.logits),
            1e-15L * largest(entries(truth.logits)));
    compare(worst, answer.end.values(), truth.end.values(),
            1e-15L * largest(std::as_const(truth.end).values()));
  }
  return worst.multiple();
}

}  // namespace slim::reference::proofs
