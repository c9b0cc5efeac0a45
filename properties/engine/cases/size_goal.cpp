// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/size_goal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slim::properties {
namespace {

std::string words(const SizeGoal& goal, const LevelPair& pair) {
  const auto side = [&](int factor, int level) {
    const SizeGoal::Factor& of = goal.factors.at(static_cast<std::size_t>(factor));
    return fmt::format("{} {}", name(of.extent),
                       name(of.classes.at(static_cast<std::size_t>(level))));
  };
  return side(pair.first, pair.first_level) + " with " + side(pair.second, pair.second_level);
}

}  // namespace

std::vector<LevelPair> SizeCoverage::pairs_of(const Extents& extents) const {
  std::vector<int> levels;
  for (const SizeGoal::Factor& factor : goal_->factors) {
    levels.push_back(class_of(factor.classes, extents[factor.extent]));
  }
  std::vector<LevelPair> pairs;
  for (int a = 0; a < static_cast<int>(levels.size()); ++a) {
    for (int b = a + 1; b < static_cast<int>(levels.size()); ++b) {
      const int of_a = levels[static_cast<std::size_t>(a)];
      const int of_b = levels[static_cast<std::size_t>(b)];
      if (of_a >= 0 && of_b >= 0) pairs.push_back({a, of_a, b, of_b});
    }
  }
  return pairs;
}

void SizeCoverage::add(const Extents& executed) {
  for (const LevelPair& pair : pairs_of(executed)) covered_.insert(pair);
  for (const SizeGoal::Factor& factor : goal_->factors) {
    const Index size = executed[factor.extent];
    Index& least = least_[factor.extent];
    least = least == 0 ? size : std::min(least, size);
    largest_[factor.extent] = std::max(largest_[factor.extent], size);
  }
}

void SizeCoverage::excuse(const Extents& drawn) {
  for (const LevelPair& pair : pairs_of(drawn)) excused_.insert(pair);
}

int SizeCoverage::covered() const {
  return static_cast<int>(std::ranges::count_if(goal_->pairs, [this](const PricedPair& priced) {
    return priced.least_cost <= goal_->cap && covered_.contains(priced.pair);
  }));
}

int SizeCoverage::possible() const {
  return static_cast<int>(std::ranges::count_if(
      goal_->pairs, [this](const PricedPair& priced) { return priced.least_cost <= goal_->cap; }));
}

std::vector<std::string> SizeCoverage::missing() const {
  std::vector<std::string> all;
  for (const PricedPair& priced : goal_->pairs) {
    const bool is_owed = priced.least_cost <= goal_->cap && !excused_.contains(priced.pair);
    if (is_owed && !covered_.contains(priced.pair)) all.push_back(words(*goal_, priced.pair));
  }
  return all;
}

std::vector<std::string> SizeCoverage::excused() const {
  std::vector<std::string> all;
  for (const PricedPair& priced : goal_->pairs) {
    const bool is_excused = priced.least_cost <= goal_->cap && excused_.contains(priced.pair);
    if (is_excused && !covered_.contains(priced.pair)) all.push_back(words(*goal_, priced.pair));
  }
  return all;
}

std::vector<std::string> SizeCoverage::above_cap() const {
  std::vector<std::string> all;
  for (const PricedPair& priced : goal_->pairs) {
    const bool is_above = !(priced.least_cost <= goal_->cap);
    if (is_above && !covered_.contains(priced.pair)) all.push_back(words(*goal_, priced.pair));
  }
  return all;
}

std::vector<std::string> SizeCoverage::ranges() const {
  std::vector<std::string> all;
  for (const SizeGoal::Factor& factor : goal_->factors) {
    if (largest_[factor.extent] == 0) continue;
    all.push_back(fmt::format("{} {} to {}", name(factor.extent), least_[factor.extent],
                              largest_[factor.extent]));
  }
  return all;
}

}  // namespace slim::properties
