// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/array_axes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

namespace slim::properties {
namespace {

constexpr std::size_t most_factors = 4;    ///< that are shown
constexpr std::size_t fewest_entries = 3;  ///< that a pattern has to explain
constexpr double rounding = 4e-15;         ///< of arrays that are stored in double

/// Whether the entry is `wanted` to within `allowed` and a few roundings of double.
bool equals(const ComparedArray& array, std::size_t place, double wanted, double allowed) {
  return std::abs(array.got[place] - wanted) <= allowed + rounding * std::abs(wanted);
}

using Places = std::span<const std::size_t>;
using Facts = std::vector<PatternFact>;

std::string named_factor(double factor, std::span<const NamedNumber> numbers) {
  std::string name;
  for (const NamedNumber& known : numbers) {
    if (std::abs(known.value - factor) > 1e-6 * std::abs(factor)) continue;
    if (!name.empty()) return {};  // not unique
    name = known.name;
  }
  return name;
}

/// The factor of all these entries: got = factor · wanted.
std::optional<double> factor_of(const ComparedArray& array, Places places) {
  const auto size = [&](std::size_t place) { return std::abs(array.wanted[place]); };
  const std::size_t largest = *std::ranges::max_element(places, {}, size);
  if (!(size(largest) > 0.0)) return std::nullopt;
  const double factor = array.got[largest] / array.wanted[largest];
  if (!std::isfinite(factor)) return std::nullopt;
  const bool fits = std::ranges::all_of(places, [&](std::size_t place) {
    const double of_factor = array.bound[largest] * size(place) / size(largest);
    return equals(array, place, factor * array.wanted[place],
                  (1.0 + std::abs(factor)) * (array.bound[place] + of_factor));
  });
  return fits ? std::optional(factor) : std::nullopt;
}

/// "1.5", or "1 + 2e-08" if it is almost 1.
std::string in_words(double factor) {
  const double beyond = factor - 1.0;
  constexpr double least = 1e-4;
  return std::abs(beyond) >= least
             ? fmt::format("{:.6g}", factor)
             : fmt::format("1 {} {:.2g}", beyond < 0.0 ? "-" : "+", std::abs(beyond));
}

void find_factor(const ComparedArray& array, Places places, std::span<const NamedNumber> numbers,
                 Facts& facts) {
  const std::optional<double> factor = factor_of(array, places);
  if (!factor || places.size() < fewest_entries) return;
  if (std::abs(*factor + 1.0) <= 1e-6) {
    facts.push_back({"the right answer with the other sign", ""});
    return;
  }
  const std::string name = named_factor(*factor, numbers);
  facts.push_back({fmt::format("a constant times the right answer ({}{})", in_words(*factor),
                               name.empty() ? "" : " = " + name),
                   ""});
}

/// The places, grouped by their index along an axis.
std::vector<std::vector<std::size_t>> grouped(const ComparedArray& array, Places places, int axis) {
  std::vector<std::vector<std::size_t>> groups(static_cast<std::size_t>(length_of(array, axis)));
  for (const std::size_t place : places) {
    groups[static_cast<std::size_t>(indices_of(array, place).at(static_cast<std::size_t>(axis)))]
        .push_back(place);
  }
  std::erase_if(groups, [](const auto& group) { return group.empty(); });
  return groups;
}

bool find_factors_along(const ComparedArray& array, Places places, int axis, Facts& facts) {
  const auto groups = grouped(array, places, axis);
  if (groups.size() < 2) return false;
  std::vector<double> factors;
  for (const auto& group : groups) {
    if (group.size() < 2) return false;
    const std::optional<double> factor = factor_of(array, group);
    if (!factor) return false;
    factors.push_back(*factor);
  }
  if (places.size() < 2 * factors.size() + 1) return false;
  const bool grows = std::ranges::is_sorted(factors, {}, [](double x) { return std::abs(x); });
  std::vector<std::string> items;
  for (const double factor : factors) {
    if (items.size() == most_factors) break;
    items.push_back(fmt::format("{:.4g}", factor));
  }
  std::string detail;
  for (const std::string& item : items) detail += item + ", ";
  const auto at = static_cast<std::size_t>(axis);
  facts.push_back({fmt::format("each {} the right one times its own factor{}", singular.at(at),
                               grows && factors.size() > 2
                                   ? fmt::format(", which grows with the {}", singular.at(at))
                                   : ""),
                   detail + "…"});
  return true;
}

std::string words_of_mapping(const std::vector<std::pair<Index, Index>>& mapping, int axis) {
  const char* one = singular.at(static_cast<std::size_t>(axis));
  const auto all = [&](const auto& holds) { return std::ranges::all_of(mapping, holds); };
  const Index first = mapping.front().second;
  if (all([&](const auto& m) { return m.second == first; })) {
    return fmt::format("the right answer of {} {}", one, first);
  }
  if (all([](const auto& m) { return m.second == m.first - 1; })) {
    return fmt::format("the right answer of the {} before", one);
  }
  if (all([](const auto& m) { return m.second == m.first + 1; })) {
    return fmt::format("the right answer of the next {}", one);
  }
  return fmt::format("the right answer of another {}", one);
}

/// Every wrong index along the axis has the right answer of another one.
bool find_other_index(const ComparedArray& array, Places places, int axis, Facts& facts) {
  const Index length = length_of(array, axis);
  if (length < 2) return false;
  std::vector<std::pair<Index, Index>> mapping;
  for (const auto& group : grouped(array, places, axis)) {
    if (group.size() < 2) return false;
    const Index own = indices_of(array, group.front()).at(static_cast<std::size_t>(axis));
    std::optional<Index> taken;
    for (Index other = 0; other < length && !taken; ++other) {
      if (other == own) continue;
      const bool fits = std::ranges::all_of(group, [&](std::size_t place) {
        const std::size_t from = moved_along(array, place, axis, other);
        return equals(array, place, array.wanted[from], array.bound[place] + array.bound[from]);
      });
      if (fits) taken = other;
    }
    if (!taken) return false;
    mapping.emplace_back(own, *taken);
  }
  facts.push_back({words_of_mapping(mapping, axis), ""});
  return true;
}

/// What an index along an axis becomes: the sum of a range of indices, times a factor.
struct SumAlong {
  const char* words;
  std::function<std::pair<Index, Index>(Index own, Index length)> range;  ///< first, end
  bool is_mean;
};

bool find_sum_along(const ComparedArray& array, Places places, int axis, Facts& facts) {
  const Index length = length_of(array, axis);
  if (length < 2 || places.size() < fewest_entries) return false;
  using Range = std::pair<Index, Index>;
  const std::array<SumAlong, 4> sums = {SumAlong{"the sum over all {}",
                                                 [](Index, Index n) {
                                                   return Range{0, n};
                                                 },
                                                 false},
                                        SumAlong{"the mean over all {}",
                                                 [](Index, Index n) {
                                                   return Range{0, n};
                                                 },
                                                 true},
                                        SumAlong{"the running sum over {}",
                                                 [](Index i, Index) {
                                                   return Range{0, i + 1};
                                                 },
                                                 false},
                                        SumAlong{"the running sum over {} from the last one",
                                                 [](Index i, Index n) {
                                                   return Range{i, n};
                                                 },
                                                 false}};
  for (const SumAlong& sum : sums) {
    const bool fits = std::ranges::all_of(places, [&](std::size_t place) {
      const Index own = indices_of(array, place).at(static_cast<std::size_t>(axis));
      const auto [first, end] = sum.range(own, length);
      double total = 0.0;
      double allowed = array.bound[place];
      double size = 0.0;
      for (Index i = first; i < end; ++i) {
        const std::size_t from = moved_along(array, place, axis, i);
        total += array.wanted[from];
        allowed += array.bound[from];
        size += std::abs(array.wanted[from]);
      }
      if (sum.is_mean) total /= static_cast<double>(end - first);
      return std::abs(array.got[place] - total) <= allowed + rounding * size;
    });
    if (!fits) continue;
    facts.push_back(
        {fmt::format(fmt::runtime(sum.words), plural.at(static_cast<std::size_t>(axis))), ""});
    return true;
  }
  return false;
}

/// All entries are right if the memory of the answer is read in another order.
bool find_other_order(const ComparedArray& array, Facts& facts) {
  const HeadsSizes& n = array.sizes;
  struct Order {
    const char* words;
    bool may_be;
    std::function<Index(const Place4&)> place;  ///< at which the right entry is found
  };
  const std::array<Order, 3> orders = {
      Order{"the right answer with rows and columns exchanged in memory", n.rows > 1 && n.cols > 1,
            [&](const Place4& at) {
              return ((at[0] * n.heads + at[1]) * n.cols + at[3]) * n.rows + at[2];
            }},
      Order{"the right answer with heads and rows exchanged in memory", n.heads > 1 && n.rows > 1,
            [&](const Place4& at) {
              return ((at[0] * n.rows + at[2]) * n.heads + at[1]) * n.cols + at[3];
            }},
      Order{"the right answer with sequences and heads exchanged in memory",
            n.batch > 1 && n.heads > 1, [&](const Place4& at) {
              return ((at[1] * n.batch + at[0]) * n.rows + at[2]) * n.cols + at[3];
            }}};
  for (const Order& order : orders) {
    if (!order.may_be) continue;
    bool fits = true;
    for (std::size_t place = 0; place < array.wanted.size() && fits; ++place) {
      const auto found = static_cast<std::size_t>(order.place(indices_of(array, place)));
      fits = equals(array, found, array.wanted[place], array.bound[place] + array.bound[found]);
    }
    if (!fits) continue;
    facts.push_back({order.words, ""});
    return true;
  }
  return false;
}

/// The wrong entries are the right numbers of these places in another order.
bool find_permutation(const ComparedArray& array, Places places, Facts& facts) {
  if (places.size() <= fewest_entries) return false;
  std::vector<double> got;
  std::vector<double> wanted;
  double allowed = 0.0;
  for (const std::size_t place : places) {
    got.push_back(array.got[place]);
    wanted.push_back(array.wanted[place]);
    allowed = std::max(allowed, array.bound[place]);
  }
  std::ranges::sort(got);
  std::ranges::sort(wanted);
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (!(std::abs(got[i] - wanted[i]) <= allowed + rounding * std::abs(wanted[i]))) return false;
    // Numbers that are nearly equal would match in any order.
    if (i > 0 && !(wanted[i] - wanted[i - 1] > 4.0 * allowed)) return false;
  }
  facts.push_back({"the right numbers in other places", ""});
  return true;
}

/// The error itself: the same in all rows, or growing with the row.
bool find_error_along_rows(const ComparedArray& array, Places places, Facts& facts) {
  constexpr std::size_t fewest_rows = 4;
  const auto rows = grouped(array, places, row_axis);
  if (array.is_state || rows.size() < 2) return false;
  const auto error_at = [&](std::size_t place) { return array.got[place] - array.wanted[place]; };
  const bool is_constant = std::ranges::all_of(places, [&](std::size_t place) {
    const std::size_t other =
        moved_along(array, place, row_axis, indices_of(array, rows.front().front())[2]);
    return std::abs(error_at(place) - error_at(other)) <= array.bound[place] + array.bound[other];
  });
  if (is_constant && places.size() > rows.front().size()) {
    facts.push_back({"off by the same numbers in every wrong row", ""});
    return true;
  }
  std::vector<double> sizes;
  for (const auto& row : rows) {
    double largest = 0.0;
    for (const std::size_t place : row) largest = std::max(largest, std::abs(error_at(place)));
    sizes.push_back(largest);
  }
  if (rows.size() < fewest_rows || !std::ranges::is_sorted(sizes)) return false;
  if (!(sizes.back() >= 2.0 * sizes.front())) return false;
  facts.push_back({"an error that grows with the row", ""});
  return true;
}

}  // namespace

