#include "properties/program/expectation.hpp"

#include <nlohmann/json.hpp>

namespace slim::properties {

std::vector<std::string> differences_in_words(const Expectation& expectation) {
  std::vector<std::string> lines;
  for (const std::string& key : expectation.unexpected) {
    lines.push_back("unexpected failure: " + key);
  }
  for (const std::string& key : expectation.stale) {
    lines.push_back("stale expected failure, it holds or was not run: " + key);
  }
  for (const std::string& what : expectation.idle) {
    lines.push_back("no case was executed of " + what);
  }
  return lines;
}

nlohmann::ordered_json expectation_json(const std::optional<Expectation>& expectation) {
  if (!expectation) return nullptr;
  return {{"listed", expectation->listed},
          {"met", expectation->met()},
          {"unexpected", expectation->unexpected},
          {"stale", expectation->stale},
          {"idle", expectation->idle}};
}

std::string how_it_went(const RunResult& result, const std::optional<Expectation>& expectation) {
  if (expectation && !expectation->met()) return "NOT as expected";
  if (result.holds()) return "all laws hold";
  return expectation ? "fails as expected" : "NOT all laws hold";
}

}  // namespace slim::properties
