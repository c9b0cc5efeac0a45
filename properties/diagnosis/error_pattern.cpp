// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/error_pattern.hpp"

#include "properties/diagnosis/array_axes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

std::vector<std::size_t> wrong_places(const ComparedArray& array) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < array.got.size(); ++i) {
    if (!array.is_right(i)) places.push_back(i);
  }
  return places;
}

/// "out, d.q and d.v"; the gradients of a whole model have one name if all are among them.
std::string names_of(std::vector<std::string> names, std::span<const ComparedArray> arrays) {
  constexpr std::size_t most_names = 8;
  const auto is_of_model = [](const std::string& name) { return name.starts_with("grad."); };
  const auto gradients = std::ranges::count_if(arrays, is_of_model, &ComparedArray::name);
  if (gradients > 1 && std::ranges::count_if(names, is_of_model) == gradients) {
    std::erase_if(names, is_of_model);
    names.emplace_back("every gradient");
  }
  if (names.size() <= most_names) return in_a_list(names);
  const std::vector<std::string> first(names.begin(), names.begin() + most_names);
  return fmt::format("{} and {} others", fmt::join(first, ", "), names.size() - most_names);
}

}  // namespace

std::string in_a_list(const std::vector<std::string>& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == items.size() ? " and " : ", ") + items[i];
  }
  return text;
}

bool ComparedArray::is_right(std::size_t place) const {
  return std::abs(got[place] - wanted[place]) <= bound[place];
}

std::vector<PatternFact> error_pattern(std::span<const ComparedArray> arrays, Index slice_length,
                                       std::span<const NamedNumber> numbers) {
  std::vector<std::string> wrong;
  std::vector<std::string> right;
  /// Facts with the names of the arrays that have them.
  std::vector<std::pair<PatternFact, std::vector<std::string>>> by_fact;
  for (const ComparedArray& array : arrays) {
    if (array.got.empty()) continue;
    const std::vector<std::size_t> places = wrong_places(array);
    if (places.empty()) {
      right.push_back(array.name);
      continue;
    }
    wrong.push_back(array.name);
    std::vector<PatternFact> facts = how_wrong(array, places, numbers);
    for (PatternFact& fact : facts) fact.text = "the wrong entries are " + fact.text;
    std::string where = where_wrong(array, places, slice_length);
    if (!where.empty()) facts.insert(facts.begin(), {"wrong " + where, ""});
    for (PatternFact& fact : facts) {
      const auto known = std::ranges::find(by_fact, fact, [](const auto& of) { return of.first; });
      if (known == by_fact.end()) {
        by_fact.push_back({std::move(fact), {array.name}});
      } else {
        known->second.push_back(array.name);
      }
    }
  }
  if (wrong.empty()) return {};
  std::vector<PatternFact> all;
  all.push_back({fmt::format("wrong: {}{}", names_of(wrong, arrays),
                             right.empty() ? "" : "; right: " + names_of(right, arrays)),
                 ""});
  for (auto& [fact, names] : by_fact) {
    all.push_back(
        {fmt::format("{}: {}", names_of(names, arrays), fact.text), std::move(fact.detail)});
  }
  return all;
}

std::vector<PatternFact> in_common(std::span<const PatternFact> one,
                                   std::span<const PatternFact> other) {
  std::vector<PatternFact> common;
  for (const PatternFact& fact : one) {
    const auto same = std::ranges::find(other, fact.text, &PatternFact::text);
    if (same == other.end()) continue;
    common.push_back({fact.text, fact.detail == same->detail ? fact.detail : ""});
  }
  return common;
}

std::vector<std::string> in_words(std::span<const PatternFact> facts) {
  std::vector<std::string> lines;
  for (const PatternFact& fact : facts) {
    lines.push_back(fact.detail.empty() ? fact.text
                                        : fmt::format("{} ({})", fact.text, fact.detail));
  }
  return lines;
}

}  // namespace slim::properties
