// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/accumulator.hpp"
#include "reference/vocabulary/scalars/matrix.hpp"

namespace slim::reference {

/// The prefix sums of one head at one position: R = Σ V_l g(K_l)ᵀ [d, M] and S = Σ g(K_l) [M]; or
/// their cotangents. The width d of values may differ from that of queries and keys.
template <class T>
struct PrefixSums {
  Matrix<T> R;
  Vector<T> S;
};

/// One head's features of queries and keys [L, M], and values [L, d]; or their cotangents.
template <class T>
struct AttentionRows {
  Matrix<T> gQ;
  Matrix<T> gK;
  Matrix<T> V;
};

/// Cotangents of all inputs of attention. All of them are sums, not yet rounded to storage: a
/// denominator of 1e-16 gives cotangents of 1e16 to features whose slope is 0.
template <class T>
struct AttentionPullback {
  AttentionRows<accumulator_t<T>> rows;  ///< of gQ, gK, V
  PrefixSums<accumulator_t<T>> start;
};

}  // namespace slim::reference
