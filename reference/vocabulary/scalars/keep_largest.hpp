// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace slim {

/// Replaces `largest` by x if that is larger. A NaN is kept, once met, so that no comparison of the
/// result with a bound holds.
template <class T>
void keep_largest(T& largest, const T& x) {
  const bool is_nan = largest != largest;  // NOLINT(misc-redundant-expression): NaN of any scalar
  if (!is_nan && !(x <= largest)) largest = x;
}

}  // namespace slim
