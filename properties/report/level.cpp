// SPDX-License-Identifier: Apache-2.0
#include "properties/report/level.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace slim::properties {
namespace {

struct LawLevel {
  std::string_view law;
  Level level;
};

constexpr std::array<LawLevel, 41> law_levels = {{
    {"features-agree", Level::core},
    {"features-unbiased", Level::core},
    {"features-converge", Level::core},
    {"projection-as-declared", Level::core},
    {"attention-agrees", Level::core},
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
    {"attention-resumes", Level::sliced},
    {"slice-length-does-not-matter", Level::sliced},
    {"split-and-resume", Level::sliced},
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
  return verdict.executed > 0 ? holds : not_claimed;
}

}  // namespace

std::string_view name(Level level) {
  constexpr std::array<std::string_view, 5> names = {"Core", "Gradient", "Sliced", "Resources",
                                                     "Robust"};
  return names.at(static_cast<std::size_t>(level));
}

std::string_view name(LevelVerdict::Standing standing) {
  constexpr std::array<std::string_view, 5> names = {"holds", "falls short", "not claimed",
                                                     "partly run", "not run"};
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
