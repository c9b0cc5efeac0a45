// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/rows/scalar_functions.hpp"

namespace slim::chunked {

/// The loss of one row of logits z, log Σ exp z - z_target, without its gradient: the same
/// operations in the same order as in cross_entropy_with_gradient.
template <class T, class Row>
T cross_entropy(const Row& z, Index target) {
  const T largest = z.maxCoeff();
  T total(0);
  for (Index j = 0; j < z.size(); ++j) total += exp(T(z(j) - largest));
  return (largest - z(target)) + log(total);
}

}  // namespace slim::chunked
