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

/// L rows of every sequence in slices of C; the last slice may be shorter.
struct Cut {
  Index L;
  Index C;
  Index first;  ///< the first of these rows

  /// Requires C of at least 1. C is at most L; no rows have no slices.
  Cut(Index length, Index slice_length, Index first_row = 0)
      : L(length), C(std::min(slice_length, length)), first(first_row) {}
  [[nodiscard]] Index slices() const { return L == 0 ? 0 : (L + C - 1) / C; }
  [[nodiscard]] Slice slice(Index n, Index b) const {
    return {.n = n, .b = b, .first = first + n * C, .rows = std::min(C, L - n * C)};
  }
};

}  // namespace slim::chunked
