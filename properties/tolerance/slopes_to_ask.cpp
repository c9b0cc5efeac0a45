// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/slopes_to_ask.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace slim::properties {
namespace {

constexpr auto steps = static_cast<Index>(slope_steps.size());
constexpr Index least_columns = 4;  ///< of a row that is asked at all

/// Which of D coordinates a row is moved along: `count` of them, evenly spaced from a drawn one,
/// which in every fourth row is the last one.
class DrawnColumns {
 public:
  DrawnColumns(const Random& random, Index D, Index count)
      : random_(random), width_(D), count_(count) {}
  [[nodiscard]] Index of(Index row, Index at) const {
    const auto place = 2 * static_cast<std::uint64_t>(row);
    const Index first = random_.below(4, place) == 0 ? width_ - 1 : below(width_, place + 1);
    return (first + at * width_ / count_) % width_;
  }

 private:
  [[nodiscard]] Index below(Index count, std::uint64_t place) const {
    return static_cast<Index>(random_.below(static_cast<std::uint64_t>(count), place));
  }
  Random random_;
  Index width_;
  Index count_;
};

SlopesToAsk all_in_place(const HeadsSizes& x, Index columns, const Random& random) {
  const DrawnColumns drawn(random, x.cols, columns);
  const Index rows = x.batch * x.heads * x.rows;
  SlopesToAsk asked{.sizes = x, .rows = {}, .between_steps = rows};
  asked.sizes.batch *= steps * columns;
  for (Index at = 0; at < steps * columns * rows; ++at) {
    asked.rows.push_back({.row = at % rows,
                          .column = drawn.of(at % rows, at / rows / steps),
                          .step = static_cast<std::size_t>(at / rows % steps)});
  }
  return asked;
}

/// The indices of rows, those first that are asked in any case, then the others in a drawn order.
std::vector<Index> by_importance(Index L, const Random& random) {
  std::vector<Index> order = {L - 1, 0};
  Index edge = 1;
  while (2 * edge < L) edge *= 2;
  for (; edge > 0; edge /= 2) {
    order.push_back(edge);
    order.push_back(edge - 1);
  }
  std::vector<std::pair<std::uint64_t, Index>> others;
  for (Index l = 0; l < L; ++l) {
    others.emplace_back(random.below(std::uint64_t{1} << 32, static_cast<std::uint64_t>(l)), l);
  }
  std::ranges::sort(others);
  for (const auto& [drawn, l] : others) order.push_back(l);
  std::vector<Index> once;
  for (const Index l : order) {
    if (l < L && std::ranges::find(once, l) == once.end()) once.push_back(l);
  }
  return once;
}

}  // namespace

SlopesToAsk slopes_to_ask(const HeadsSizes& x, Index M, bool in_place, Index most,
                          const Random& random) {
  const auto& [B, H, L, D] = x;
  const Index of_slope = steps * (D + M);
  if (in_place) {
    return all_in_place(x, std::clamp<Index>(most / (of_slope * B * H * L), 1, D), random);
  }
  const Index all = B * L;  // rows of each head
  const Index slopes = std::clamp<Index>(most / (of_slope * H), 1, all * D);
  const Index columns = std::clamp<Index>(slopes / all, std::min(least_columns, D), D);
  const Index rows = std::clamp<Index>(slopes / columns, 1, all);
  SlopesToAsk asked{.sizes = {.batch = 1, .heads = H, .rows = rows * columns * steps, .cols = D},
                    .rows = {},
                    .between_steps = 1};
  const DrawnColumns drawn(random, D, columns);
  const std::vector<Index> order =
      by_importance(L, Random(random.seed(), stream_named("order of rows")));
  for (Index h = 0; h < H; ++h) {
    for (Index n = 0; n < rows; ++n) {
      const Index l = order[static_cast<std::size_t>(n / B)];
      const Index row = (n % B * H + h) * L + l;
      for (Index at = 0; at < columns * steps; ++at) {
        asked.rows.push_back({.row = row,
                              .column = drawn.of(row, at / steps),
                              .step = static_cast<std::size_t>(at % steps)});
      }
    }
  }
  return asked;
}

}  // namespace slim::properties
