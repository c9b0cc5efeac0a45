// SPDX-License-Identifier: Apache-2.0
#include "properties/report/expectation.hpp"

#include "properties/report/level.hpp"
#include "properties/report/unclaimed_laws.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slim::properties {
namespace {

std::string outcome(const RunResult& result, const std::optional<Expectation>& expectation) {
  if (expectation && !expectation->met()) return "NOT as expected";
  const bool holds = result.holds();
  if (expectation && !holds) return "fails as expected";
  const UnclaimedLaws unclaimed = unclaimed_laws(result);
  const int run = unclaimed.of;
  if (!result.laws_not_run.empty()) {
    return fmt::format("{} ({} of {} laws)",
                       holds ? "what was run holds" : "NOT all that was run holds", run,
                       run + static_cast<int>(result.laws_not_run.size()));
  }
  if (!holds) return "NOT all laws hold";
  if (unclaimed.names.empty()) return "all laws hold";
  return fmt::format("all claimed laws hold ({} of {})",
                     run - static_cast<int>(unclaimed.names.size()), run);
}

}  // namespace

std::vector<std::string> differences_in_words(const Expectation& expectation) {
  std::vector<std::string> lines;
  for (const std::string& key : expectation.unexpected) {
    lines.push_back("unexpected failure: " + key);
  }
  for (const std::string& key : expectation.stale) {
    lines.push_back("stale expected failure (the law holds or was not run): " + key);
  }
  for (const std::string& what : expectation.idle) {
    lines.push_back("no case was executed: " + what);
  }
  if (expectation.falls_short) lines.emplace_back("the run falls short, as its reports say");
  return lines;
}

nlohmann::ordered_json expectation_json(const std::optional<Expectation>& expectation) {
  if (!expectation) return nullptr;
  return {{"listed", expectation->listed},
          {"met", expectation->met()},
          {"unexpected", expectation->unexpected},
          {"stale", expectation->stale},
          {"idle", expectation->idle},
          {"falls_short", expectation->falls_short}};
}

std::string how_it_went(const RunResult& result, const std::optional<Expectation>& expectation) {
  std::string text = outcome(result, expectation);
  for (const LevelVerdict& level : level_verdicts(result)) {
    if (level.standing != LevelVerdict::Standing::not_claimed &&
        level.standing != LevelVerdict::Standing::slope_not_judged) {
      continue;
    }
    text += fmt::format("; {}: {}", name(level.level), name(level.standing));
  }
  for (const Scalar scalar : result.scalars_not_run)
    text += fmt::format("; {}: not run", name(scalar));
  return text;
}

}  // namespace slim::properties
