#include "properties/program/failure_groups.hpp"

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

}  // namespace

std::vector<FailureGroup> failure_groups(const std::vector<Counterexample>& failures,
                                         const std::vector<std::vector<std::string>>& looks) {
  std::vector<std::pair<std::string, std::vector<std::size_t>>> alike;
  for (std::size_t i = 0; i < failures.size(); ++i) {
    const Counterexample& found = failures[i];
    const bool was_compared = !looks.empty() && !looks.at(i).empty();
    const std::string key = fmt::format(
        "{}\n{}", found.subject,
        was_compared ? looks[i].front()
                     : fmt::format("{} {}", name(found.finding.failure), found.finding.note));
    const auto known = std::ranges::find(alike, key, [](const auto& group) { return group.first; });
    if (known == alike.end()) {
      alike.push_back({key, {i}});
    } else {
      known->second.push_back(i);
    }
  }
  std::vector<FailureGroup> groups;
  for (auto& [key, places] : alike) {
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
  return fmt::format("looks the same under {}, each in its own smallest case:",
                     count == 1 ? "another law" : fmt::format("{} other laws", count));
}

std::string in_brief(const Finding& finding) {
  if (!finding.has_numbers()) return finding.note;
  const Discrepancy& worst = finding.worst;
  if (!std::isfinite(worst.error)) return "error not finite";
  if (worst.bound == 0.0) return fmt::format("error {:.3g}, none allowed", worst.error);
  return fmt::format("error {:.3g}, bound {:.3g}", worst.error, worst.bound);
}

}  // namespace slim::properties
