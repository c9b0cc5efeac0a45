// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/memory/heads.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <array>
#include <vector>

namespace slim::properties {

/// A row of a question about slopes of features: a row of x, moved along one coordinate.
struct MovedRow {
  Index row;     ///< of x, in [B, H, L]
  Index column;  ///< of the coordinate
  std::size_t step;
};

/// A question about slopes: for each slope, x moved by every step.
struct SlopesToAsk {
  HeadsSizes sizes;            ///< of the array to ask
  std::vector<MovedRow> rows;  ///< of that array
  Index between_steps;         ///< rows from one step of a slope to the next
};

/// Distances in steps from x along one coordinate; the last two are from x/8, where maps that are
/// flat at x are steeper.
inline constexpr std::array<double, 6> slope_steps = {1.0, -1.0, 2.0, -2.0, 1.0, -1.0};

/// All slopes of M features of x [B, H, L, D], if the question and its answer then have no more
/// entries than `most`. Else some, along coordinates that are drawn for each row, so that another
/// case asks others: of as many rows as fit, which are the last one and the first, then those
/// beside powers of two, where blocks have their edges, then others, drawn. `in_place`: every row
/// keeps its place in the sequence, and is asked along at least one coordinate, even if that is
/// more than `most`.
SlopesToAsk slopes_to_ask(const HeadsSizes& x, Index M, bool in_place, Index most,
                          const Random& random);

}  // namespace slim::properties
