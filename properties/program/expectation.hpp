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

/// "all laws hold", "NOT all laws hold"; where failures were listed, be it none, "fails as
/// expected" or "NOT as expected". As the exit code has it.
std::string how_it_went(const RunResult& result, const std::optional<Expectation>& expectation);

}  // namespace slim::properties
