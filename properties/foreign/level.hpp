#pragma once

#include "properties/engine/engine.hpp"

#include <array>
#include <string_view>

namespace slim::properties::foreign {

/// What a certificate vouches for, a level at a time.
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
/// Throws ContractError when the law is at no level.
Level level_of(std::string_view law);

/// How a level came out.
struct LevelVerdict {
  Level level = Level::core;
  enum class Standing { holds, falls_short, not_claimed, not_run } standing = Standing::not_run;
  int laws = 0;                     ///< of this level, in the run
  int claimed = 0;                  ///< of these: the subject claims anything of them
  int executed = 0;                 ///< cases
  std::vector<std::string> broken;  ///< laws
};
std::string_view name(LevelVerdict::Standing standing);

/// A level holds when each of its laws that the subject claims anything of executed a case and
/// held.
std::vector<LevelVerdict> level_verdicts(const RunResult& result);

}  // namespace slim::properties::foreign
