// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"

#include <algorithm>

namespace slim::chunked {

/// Slice n of sequence b: its rows first … first + rows - 1.
struct Slice {
  Index n;
  Index b;
  Index first;
  Index rows;
};

/// Sequences of L rows in slices of C; the last slice may be shorter.
struct Cut {
  Index L;
  Index C;

  /// Requires both to be at least 1. C is at most L.
  Cut(Index length, Index slice_length) : L(length), C(std::min(slice_length, length)) {}
  [[nodiscard]] Index slices() const { return (L + C - 1) / C; }
  [[nodiscard]] Slice slice(Index n, Index b) const {
    return {.n = n, .b = b, .first = n * C, .rows = std::min(C, L - n * C)};
  }
};

}  // namespace slim::chunked
