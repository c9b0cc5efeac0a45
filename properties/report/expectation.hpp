// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/engine.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace slim::properties {

/// A run compared with a list of expected failures. Each failure is "LAW SCALAR".
struct Expectation {
  std::vector<std::string> listed{};      ///< expected to fail
  std::vector<std::string> unexpected{};  ///< failed, but not listed
  std::vector<std::string> stale{};       ///< listed, but held or were not run
  /// Laws and declared tasks without an executed case, or "anything" if no case was executed at
  /// all. A list of expected failures does not excuse these.
  std::vector<std::string> idle{};
  /// Another shortfall, of those in RunResult::shortfalls. No list excuses it either.
  bool falls_short = false;

  [[nodiscard]] bool met() const {
    return unexpected.empty() && stale.empty() && idle.empty() && !falls_short;
  }
};

/// One line for each difference; empty if there is none.
std::vector<std::string> differences_in_words(const Expectation& expectation);

/// {"listed", "met", "unexpected", "stale", "idle", "falls_short"}; null if no list was given.
nlohmann::ordered_json expectation_json(const std::optional<Expectation>& expectation);

/// The headline of every report, which agrees with the exit code: "all laws hold", "all claimed
/// laws hold (27 of 29)", "NOT all laws hold"; if only some laws were run, "what was run holds (5
/// of 29 laws)"; if a list of expected failures was given, even an empty one, "fails as expected"
/// or "NOT as expected". Then what was not checked: "; Gradient: not claimed; float64: not run".
std::string how_it_went(const RunResult& result, const std::optional<Expectation>& expectation);

}  // namespace slim::properties
