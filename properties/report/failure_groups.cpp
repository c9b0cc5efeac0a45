// SPDX-License-Identifier: Apache-2.0
#include "properties/report/failure_groups.hpp"

#include "properties/report/place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>
#include <utility>

namespace slim::properties {
namespace {

std::size_t entries_of(const Counterexample& found) {
  std::size_t entries = 0;
  for (const auto& [name, tensor] : found.file.tensors) entries += tensor.size();
  return entries;
}

/// The kind of failure and the array.
std::string how_it_failed(const Finding& finding) {
  return fmt::format("{} {}", name(finding.failure), array_of_worst(finding));
}

/// Equal for failures that belong to one group.
std::string likeness_of(const Counterexample& found, const Look& look) {
  if (!look.names.empty()) return look.names;
  if (!look.condition.empty()) {
    return fmt::format("{} {}", name(found.finding.failure), look.condition);
  }
  std::string key = how_it_failed(found.finding);
  if (look.lines.empty() || !found.finding.has_numbers()) key += "\n" + found.finding.note;
  return key;
}

/// How large a failure is: its error relative to its bound or, where no error is allowed, in unit
/// roundoffs. Those without a finite number come after all others.
double size_of(const Counterexample& found) {
  if (!found.finding.has_numbers()) return -2.0;
  const Discrepancy& worst = found.finding.worst;
  if (!std::isfinite(worst.error)) return -1.0;
  return worst.bound > 0.0 ? worst.ratio() : worst.error / unit_roundoff(found.scalar);
}

using Groups = std::vector<std::pair<std::string, std::vector<std::size_t>>>;

/// Failures without a name or a condition join a group without a name in which another one failed
/// in the same way, if there is one.
void join_undescribed(Groups& groups, const std::vector<Counterexample>& failures,
                      const std::vector<Look>& looks) {
  if (looks.empty()) return;
  for (std::size_t at = 0; at < groups.size();) {
    const std::size_t first = groups[at].second.front();
    const auto fails_alike = [&](std::size_t other) {
      return failures[other].subject == failures[first].subject &&
             how_it_failed(failures[other].finding) == how_it_failed(failures[first].finding);
    };
    const auto is_described_alike = [&](const auto& group) {
      const Look& look = looks[group.second.front()];
      return look.names.empty() && !look.condition.empty() &&
             std::ranges::any_of(group.second, fails_alike);
    };
    const bool is_undescribed = looks[first].names.empty() && looks[first].condition.empty() &&
                                failures[first].finding.has_numbers();
    const auto other = std::ranges::find_if(groups, is_described_alike);
    if (!is_undescribed || other == groups.end()) {
      ++at;
      continue;
    }
    std::ranges::copy(groups[at].second, std::back_inserter(other->second));
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(at));
  }
  for (auto& [key, places] : groups) std::ranges::sort(places);
}

}  // namespace

Look look_of(const Diagnosis& diagnosis) {
  std::vector<std::string> conditions = diagnosis.description.conditions.words;
  std::ranges::sort(conditions);
  const std::string condition = fmt::format("{}", fmt::join(conditions, "; "));
  std::string names = diagnosis.names();
  if (names.empty() && !diagnosis.precision.type.empty()) names = diagnosis.precision.type;
  return {in_words(diagnosis), std::move(names), condition};
}

std::vector<FailureGroup> failure_groups(const std::vector<Counterexample>& failures,
                                         const std::vector<Look>& looks) {
  Groups by_key;
  for (std::size_t i = 0; i < failures.size(); ++i) {
    const Counterexample& found = failures[i];
    const std::string key =
        found.subject + "\n" + likeness_of(found, looks.empty() ? Look() : looks.at(i));
    const auto known =
        std::ranges::find(by_key, key, [](const auto& group) { return group.first; });
    if (known == by_key.end()) {
      by_key.push_back({key, {i}});
    } else {
      known->second.push_back(i);
    }
  }
  join_undescribed(by_key, failures, looks);
  const auto size_at = [&](std::size_t place) { return size_of(failures[place]); };
  const auto largest_in = [&](const std::vector<std::size_t>& places) {
    return size_at(*std::ranges::max_element(places, {}, size_at));
  };
  std::ranges::stable_sort(by_key, std::ranges::greater{},
                           [&](const auto& group) { return largest_in(group.second); });
  std::vector<FailureGroup> groups;
  for (auto& [key, places] : by_key) {
    const double largest = largest_in(places);
    const auto smallest = std::ranges::min_element(places, {}, [&](std::size_t place) {
      const bool is_small = size_at(place) < least_share_of_error * largest;
      const bool is_undescribed = !looks.empty() && looks[place].condition.empty();
      return std::tuple(is_undescribed, is_small, entries_of(failures[place]));
    });
    FailureGroup group{.shown = *smallest, .others = {}};
    places.erase(smallest);
    group.others = std::move(places);
    groups.push_back(std::move(group));
  }
  return groups;
}

std::string headline_of_others(const FailureGroup& group) {
  const std::size_t count = group.others.size();
  return fmt::format("fails in the same way under {}",
                     count == 1 ? "another law; its smallest case:"
                                : fmt::format("{} other laws; the smallest case of each:", count));
}

std::string in_brief(const Finding& finding) {
  if (!finding.has_numbers()) return finding.note;
  const Discrepancy& worst = finding.worst;
  if (!std::isfinite(worst.error)) return "error not finite";
  if (worst.bound == 0.0) return fmt::format("error {:.3g}, none allowed", worst.error);
  return fmt::format("error {:.3g}, {}", worst.error, bound_in_words(worst.bound));
}

}  // namespace slim::properties
