// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"

#include <algorithm>

namespace slim::chunked::distributed {

/// The rows of one rank: first … first + rows - 1 of every sequence; none if there are more ranks
/// than rows.
struct Part {
  Index first = 0;
  Index rows = 0;
};

/// Part `rank` of L rows in P contiguous parts. The first L mod P parts have one row more than the
/// others.
inline Part part_of(Index L, Index P, Index rank) {
  return {.first = rank * (L / P) + std::min(rank, L % P), .rows = L / P + (rank < L % P ? 1 : 0)};
}

}  // namespace slim::chunked::distributed