std::vector<PatternFact> how_wrong(const ComparedArray& array, std::span<const std::size_t> places,
                                   std::span<const NamedNumber> numbers) {
  Facts facts;
  const auto all = [&](const auto& holds) { return std::ranges::all_of(places, holds); };
  if (all([&](std::size_t at) { return std::isnan(array.got[at]); })) {
    return {{"NaN", ""}};
  }
  if (all([&](std::size_t at) { return !std::isfinite(array.got[at]); })) {
    return {{"not finite", ""}};
  }
  if (!all([&](std::size_t at) { return std::isfinite(array.got[at]); })) return {};
  if (all([&](std::size_t at) { return array.got[at] == 0.0; })) return {{"0", ""}};
  find_factor(array, places, numbers, facts);
  if (!facts.empty()) return facts;
  if (places.size() < 2) return facts;
  constexpr std::array axes = {head_axis, sequence_axis, row_axis, column_axis};
  const auto found_along = [&](const auto& find) {
    return std::ranges::any_of(axes, [&](AxisOf axis) { return find(array, places, axis, facts); });
  };
  if (found_along(find_other_index) || find_other_order(array, facts) ||
      found_along(find_sum_along) || found_along(find_factors_along) ||
      find_permutation(array, places, facts)) {
    return facts;
  }
  find_error_along_rows(array, places, facts);
  return facts;
}

}  // namespace slim::properties
