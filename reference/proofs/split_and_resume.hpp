// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/proofs/proof.hpp"

namespace slim::reference::proofs {

/// A sequence processed in two segments, with the prefix sums passed on and their cotangent passed
/// back, has the loss, the gradient and the states of the whole sequence.
inline double split_and_resume() {
  Worst worst;
  for (const Example& example : examples()) {
    const GradientTask<Real> task = example.task();
    if (task.sequences.has_padding()) continue;  // a part might be padding alone
    const GradientResult<Real> whole = answer_to(task);
    const Index L = task.sequences.length();
    for (const Index cut : {Index{1}, L / 2, L - 1}) {
      const Sequences head = segment(task.sequences, 0, cut);
      const Sequences tail = segment(task.sequences, cut, L - cut);
      const auto part = [&](const Sequences& sequences, Index first) {
        return GradientTask<Real>{.model = task.model,
                                  .theta = task.theta,
                                  .omega = task.omega,
                                  .sequences = sequences,
                                  .slice_length = 1,
                                  .wants_state = true,
                                  .first_position = task.first_position + first,
                                  .counted_targets = task.sequences.counted_targets()};
      };
      GradientTask<Real> first = part(head, 0);
      first.start = task.start;
      const State<Real> boundary = answer_to(first).end;
      GradientTask<Real> second = part(tail, cut);
      second.start = &boundary;
      second.end_cotangent = task.end_cotangent;
      const GradientResult<Real> later = answer_to(second);
      first.end_cotangent = &later.start_cotangent;
      const GradientResult<Real> earlier = answer_to(first);

      const Real bound = 1e-15L * (1 + largest(whole.gradient.values()));
      worst.see(earlier.loss + later.loss - whole.loss, bound);
      std::vector<Real> total(earlier.gradient.values().begin(), earlier.gradient.values().end());
      for (std::size_t i = 0; i < total.size(); ++i) total[i] += later.gradient.values()[i];
      compare(worst, total, whole.gradient.values(), bound);
      compare(worst, later.end.values(), whole.end.values(), bound);
      compare(worst, earlier.start_cotangent.values(), whole.start_cotangent.values(), bound);
    }
  }
  return worst.multiple();
}

}  // namespace slim::reference::proofs
