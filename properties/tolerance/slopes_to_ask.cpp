// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/slopes_to_ask.hpp"

#include <algorithm>

namespace slim::properties {
namespace {

constexpr auto steps = static_cast<Index>(slope_steps.size());
constexpr Index least_columns = 4;  ///< of a row that is asked at all

SlopesToAsk all_in_place(const HeadsSizes& x, Index columns) {
  const Index rows = x.batch * x.heads * x.rows;
  SlopesToAsk asked{.sizes = x, .rows = {}, .between_steps = rows};
  asked.sizes.batch *= steps * columns;
  for (Index at = 0; at < steps * columns * rows; ++at) {
    asked.rows.push_back({.row = at % rows,
                          .column = at / rows / steps * x.cols / columns,
                          .step = static_cast<std::size_t>(at / rows % steps)});
  }
  return asked;
}

/// The indices of rows, those first that are asked in any case.
std::vector<Index> by_importance(Index L) {
  std::vector<Index> order = {L - 1, 0};
  Index edge = 1;
  while (2 * edge < L) edge *= 2;
  for (; edge > 0; edge /= 2) {
    order.push_back(edge);
    order.push_back(edge - 1);
  }
  for (Index l = 0; l < L; ++l) order.push_back(l);
  std::vector<Index> once;
  for (const Index l : order) {
    if (l < L && std::ranges::find(once, l) == once.end()) once.push_back(l);
  }
  return once;
}

}  // namespace

SlopesToAsk slopes_to_ask(const HeadsSizes& x, Index M, bool in_place, Index most) {
  const auto& [B, H, L, D] = x;
  const Index of_slope = steps * (D + M);
  if (in_place) return all_in_place(x, std::clamp<Index>(most / (of_slope * B * H * L), 1, D));
  const Index all = B * L;  // rows of each head
  const Index slopes = std::clamp<Index>(most / (of_slope * H), 1, all * D);
  const Index columns = std::clamp<Index>(slopes / all, std::min(least_columns, D), D);
  const Index rows = std::clamp<Index>(slopes / columns, 1, all);
  SlopesToAsk asked{.sizes = {.batch = 1, .heads = H, .rows = rows * columns * steps, .cols = D},
                    .rows = {},
                    .between_steps = 1};
  const std::vector<Index> order = by_importance(L);
  for (Index h = 0; h < H; ++h) {
    for (Index n = 0; n < rows; ++n) {
      const Index l = order[static_cast<std::size_t>(n / B)];
      for (Index at = 0; at < columns * steps; ++at) {
        asked.rows.push_back({.row = (n % B * H + h) * L + l,
                              .column = (n * columns + at / steps) % D,
                              .step = static_cast<std::size_t>(at % steps)});
      }
    }
  }
  return asked;
}

}  // namespace slim::properties
