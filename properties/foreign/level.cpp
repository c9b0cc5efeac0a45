#include "properties/foreign/level.hpp"

#include "properties/foreign/costs_as_claimed.hpp"
#include "reference/vocabulary/contract.hpp"

#include <algorithm>

namespace slim::properties::foreign {
namespace {

struct Placed {
  std::string_view law;
  Level level;
};

constexpr std::array<Placed, 30> placed = {{
    {"features-agree", Level::core},
    {"features-unbiased", Level::core},
    {"features-converge", Level::core},
    {"projection-as-declared", Level::core},
    {"attention-agrees", Level::core},
    {"future-does-not-leak", Level::core},
    {"averages", Level::core},
    {"stays-in-hull", Level::core},
    {"linear-in-values", Level::core},
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
}};

}  // namespace

std::string_view name(Level level) {
  constexpr std::array<std::string_view, 5> names = {"Core", "Gradient", "Sliced", "Resources",
                                                     "Robust"};
  return names.at(static_cast<std::size_t>(level));
}

std::string_view name(LevelVerdict::Standing standing) {
  constexpr std::array<std::string_view, 4> names = {"holds", "falls short", "not claimed",
                                                     "not run"};
  return names.at(static_cast<std::size_t>(standing));
}

Level level_of(std::string_view law) {
  if (is_law_of_cost(law)) return Level::resources;
  const auto found = std::ranges::find(placed, law, &Placed::law);
  require(found != placed.end(), "law " + std::string(law) + " is at one of the levels");
  return found->level;
}

std::vector<LevelVerdict> level_verdicts(const RunResult& result) {
  using Standing = LevelVerdict::Standing;
  std::vector<LevelVerdict> levels;
  for (const Level level : all_levels) {
    LevelVerdict verdict{.level = level, .broken = {}};
    std::vector<std::string> laws;
    std::vector<std::string> claimed;
    for (const Verdict& of : result.verdicts) {
      if (level_of(of.law) != level) continue;
      if (laws.empty() || laws.back() != of.law) laws.push_back(of.law);
      if (!of.unclaimed() && (claimed.empty() || claimed.back() != of.law)) {
        claimed.push_back(of.law);
      }
      verdict.executed += of.tally.executed();
      const bool known_broken = !verdict.broken.empty() && verdict.broken.back() == of.law;
      if (!of.holds() && !known_broken) verdict.broken.push_back(of.law);
    }
    verdict.laws = static_cast<int>(laws.size());
    verdict.claimed = static_cast<int>(claimed.size());
    if (!verdict.broken.empty()) {
      verdict.standing = Standing::falls_short;
    } else if (verdict.executed > 0) {
      verdict.standing = Standing::holds;
    } else if (verdict.laws > 0) {
      verdict.standing = Standing::not_claimed;
    }
    levels.push_back(std::move(verdict));
  }
  return levels;
}

}  // namespace slim::properties::foreign
