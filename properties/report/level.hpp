// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/engine.hpp"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slim::properties {

/// Levels of conformance. Each law belongs to one of them.
enum class Level {
  core,       ///< features and attention, forward
  gradient,   ///< pullback of attention, gradient of whole models
  sliced,     ///< cut at any row and resumed, in slices of any length
  resources,  ///< costs as claimed
  robust,     ///< repeatable answers; rejects bad requests and continues
};
inline constexpr std::array<Level, 5> all_levels = {Level::core, Level::gradient, Level::sliced,
                                                    Level::resources, Level::robust};
std::string_view name(Level level);
/// Empty for a law without a level.
std::optional<Level> level_of(std::string_view law);
/// The level's name, or "none".
std::string_view level_name(std::string_view law);

/// Prefix of the names of cost laws, which check claims about bytes and seconds. Their level is
/// Resources.
inline constexpr std::string_view cost_law_prefix = "cost-";
bool is_law_of_cost(std::string_view law);

/// The verdict on one level.
struct LevelVerdict {
  Level level = Level::core;
  enum class Standing { holds, falls_short, not_claimed, partly_run, not_run, slope_not_judged };
  Standing standing = Standing::not_run;
  int laws = 0;                     ///< laws of this level that were run
  int of = 0;                       ///< laws of this level that could have been run
  int claimed = 0;                  ///< laws that were run and that the subject claims
  int executed = 0;                 ///< executed cases
  std::vector<std::string> broken;  ///< laws that do not hold
  /// Of models of their own architecture: parameters along which no case judged the gradient by the
  /// slope of the loss, and those along which both were 0, or nearly so, in every case that did.
  std::vector<std::string> slope_not_judged{};
  std::vector<std::string> slope_near_zero{};
};
std::string_view name(LevelVerdict::Standing standing);

/// How many laws of the level were run and claimed: "15 of 15 laws claimed, 2400 cases", "5 of 15
/// laws of level Core were run, …", "0 of 5 laws claimed, 0 cases".
std::string in_words(const LevelVerdict& level);

/// The verdict on every level, including those of which no law could have been run (`of` is 0). A
/// level holds when all its laws were run, each law that the subject claims executed a case and
/// holds, and the gradient of a model of its own architecture was judged along every parameter.
std::vector<LevelVerdict> level_verdicts(const RunResult& result);

/// {"Core": {"standing", "laws" (those that were run), "laws_in_all", "claimed", "executed",
/// "broken"}, …}.
nlohmann::ordered_json levels_json(const RunResult& result);

}  // namespace slim::properties
