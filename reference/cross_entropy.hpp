#pragma once

#include "reference/products.hpp"
#include "reference/vocabulary/sequences.hpp"

#include <cmath>

namespace slim::reference {

/// A sum of losses, and its gradient in the logits.
template <class T>
struct CrossEntropy {
  T loss;
  Matrix<T> dlogits;  ///< [L, V]
};

/// The loss of the next token, summed over sequence b's counted targets and divided by `divisor`:
///   Σ_l (log Σ_j e^(z_lj) − z_l,target) / divisor,  dz_lj = (softmax(z_l)_j − [j = target]) /
///   divisor
/// A divisor of 0 (nothing counts, no epsilon) gives loss 0 and gradient 0.
template <class T>
CrossEntropy<T> cross_entropy(const Matrix<T>& logits, const Sequences& sequences, Index b,
                              const T& divisor) {
  using std::exp;
  using std::log;
  const Index V = logits.cols();
  CrossEntropy<T> result{.loss = T(0), .dlogits = Matrix<T>::Zero(logits.rows(), V)};
  if (divisor == T(0)) return result;
  Vector<T> weights(V);
  for (Index l = 0; l < logits.rows(); ++l) {
    if (!sequences.counts(b, l)) continue;
    T largest = logits(l, 0);
    for (Index j = 1; j < V; ++j) {
      if (logits(l, j) > largest) largest = logits(l, j);
    }
    for (Index j = 0; j < V; ++j) weights(j) = exp(logits(l, j) - largest);
    const T total = sum<T>(V, [&](Index j) { return weights(j); });
    const Index target = sequences.target(b, l);
    result.loss += (log(total) + (largest - logits(l, target))) / divisor;
    for (Index j = 0; j < V; ++j) {
      const T probability = weights(j) / total;
      result.dlogits(l, j) = (j == target ? probability - T(1) : probability) / divisor;
    }
  }
  return result;
}

}  // namespace slim::reference
