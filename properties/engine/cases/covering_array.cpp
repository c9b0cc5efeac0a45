// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/covering_array.hpp"

#include "reference/vocabulary/scalars/random.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

namespace slim::properties {
namespace {

constexpr int tries_a_row = 12;
constexpr double slack = 1.2;  ///< largest cost of a row over the least cost of its pair

using Uncovered = std::set<LevelPair>;

LevelPair pair_of(int a, int level_of_a, int b, int level_of_b) {
  return a < b ? LevelPair{a, level_of_a, b, level_of_b} : LevelPair{b, level_of_b, a, level_of_a};
}

/// The number of uncovered pairs of `level` of `factor` with the decided levels.
int gain(const Combination& row, int factor, int level, const Uncovered& uncovered) {
  int pairs = 0;
  for (int other = 0; other < static_cast<int>(row.size()); ++other) {
    const int of_other = row[static_cast<std::size_t>(other)];
    if (other == factor || of_other == open_level) continue;
    pairs += uncovered.contains(pair_of(factor, level, other, of_other)) ? 1 : 0;
  }
  return pairs;
}

/// Fills the open factors in a random order, each with the level that covers most pairs.
Combination completed(const CoveringProblem& problem, Combination row, double most_cost,
                      const Uncovered& uncovered, const Random& random) {
  std::vector<int> order(row.size());
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[random.below(i, i)]);
  }
  std::uint64_t place = row.size() + 1;
  for (const int factor : order) {
    int& chosen = row[static_cast<std::size_t>(factor)];
    if (chosen != open_level) continue;
    int most = -1;
    int best = open_level;
    const int levels = static_cast<int>(problem.levels[static_cast<std::size_t>(factor)].size());
    const int turn = static_cast<int>(random.below(static_cast<std::uint64_t>(levels), place++));
    for (int i = 0; i < levels; ++i) {
      const int level = (i + turn) % levels;
      chosen = level;
      if (!(problem.least_cost(row) <= most_cost)) continue;
      const int pairs = gain(row, factor, level, uncovered);
      if (pairs <= most) continue;
      most = pairs;
      best = level;
    }
    chosen = best;
  }
  return row;
}

int pairs_covered(const Combination& row, const Uncovered& uncovered) {
  int pairs = 0;
  for (int factor = 1; factor < static_cast<int>(row.size()); ++factor) {
    Combination before(row.begin(), row.begin() + factor + 1);
    pairs += gain(before, factor, row[static_cast<std::size_t>(factor)], uncovered);
  }
  return pairs;
}

void cover(const Combination& row, Uncovered& uncovered) {
  for (int a = 0; a < static_cast<int>(row.size()); ++a) {
    for (int b = a + 1; b < static_cast<int>(row.size()); ++b) {
      uncovered.erase({a, row[static_cast<std::size_t>(a)], b, row[static_cast<std::size_t>(b)]});
    }
  }
}

}  // namespace

std::vector<PricedPair> possible_pairs(const CoveringProblem& problem) {
  std::vector<PricedPair> pairs;
  Combination row(problem.levels.size(), open_level);
  for (std::size_t a = 0; a < row.size(); ++a) {
    for (std::size_t b = a + 1; b < row.size(); ++b) {
      for (std::size_t i = 0; i < problem.levels[a].size(); ++i) {
        for (std::size_t j = 0; j < problem.levels[b].size(); ++j) {
          if (!problem.levels[a][i] || !problem.levels[b][j]) continue;
          row[a] = static_cast<int>(i);
          row[b] = static_cast<int>(j);
          const double cost = problem.least_cost(row);
          if (!std::isfinite(cost)) continue;
          pairs.push_back({.pair = {static_cast<int>(a), row[a], static_cast<int>(b), row[b]},
                           .least_cost = cost});
        }
      }
      row[a] = row[b] = open_level;
    }
  }
  return pairs;
}

CoveringArray covering_array(const CoveringProblem& problem) {
  CoveringArray array;
  std::vector<PricedPair> pairs = possible_pairs(problem);
  std::ranges::stable_sort(pairs, std::greater(), &PricedPair::least_cost);
  Uncovered uncovered;
  for (const PricedPair& priced : pairs) {
    if (priced.least_cost <= problem.cap) {
      uncovered.insert(priced.pair);
    } else {
      array.above_cap.push_back(priced.pair);
    }
  }
  const auto add_row = [&](const Combination& begun, double least_cost) {
    const double most_cost = std::min(problem.cap, std::max(slack * least_cost, problem.cheap));
    Combination best;
    int most = -1;
    for (int i = 0; i < tries_a_row; ++i) {
      const Random random(array.rows.size(), static_cast<std::uint64_t>(i));
      Combination row = completed(problem, begun, most_cost, uncovered, random);
      const int covered = pairs_covered(row, uncovered);
      if (covered <= most) continue;
      most = covered;
      best = std::move(row);
    }
    cover(best, uncovered);
    array.rows.push_back(std::move(best));
  };
  for (const Combination& begun : problem.wanted) {
    const double least_cost = problem.least_cost(begun);
    if (least_cost <= problem.cap) add_row(begun, least_cost);
  }
  for (const PricedPair& priced : pairs) {
    if (!uncovered.contains(priced.pair)) continue;
    Combination begun(problem.levels.size(), open_level);
    begun[static_cast<std::size_t>(priced.pair.first)] = priced.pair.first_level;
    begun[static_cast<std::size_t>(priced.pair.second)] = priced.pair.second_level;
    add_row(begun, priced.least_cost);
  }
  return array;
}

std::vector<std::vector<int>> occurrences(const std::vector<Combination>& rows) {
  std::vector<std::vector<int>> all;
  std::map<std::pair<std::size_t, int>, int> seen;
  for (const Combination& row : rows) {
    std::vector<int>& of_row = all.emplace_back();
    for (std::size_t factor = 0; factor < row.size(); ++factor) {
      of_row.push_back(seen[{factor, row[factor]}]++);
    }
  }
  return all;
}

}  // namespace slim::properties
