// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

namespace slim::properties {

/// One level of each factor, or `open_level` for a factor that is not decided yet.
using Combination = std::vector<int>;
inline constexpr int open_level = -1;

/// A level of each of two factors, first < second.
struct LevelPair {
  int first = 0;
  int first_level = 0;
  int second = 0;
  int second_level = 0;

  auto operator<=>(const LevelPair&) const = default;
};

/// The factors of a covering array, and the cost of its rows.
struct CoveringProblem {
  /// Levels of each factor. The pairs of a level that is false need not be covered.
  std::vector<std::vector<bool>> levels;
  /// The least cost of a row that extends this combination; infinite where no row does.
  std::function<double(const Combination&)> least_cost;
  double cap = 0.0;    ///< pairs whose cheapest row costs more than this are not covered
  double cheap = 0.0;  ///< every row may cost up to this
  /// Levels of several factors that are to meet in a row, unless it costs more than the cap.
  std::vector<Combination> wanted{};
};

/// Rows in which every wanted combination and every pair of levels occurs, except impossible pairs
/// and those above the cap.
struct CoveringArray {
  std::vector<Combination> rows;
  std::vector<LevelPair> above_cap;
};

/// A greedy, deterministic covering array: the most expensive uncovered pair gets a row of about
/// its least cost, whose other factors cover as many more pairs as that cost allows.
/// Source: the one-row-at-a-time construction of Bryce, Colbourn and Cohen, "A framework of greedy
/// methods for constructing interaction test suites", ICSE 2005.
CoveringArray covering_array(const CoveringProblem& problem);

/// A pair of levels that rows have to cover, and the cost of its cheapest row.
struct PricedPair {
  LevelPair pair;
  double least_cost = 0.0;
};
/// All pairs that have to be covered, except impossible ones.
std::vector<PricedPair> possible_pairs(const CoveringProblem& problem);

/// For each row and factor, how many earlier rows have the same level.
std::vector<std::vector<int>> occurrences(const std::vector<Combination>& rows);

}  // namespace slim::properties
