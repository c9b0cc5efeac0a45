// SPDX-License-Identifier: Apache-2.0
#include "properties/report/level.hpp"

#include "reference/vocabulary/scalars/printable.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace slim::properties {
namespace {

struct LawLevel {
  std::string_view law;
  Level level;
};

constexpr std::array<LawLevel, 44> law_levels = {{
    {"features-agree", Level::core},
    {"features-unbiased", Level::core},
    {"features-converge", Level::core},
    {"projection-as-declared", Level::core},
    {"attention-agrees", Level::core},
    {"conventions-agree", Level::core},
    {"future-does-not-leak", Level::core},
    {"averages", Level::core},
    {"stays-in-hull", Level::core},
    {"linear-in-values", Level::core},
    {"linear-in-queries", Level::core},
    {"key-scale-cancels", Level::core},
    {"heads-independent", Level::core},
    {"permutation-equivariant", Level::core},
    {"masked-keys-absent", Level::core},
    {"layouts-agree", Level::core},
    {"integers-exact", Level::core},
    {"pullback-agrees", Level::gradient},
    {"pullback-adjoint", Level::gradient},
    {"gradient-agrees", Level::gradient},
    {"future-does-not-matter", Level::gradient},
    {"batches-add", Level::gradient},
    {"declared-parts-agree", Level::gradient},
    {"attention-resumes", Level::sliced},
    {"slice-length-does-not-matter", Level::sliced},
    {"split-and-resume", Level::sliced},
    {"decoding-agrees", Level::sliced},
    {"bytes-as-claimed", Level::resources},
    {"stays-finite", Level::robust},
    {"isolates-non-finite", Level::robust},
    {"refuses-bad-tasks", Level::robust},
    {"calls-independent", Level::robust},
    {"gradient-calls-independent", Level::robust},
    {"refuses-bad-requests", Level::robust},
    {"own-slope-of-loss", Level::gradient},
    {"own-float32-agrees", Level::gradient},
    {"own-future-does-not-matter", Level::gradient},
    {"own-padding-is-truncation", Level::gradient},
    {"own-batches-add", Level::gradient},
    {"own-batch-order-does-not-matter", Level::gradient},
    {"own-slope-of-sliced-loss", Level::sliced},
    {"own-slices-agree", Level::sliced},
    {"own-resumes", Level::sliced},
    {"own-calls-independent", Level::robust},
}};

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

LevelVerdict::Standing standing_of(const LevelVerdict& verdict) {
  using enum LevelVerdict::Standing;
  if (!verdict.broken.empty()) return falls_short;
  if (verdict.laws == 0) return not_run;
  if (verdict.laws < verdict.of) return partly_run;
  if (verdict.executed == 0) return not_claimed;
  return verdict.slope_not_judged.empty() ? holds : slope_not_judged;
}

/// The law that compares the gradients of a level with slopes; empty if the level has none.
std::string_view slope_law_of(Level level) {
  if (level == Level::gradient) return "own-slope-of-loss";
  return level == Level::sliced ? "own-slope-of-sliced-loss" : "";
}

bool executed(const RunResult& result, std::string_view law) {
  return std::ranges::any_of(result.verdicts, [&](const Verdict& verdict) {
    return verdict.law == law && verdict.tally.executed() > 0;
  });
}

/// Says along which parameters the slopes were judged, over all scalars. Slices need not be judged
/// by slopes where they are compared with the full pass.
void add_slopes(const RunResult& result, LevelVerdict& level) {
  const std::string_view law = slope_law_of(level.level);
  const bool is_sliced = level.level == Level::sliced;
  const bool is_run = std::ranges::any_of(
      result.verdicts, [&](const Verdict& verdict) { return verdict.law == law; });
  if (!is_run || (is_sliced && executed(result, "own-slices-agree"))) return;
  if (!executed(result, law)) {
    if (!is_sliced && level.executed > 0) level.slope_not_judged.emplace_back("any parameter");
    return;
  }
  std::map<std::string, std::array<long, 2>> judged;  // by parameter: in all, and near 0
  for (const Verdict& verdict : result.verdicts) {
    if (verdict.law != law) continue;
    for (const JudgedTensor& of : verdict.tally.judged) {
      if (of.slope_along.empty()) continue;
      judged[of.slope_along][0] += of.judged;
      judged[of.slope_along][1] += of.near_zero;
    }
  }
  for (const auto& [name, counts] : judged) {
    if (counts[0] == 0) level.slope_not_judged.push_back(on_one_line(name));
    if (counts[0] > 0 && counts[0] == counts[1]) level.slope_near_zero.push_back(on_one_line(name));
  }
}

/// "; slope not judged along W, U and 3 more", or "" if there are no names.
std::string along(std::string_view what, std::vector<std::string> names) {
  constexpr std::size_t most = 4;
  if (names.empty()) return {};
  const std::size_t more = names.size() - std::min(names.size(), most);
  names.resize(names.size() - more);
  return fmt::format("; {} along {}{}", what, fmt::join(names, ", "),
                     more > 0 ? fmt::format(" and {} more", more) : "");
}

}  // namespace

