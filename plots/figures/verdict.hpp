// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slim::plots {

/// The verdict of the measurements on one claim of the paper.
struct Verdict {
  std::string claim;      ///< "MEMORY-C"
  std::string verdict;    ///< SUPPORTED, REFUTED, INCONCLUSIVE, NOT-JUDGED
  std::string statement;  ///< the claim in words
  std::string statistic;  ///< the computed statistic
  std::optional<double> value;
  std::optional<std::pair<double, double>> interval;  ///< the upper end may be infinite
  std::string rule;                                   ///< condition for SUPPORTED
  std::string evidence;                               ///< one sentence
  std::string source;                                 ///< where the paper makes the claim
  std::string expected = {};                          ///< verdict that is expected; may be empty
  std::string unit = {};                              ///< of the value, in words; may be empty
  std::string cell = {};                              ///< "row / column" of table 1; may be empty
  std::string theory = {};                            ///< what the paper states for the cell
  std::string measured = {};                          ///< what was measured for the cell
  std::string code = {};   ///< fingerprint of the measured sources; empty: unknown
  std::string scale = {};  ///< scale of the judged records; empty: unknown
};

/// Value, interval and unit: experiments::value_in_words.
std::string number_and_interval(const Verdict& verdict);

/// Reads the verdicts in `folder`/verdicts.json; none when there is no such file. Throws
/// ContractError, with one line that starts with the path, when it is not a list of verdicts of
/// schema 1.
std::vector<Verdict> read_verdicts(const std::filesystem::path& folder);

}  // namespace slim::plots
