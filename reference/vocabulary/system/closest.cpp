// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/closest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace slim {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> of(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  std::iota(of[0].begin(), of[0].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    of[i][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = of[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      of[i][j] = std::min({of[i - 1][j] + 1, of[i][j - 1] + 1, substituted});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        of[i][j] = std::min(of[i][j], of[i - 2][j - 2] + 1);
      }
    }
  }
  return of[a.size()][b.size()];
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
