// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/prefix_sums/kept_rows.hpp"

namespace slim::chunked {

/// A parallel scan: adds pairs, then pairs of pairs, then distributes the sums. It makes fewer than
/// 2C additions and no subtraction, so that a huge row does not affect earlier ones.
/// Depth: below 2⌈log₂ C⌉.
/// Source: Brent and Kung, "A regular layout for parallel adders", 1982.
struct ScanByTree {
  template <class Add>
  static void run(Index count, const Add& add) {
    Index stride = 1;
    for (; stride < count; stride *= 2) {
      for (Index i = 2 * stride - 1; i < count; i += 2 * stride) add(i - stride, i);
    }
    for (; stride >= 1; stride /= 2) {
      for (Index i = 3 * stride - 1; i < count; i += 2 * stride) add(i - stride, i);
    }
  }
};

/// Stores R and S of every row, added in logarithmic depth.
template <class T>
using Tree = KeptRows<T, ScanByTree>;

}  // namespace slim::chunked
