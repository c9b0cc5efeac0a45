// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/proofs/proof.hpp"

namespace slim::reference::proofs {

/// Replacing targets that do not count changes nothing, bit for bit. The loss of several counted
/// targets is the mean of their single losses, and the gradient is the mean of their gradients.
inline double mask() {
  Worst worst;
  for (const Norm norm : {Norm::branch_output, Norm::branch_input}) {
    constexpr Index L = 5;
    auto c = drawn_case<Real>(
        {.vocab_size = 5, .hidden_dim = 8, .layers = 2, .ffn_dim = 3, .heads = 2, .norm = norm}, 1,
        L, 3);
    c.sequences.add_mask();
    c.sequences.mask(0)[2] = c.sequences.mask(0)[L] = 0;
    const GradientResult<Real> all = answer_to(c.task());
    std::int32_t& last = c.sequences.tokens(0)[L];
    last = (last + 1) % 5;
    const GradientResult<Real> other = answer_to(c.task());
    worst.require(all.loss == other.loss);
    compare(worst, all.gradient.values(), other.gradient.values(), 0);

    const Real scale = 1e-15L * (1 + largest(all.gradient.values()));
    Real loss = 0;
    std::vector<Real> gradient(all.gradient.values().size(), 0);
    for (const std::size_t target : {1, 3, 4}) {
      std::ranges::fill(c.sequences.mask(0), std::uint8_t{0});
      c.sequences.mask(0)[target] = 1;
      const GradientResult<Real> one = answer_to(c.task());
      loss += one.loss / 3;
      for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] += one.gradient.values()[i] / 3;
    }
    worst.see(loss - all.loss, scale);
    compare(worst, gradient, all.gradient.values(), scale);
  }
  return worst.multiple();
}

}  // namespace slim::reference::proofs
