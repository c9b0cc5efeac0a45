// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/kill_matrix.hpp"

#include <algorithm>
#include <map>

namespace slim::properties {

const Kill* MutantFate::nearest() const {
  const auto least = std::ranges::min_element(kills, {}, &Kill::margin);
  return least == kills.end() ? nullptr : &*least;
}

double MutantFate::margin() const {
  const Kill* least = nearest();
  return least == nullptr ? 0.0 : least->margin;
}

const Kill* MutantFate::killed_by(std::string_view law) const {
  const auto found = std::ranges::find(kills, law, &Kill::law);
  return found == kills.end() ? nullptr : &*found;
}

std::vector<std::string> KillMatrix::survivors() const {
  std::vector<std::string> names;
  for (const MutantFate& fate : mutants) {
    if (!fate.killed()) names.push_back(fate.name);
  }
  return names;
}

LawPower KillMatrix::power_of(std::string_view law) const {
  LawPower power;
  for (const MutantFate& fate : mutants) {
    const Kill* kill = fate.killed_by(law);
    if (kill == nullptr) continue;
    ++power.kills;
    if (power.kills > 1 && power.margin <= kill->margin) continue;
    power.nearest = fate.name;
    power.margin = kill->margin;
  }
  return power;
}

std::vector<std::string> KillMatrix::idle_laws() const {
  std::vector<std::string> names;
  for (const std::string& law : laws) {
    if (power_of(law).kills == 0) names.push_back(law);
  }
  return names;
}

KillMatrix kill_matrix(RunPlan plan, const Progress& progress) {
  plan.shrinks = false;
  const RunResult result = run(plan, progress);
  KillMatrix matrix;
  std::map<std::string, std::size_t> row;
  for (const Law* law : plan.laws) matrix.laws.push_back(law->name);
  for (const Subject* subject : plan.subjects) {
    row[subject->name] = matrix.mutants.size();
    matrix.mutants.push_back({.name = subject->name, .kills = {}, .survived = {}});
  }
  for (const Verdict& verdict : result.verdicts) {
    if (verdict.tally.executed() == 0) continue;
    MutantFate& fate = matrix.mutants[row[verdict.subject]];
    if (verdict.tally.wrong == 0) {
      fate.survived.push_back(verdict.law);
    } else if (fate.killed_by(verdict.law) == nullptr) {
      fate.kills.push_back({.law = verdict.law, .margin = verdict.tally.worst.ratio()});
    }
  }
  for (MutantFate& fate : matrix.mutants) {
    std::erase_if(fate.survived,
                  [&](const std::string& law) { return fate.killed_by(law) != nullptr; });
  }
  return matrix;
}

}  // namespace slim::properties
