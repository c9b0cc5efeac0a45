// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/proofs/proof.hpp"

namespace slim::reference::proofs {

/// Later tokens have no effect, bit for bit: replacing them does not change the logits of a row,
/// and if only the first targets count, the embeddings of later tokens have gradient 0.
inline double causality() {
  Worst worst;
  for (const FeatureMap& map :
       {FeatureMap{FeatureKind::square}, FeatureMap{FeatureKind::favor_plus}}) {
    constexpr Index L = 6;
    auto c = drawn_case<Real>({.vocab_size = L + 1,
                               .hidden_dim = 8,
                               .layers = 2,
                               .ffn_dim = 3,
                               .heads = 2,
                               .feature_map = map},
                              1, L, 2);
    for (Index l = 0; l <= L; ++l) {
      c.sequences.tokens(0)[static_cast<std::size_t>(l)] = static_cast<std::int32_t>(l);
    }
    c.sequences.add_mask();
    GradientTask<Real> task = c.task();
    task.wants_logits = true;
    const GradientResult<Real> before = answer_to(task);
    for (Index l = 0; l < L; ++l) {
      for (Index j = 0; j < L; ++j) {
        c.sequences.mask(0)[static_cast<std::size_t>(j + 1)] = j <= l ? 1 : 0;
        c.sequences.tokens(0)[static_cast<std::size_t>(j + 1)] =
            static_cast<std::int32_t>(j <= l ? j + 1 : L - j);
      }
      const GradientResult<Real> after = answer_to(task);
      worst.require(after.logits.topRows(l + 1) == before.logits.topRows(l + 1));
      for (Index j = 0; j <= L; ++j) {
        // A token that occurs in no input up to row l, wherever it occurs later.
        if (j > l) worst.require(after.gradient.input_map().row(j).isZero(0));
      }
    }
  }
  return worst.multiple();
}

}  // namespace slim::reference::proofs
