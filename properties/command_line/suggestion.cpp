// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/suggestion.hpp"

#include "reference/vocabulary/system/printable.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

namespace slim::command_line {
namespace {

/// Edit distance that ignores a missing end: "recoverd" is similar to "recovered/iterative".
std::size_t nearness(std::string_view given, std::string_view name) {
  return std::min(edit_distance(given, name), edit_distance(given, name.substr(0, given.size())));
}

constexpr std::size_t most_closest = 4;

/// The names nearest to the given one, the nearest first; of equals in the order given.
std::vector<std::string> closest(std::string_view given, std::vector<std::string> names,
                                 std::size_t count) {
  std::ranges::stable_sort(names, {},
                           [&](const std::string& name) { return nearness(given, name); });
  names.resize(std::min(count, names.size()));
  return names;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

std::string unknown_name(std::string_view kind, std::string_view given,
                         const std::vector<std::string>& allowed, std::string_view lister) {
  std::string text = fmt::format("{} '{}' is unknown: ", kind, on_one_line(given));
  const auto nearest = std::ranges::min_element(
      allowed, {}, [&](const std::string& name) { return nearness(given, name); });
  if (nearest != allowed.end() && 3 * nearness(given, *nearest) <= given.size()) {
    text += fmt::format("did you mean '{}'? ", *nearest);
  }
  constexpr std::size_t most_listed = 8;
  if (allowed.size() <= most_listed) {
    return text + fmt::format("allowed are {}", fmt::join(allowed, ", "));
  }
  return text + fmt::format("the closest of {} are {}; {} lists all", allowed.size(),
                            fmt::join(closest(given, allowed, most_closest), ", "), lister);
}

}  // namespace slim::command_line
