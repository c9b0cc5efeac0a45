#pragma once

#include <functional>
#include <vector>

namespace slim::properties {

/// One level of each factor; `open` where a factor is not decided yet.
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

/// What a covering array has to cover.
struct CoveringProblem {
  /// Levels of each factor. A level that is false only fills rows: its pairs need not be covered.
  std::vector<std::vector<bool>> levels;
  /// The least cost of a row that extends this combination; infinite where no row does.
  std::function<double(const Combination&)> least_cost;
  double cap = 0.0;    ///< pairs whose every row costs more than this are not covered
  double cheap = 0.0;  ///< rows up to this cost are as good as free
};

/// Rows in which every pair of levels meets, but for pairs that are impossible or above the cap.
struct CoveringArray {
  std::vector<Combination> rows;
  std::vector<LevelPair> above_cap;
};

/// A greedy covering array, the same for the same problem: the dearest uncovered pair gets a row
/// of about its least cost, whose other factors cover as many more pairs as that cost allows.
/// Source: the one-row-at-a-time construction of Bryce, Colbourn and Cohen, "A framework of greedy
/// methods for constructing interaction test suites", ICSE 2005.
CoveringArray covering_array(const CoveringProblem& problem);

/// All pairs of levels that rows have to cover, with the least cost of each; impossible ones left
/// out.
struct PricedPair {
  LevelPair pair;
  double least_cost = 0.0;
};
std::vector<PricedPair> possible_pairs(const CoveringProblem& problem);

/// How many rows before each have the same level, by row and factor.
std::vector<std::vector<int>> occurrences(const std::vector<Combination>& rows);

}  // namespace slim::properties
