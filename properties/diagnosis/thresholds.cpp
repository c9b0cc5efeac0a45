// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/thresholds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <vector>

namespace slim::properties {
namespace {

constexpr Index largest_power = 128;

using Holds = std::function<bool(Index)>;

bool agrees_with(const ByNumber& seen, const Holds& holds) {
  return std::ranges::all_of(seen, [&](const auto& of) { return holds(of.first) == of.second; });
}

/// Whether the rule agrees with all numbers, of which at least two of either
/// kind are beyond the first ones.
bool is_known(const ByNumber& seen, Index beyond, const Holds& holds) {
  constexpr std::ptrdiff_t fewest = 2;
  const auto count = [&](bool shows) {
    return std::ranges::count_if(
        seen, [&](const auto& of) { return of.first > beyond && of.second == shows; });
  };
  return agrees_with(seen, holds) && count(true) >= fewest && count(false) >= fewest;
}

/// The numbers up to which the fault does not show.
Index last_right(const ByNumber& seen) {
  Index last = 0;
  for (const auto& [number, shows] : seen) {
    if (shows) break;
    last = number;
  }
  return last;
}

std::vector<Index> lengths_of_blocks(std::span<const Index> blocks) {
  std::vector<Index> lengths;
  for (Index block = 2; block <= largest_power; block *= 2) lengths.push_back(block);
  for (const Index block : blocks) {
    if (block > 1) lengths.push_back(block);
  }
  std::ranges::sort(lengths);
  lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
  return lengths;
}

/// The rules by multiples and powers that agree with all numbers, the simplest
/// first.
std::vector<Threshold> rules_that_agree(const ByNumber& seen, const std::string& several,
                                        std::span<const Index> blocks) {
  std::vector<Threshold> rules;
  const auto add = [&](Index beyond, const std::string& kind, const Holds& is_kind) {
    const auto holds = [beyond, is_kind](Index n) { return n > beyond && is_kind(n); };
    if (!is_known(seen, beyond, holds)) return;
    const std::string above = beyond == 0 ? "" : fmt::format("above {} and ", beyond);
    rules.push_back({fmt::format("where the number of {} is {}{}", several, above, kind), holds});
  };
  const auto add_multiples = [&](Index beyond) {
    for (const Index block : lengths_of_blocks(blocks)) {
      add(beyond, fmt::format("no multiple of {}", block),
          [block](Index n) { return n % block != 0; });
    }
    for (const Index block : lengths_of_blocks(blocks)) {
      add(beyond, fmt::format("a multiple of {}", block),
          [block](Index n) { return n % block == 0; });
    }
  };
  add_multiples(0);
  if (!rules.empty()) return rules;
  add(0, "no power of two",
      [](Index n) { return !std::has_single_bit(static_cast<std::size_t>(n)); });
  add_multiples(last_right(seen));
  return rules;
}

}  // namespace

std::optional<Threshold> threshold_of(const ByNumber& seen, const std::string& several,
                                      std::span<const Index> blocks) {
  Index largest_right = 0;
  Index largest_wrong = 0;
  for (const auto& [number, shows] : seen) {
    Index& largest = shows ? largest_wrong : largest_right;
    largest = std::max(largest, number);
  }
  const auto above = [t = largest_right](Index n) { return n > t; };
  if (agrees_with(seen, above)) {
    return Threshold{largest_right == 1
                         ? "with two " + several + " or more"
                         : fmt::format("for more than {} {}", largest_right, several),
                     above};
  }
  const auto below = [t = largest_wrong](Index n) { return n <= t; };
  if (agrees_with(seen, below)) {
    return Threshold{largest_wrong == 1 ? "where the number of " + several + " is 1"
                                        : fmt::format("for at most {} {}", largest_wrong, several),
                     below};
  }
  const std::vector<Threshold> rules = rules_that_agree(seen, several, blocks);
  return rules.empty() ? std::nullopt : std::optional(rules.front());
}

std::optional<Index> number_to_tell(const ByNumber& seen, std::span<const Index> blocks) {
  const std::vector<Threshold> rules = rules_that_agree(seen, "numbers", blocks);
  const Index first = last_right(seen) + 1;
  for (std::size_t other = 1; other < rules.size(); ++other) {
    for (Index n = first; n < first + 4 * largest_power; ++n) {
      if (rules[0].holds(n) != rules[other].holds(n) && !seen.contains(n)) return n;
    }
  }
  return std::nullopt;
}

}  // namespace slim::properties
