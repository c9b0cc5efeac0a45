#pragma once

#include "properties/engine/engine.hpp"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slim::properties {

/// What a report vouches for, a level at a time.
enum class Level {
  core,       ///< features and attention, forward
  gradient,   ///< pullback of attention, gradient of whole models
  sliced,     ///< cut anywhere and resumed, in slices of any length
  resources,  ///< costs what it claims to cost
  robust,     ///< the same again, refuses what is no request and goes on
};
inline constexpr std::array<Level, 5> all_levels = {Level::core, Level::gradient, Level::sliced,
                                                    Level::resources, Level::robust};
std::string_view name(Level level);
/// Nothing for a law that is at no level.
std::optional<Level> level_of(std::string_view law);
/// The level's name, or "none".
std::string_view level_name(std::string_view law);

/// The beginning of the name of a law of what a subject claims to cost, which is at level
/// Resources.
inline constexpr std::string_view cost_law_prefix = "cost-";
bool is_law_of_cost(std::string_view law);

/// How a level came out.
struct LevelVerdict {
  Level level = Level::core;
  enum class Standing { holds, falls_short, not_claimed, partly_run, not_run };
  Standing standing = Standing::not_run;
  int laws = 0;                     ///< of this level that were run
  int of = 0;                       ///< of this level that could have been run
  int claimed = 0;                  ///< of those run: the subject claims anything of them
  int executed = 0;                 ///< cases
  std::vector<std::string> broken;  ///< laws
};
std::string_view name(LevelVerdict::Standing standing);

/// How the level came out and what was run of it: "15 of 15 laws claimed, 2400 cases", "5 of 15
/// laws of level Core were run, …", "0 of 5 laws claimed".
std::string in_words(const LevelVerdict& level);

/// Of every level, also of one of which no law could have been run (`of` is 0). A level holds when
/// all its laws were run, and each of them that the subject claims anything of executed a case and
/// held.
std::vector<LevelVerdict> level_verdicts(const RunResult& result);

/// {"Core": {"standing", "laws" that were run, "laws_in_all", "claimed", "executed", "broken"}, …}.
nlohmann::ordered_json levels_json(const RunResult& result);

}  // namespace slim::properties
