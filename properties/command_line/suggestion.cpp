// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/suggestion.hpp"

#include "reference/vocabulary/scalars/printable.hpp"
#include "reference/vocabulary/system/closest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace slim::command_line {
namespace {

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

std::string unknown_name(std::string_view kind, std::string_view given,
                         const std::vector<std::string>& allowed, std::string_view lister) {
  std::string text = fmt::format("{} '{}' is unknown: ", kind, on_one_line(given));
  const std::vector<std::string_view> names(allowed.begin(), allowed.end());
  text += did_you_mean(given, names);
  constexpr std::size_t most_listed = 8;
  if (allowed.size() <= most_listed) {
    return text + fmt::format("allowed are {}", fmt::join(allowed, ", "));
  }
  return text + fmt::format("the closest of {} are {}; {} lists all", allowed.size(),
                            fmt::join(closest(given, allowed, most_closest), ", "), lister);
}

}  // namespace slim::command_line
