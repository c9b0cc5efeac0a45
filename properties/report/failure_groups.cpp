// SPDX-License-Identifier: Apache-2.0
#include "properties/report/failure_groups.hpp"

#include "properties/diagnosis/diagnosis.hpp"
#include "properties/report/place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace slim::properties {
namespace {

std::size_t entries_of(const Counterexample& found) {
  std::size_t entries = 0;
  for (const auto& [name, tensor] : found.file.tensors) entries += tensor.size();
  return entries;
}

/// The first line of a diagnosis, and the lines with further names.
std::string names_in(const std::vector<std::string>& look) {
  std::string names = look.front();
  for (const std::string& line : look) {
    if (line.starts_with(further_name)) names += "\n" + line;
  }
  return names;
}

/// The kind of failure and the array.
std::string how_it_failed(const Finding& finding) {
  return fmt::format("{} {}", name(finding.failure), array_of_worst(finding));
}

/// Equal for failures that belong to one group.
std::string likeness_of(const Counterexample& found, const std::vector<std::string>* look) {
  if (look == nullptr || look->empty()) {
    return how_it_failed(found.finding) + " " + found.finding.note;
  }
  const bool is_nobody = look->front().starts_with(no_known_fault);
  if (is_nobody) return look->front() + "\n" + how_it_failed(found.finding);
  return names_in(*look);
}

}  // namespace

std::vector<FailureGroup> failure_groups(const std::vector<Counterexample>& failures,
                                         const std::vector<std::vector<std::string>>& looks) {
  std::vector<std::pair<std::string, std::vector<std::size_t>>> by_key;
  for (std::size_t i = 0; i < failures.size(); ++i) {
    const Counterexample& found = failures[i];
    const std::string key =
        found.subject + "\n" + likeness_of(found, looks.empty() ? nullptr : &looks.at(i));
    const auto known =
        std::ranges::find(by_key, key, [](const auto& group) { return group.first; });
    if (known == by_key.end()) {
      by_key.push_back({key, {i}});
    } else {
      known->second.push_back(i);
    }
  }
  std::vector<FailureGroup> groups;
  for (auto& [key, places] : by_key) {
    const auto smallest = std::ranges::min_element(
        places, {}, [&](std::size_t place) { return entries_of(failures[place]); });
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
