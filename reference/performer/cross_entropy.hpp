// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/products.hpp"
#include "reference/vocabulary/model/sequences.hpp"

#include <cmath>

namespace slim::reference {

/// A sum of losses, and its gradient with respect to the logits.
template <class T>
struct CrossEntropy {
  accumulator_t<T> loss;
  Matrix<T> dlogits;  ///< [L, V]
};

/// The loss of the next token, summed over the counted targets of sequence b, over `divisor`. The
/// logits are those of its rows that are no padding:
///   Σ_l (log Σ_j e^(z_lj) − z_l,target) / divisor
///   dz_lj = (softmax(z_l)_j − [j = target]) / divisor
/// A divisor of 0 (no counted target, no epsilon) gives loss 0 and gradient 0.
template <class T>
CrossEntropy<T> cross_entropy(const Matrix<T>& logits, const Sequences& sequences, Index b,
                              const accumulator_t<T>& divisor) {
  using std::exp;
  using std::log;
  using Wide = accumulator_t<T>;
  const Index V = logits.cols();
  CrossEntropy<T> result{.loss = Wide(0), .dlogits = Matrix<T>::Zero(logits.rows(), V)};
  if (divisor == Wide(0)) return result;
  Vector<Wide> weights(V);
  const Index first_row = sequences.first_row(b);
  for (Index l = 0; l < logits.rows(); ++l) {
    if (!sequences.counts(b, first_row + l)) continue;
    Wide largest = wide(logits(l, 0));
    for (Index j = 1; j < V; ++j) {
      if (wide(logits(l, j)) > largest) largest = wide(logits(l, j));
    }
    for (Index j = 0; j < V; ++j) weights(j) = exp(wide(logits(l, j)) - largest);
    const Wide total = sum<T>(V, [&](Index j) { return weights(j); });
    const Index target = sequences.target(b, first_row + l);
    result.loss += (log(total) + (largest - wide(logits(l, target)))) / divisor;
    for (Index j = 0; j < V; ++j) {
      const Wide probability = weights(j) / total;
      result.dlogits(l, j) = T((j == target ? probability - Wide(1) : probability) / divisor);
    }
  }
  return result;
}

}  // namespace slim::reference
