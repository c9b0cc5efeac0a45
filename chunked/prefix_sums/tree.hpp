#pragma once

#include "chunked/prefix_sums/kept_rows.hpp"

namespace slim::chunked {

/// Pairs, then pairs of pairs, and back down. Depth: below 2⌈log₂ C⌉, with fewer than 2C additions
/// and no subtraction, so that a huge later row cannot hurt an earlier one.
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

/// R and S of every row kept, added in logarithmic depth.
template <class T>
using Tree = KeptRows<T, ScanByTree>;

}  // namespace slim::chunked
