// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/closest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace slim {

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

std::size_t nearness(std::string_view given, std::string_view name) {
  return std::min(edit_distance(given, name), edit_distance(given, name.substr(0, given.size())));
}

std::string did_you_mean(std::string_view given, std::span<const std::string_view> allowed) {
  const auto nearest = std::ranges::min_element(
      allowed, {}, [&](std::string_view name) { return nearness(given, name); });
  if (nearest == allowed.end() || 3 * nearness(given, *nearest) > given.size()) return {};
  return "did you mean '" + std::string(*nearest) + "'? ";
}

std::string listed(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    text += (text.empty() ? "" : ", ") + std::string(name);
  }
  return text;
}

}  // namespace slim
