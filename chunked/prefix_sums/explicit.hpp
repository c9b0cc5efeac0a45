// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/prefix_sums/kept_rows.hpp"

namespace slim::chunked {

/// Adds one row after another.
/// Depth: C.
struct ScanInOrder {
  template <class Add>
  static void run(Index count, const Add& add) {
    for (Index i = 1; i < count; ++i) add(i - 1, i);
  }
};

/// Stores R and S of every row, added in order: the paper's explicit form.
template <class T>
using Explicit = KeptRows<T, ScanInOrder>;

}  // namespace slim::chunked
