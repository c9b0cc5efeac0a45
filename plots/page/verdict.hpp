#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slim::plots {

/// What the measurements say about one claim of the paper.
struct Verdict {
  std::string claim;      ///< "MEMORY-C"
  std::string verdict;    ///< SUPPORTED, REFUTED, INCONCLUSIVE, NOT-JUDGED
  std::string statement;  ///< the claim in words
  std::string statistic;  ///< what was computed
  std::optional<double> value;
  std::optional<std::pair<double, double>> interval;  ///< one without an end goes to infinity
  std::string rule;                                   ///< when the claim counts as supported
  std::string evidence;                               ///< one sentence
  std::string source;                                 ///< where the claim is made
  std::string cell = {};      ///< of table 1, "row / column"; empty: not one
  std::string theory = {};    ///< of the cell
  std::string measured = {};  ///< likewise
  std::string code = {};      ///< fingerprint of the sources of what was judged; empty: not told
  std::string scale = {};     ///< of the records that were judged; empty: not told
};

/// "1.07 in [1.02, 1.11]", "0, exact", "1048576 or more", "none": as far as there is a value, and
/// an interval with a width.
std::string number_and_interval(const Verdict& verdict);

/// The verdicts in `folder`/verdicts.json; none when there is no such file. Throws ContractError,
/// one line that starts with the file, when it is not a list of verdicts of schema 1.
std::vector<Verdict> read_verdicts(const std::filesystem::path& folder);

}  // namespace slim::plots
