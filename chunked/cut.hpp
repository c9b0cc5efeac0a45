#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"

#include <algorithm>

namespace slim::chunked {

/// Rows first … first + rows - 1 of sequence b, slice n of it.
struct Slice {
  Index n;
  Index b;
  Index first;
  Index rows;
};

/// Sequences of L rows in slices of C, the last of which may be shorter.
struct Cut {
  Index L;
  Index C;

  /// Requires both to be at least 1; a slice is no longer than its sequence.
  Cut(Index length, Index slice_length) : L(length), C(std::min(slice_length, length)) {}
  [[nodiscard]] Index slices() const { return (L + C - 1) / C; }
  [[nodiscard]] Slice slice(Index n, Index b) const {
    return {.n = n, .b = b, .first = n * C, .rows = std::min(C, L - n * C)};
  }
};

}  // namespace slim::chunked