std::string_view name(Level level) {
  constexpr std::array<std::string_view, 5> names = {"Core", "Gradient", "Sliced", "Resources",
                                                     "Robust"};
  return names.at(static_cast<std::size_t>(level));
}

std::string_view name(LevelVerdict::Standing standing) {
  constexpr std::array<std::string_view, 6> names = {
      "holds", "falls short", "not claimed", "partly run", "not run", "slope not judged"};
  return names.at(static_cast<std::size_t>(standing));
}

bool is_law_of_cost(std::string_view law) {
  return law.starts_with(cost_law_prefix);
}

std::optional<Level> level_of(std::string_view law) {
  if (is_law_of_cost(law)) return Level::resources;
  const auto found = std::ranges::find(law_levels, law, &LawLevel::law);
  if (found == law_levels.end()) return std::nullopt;
  return found->level;
}

std::string_view level_name(std::string_view law) {
  const std::optional<Level> level = level_of(law);
  return level ? name(*level) : "none";
}

std::string in_words(const LevelVerdict& level) {
  std::string text;
  if (level.laws < level.of) {
    text =
        fmt::format("{} of {} laws of level {} were run", level.laws, level.of, name(level.level));
    if (level.laws == 0) return text;
    text += fmt::format(", {} claimed", level.claimed);
  } else {
    text = fmt::format("{} of {} laws claimed", level.claimed, level.laws);
  }
  text += fmt::format(", {} cases", level.executed);
  text += along("slope not judged", level.slope_not_judged);
  text += along("gradient and slope 0, or nearly so,", level.slope_near_zero);
  if (level.broken.empty()) return text;
  return text + fmt::format(", broken: {}", fmt::join(level.broken, ", "));
}

std::vector<LevelVerdict> level_verdicts(const RunResult& result) {
  std::vector<LevelVerdict> levels;
  for (const Level level : all_levels) {
    LevelVerdict verdict{.level = level, .broken = {}};
    std::vector<std::string> laws;
    std::vector<std::string> claimed;
    for (const Verdict& of : result.verdicts) {
      if (level_of(of.law) != level) continue;
      add_once(laws, of.law);
      verdict.executed += of.tally.executed();
      if (!of.unclaimed()) add_once(claimed, of.law);
      if (!of.holds()) add_once(verdict.broken, of.law);
    }
    verdict.laws = verdict.of = static_cast<int>(laws.size());
    for (const std::string& law : result.laws_not_run) verdict.of += level_of(law) == level ? 1 : 0;
    verdict.claimed = static_cast<int>(claimed.size());
    add_slopes(result, verdict);
    verdict.standing = standing_of(verdict);
    levels.push_back(std::move(verdict));
  }
  return levels;
}

nlohmann::ordered_json levels_json(const RunResult& result) {
  nlohmann::ordered_json levels = nlohmann::ordered_json::object();
  for (const LevelVerdict& level : level_verdicts(result)) {
    levels[std::string(name(level.level))] = {
        {"standing", name(level.standing)}, {"laws", level.laws},         {"laws_in_all", level.of},
        {"claimed", level.claimed},         {"executed", level.executed}, {"broken", level.broken}};
  }
  return levels;
}

}  // namespace slim::properties
