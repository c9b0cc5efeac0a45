#pragma once

#include "properties/engine/engine.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace slim::properties {

/// A run against the failures that were expected of it. Each is "LAW SCALAR".
struct Expectation {
  std::vector<std::string> listed{};      ///< that are expected to fail
  std::vector<std::string> unexpected{};  ///< that broke and are not listed
  std::vector<std::string> stale{};       ///< listed, and hold, or are not in the run
  /// Laws that executed no case, declared tasks of which none was, or "anything": no list of
  /// failures excuses these.
  std::vector<std::string> idle{};

  [[nodiscard]] bool met() const { return unexpected.empty() && stale.empty() && idle.empty(); }
};

/// A line for each thing that is not as expected; none where all is.
std::vector<std::string> differences_in_words(const Expectation& expectation);

/// {"listed", "met", "unexpected", "stale", "idle"}; null where nothing was said of what to expect.
nlohmann::ordered_json expectation_json(const std::optional<Expectation>& expectation);

/// The headline of every report. How it went, as the exit code says: "all laws hold", "all claimed
/// laws hold (27 of 31)", "NOT all laws hold"; of a part of the laws, "what was run holds (5 of 31
/// laws)"; where failures were listed, be it none, "fails as expected" or "NOT as expected". Then
/// what was not tried: "; Gradient: not claimed; float64: not run".
std::string how_it_went(const RunResult& result, const std::optional<Expectation>& expectation);

}  // namespace slim::properties
