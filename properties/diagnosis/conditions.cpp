// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/conditions.hpp"

#include "properties/diagnosis/array_axes.hpp"
#include "properties/diagnosis/neighbours.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace slim::properties {
namespace {

constexpr int seeds_a_neighbour = 2;
constexpr int most_seeds = 4;  ///< if some cannot be judged
constexpr Index largest_multiple = 128;

enum class Seen { always, never, sometimes, unknown };

/// A number that decides: the words, and the numbers with which the fault shows.
struct Threshold {
  std::string words;
  std::function<bool(Index)> holds;
};

using ByNumber = std::map<Index, bool>;  ///< whether the fault shows

bool agrees_with(const ByNumber& seen, const std::function<bool(Index)>& holds) {
  return std::ranges::all_of(seen, [&](const auto& of) { return holds(of.first) == of.second; });
}

/// The simplest description of the numbers with which the fault shows; nullopt if there is none.
std::optional<Threshold> threshold_of(const ByNumber& seen, const std::string& several) {
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
  for (Index b = 2; b <= largest_multiple; b *= 2) {
    const auto multiples =
        std::ranges::count_if(seen, [b](const auto& of) { return of.first % b == 0; });
    if (multiples < 2 || multiples > static_cast<std::ptrdiff_t>(seen.size()) - 2) continue;
    const auto is_multiple = [b](Index n) { return n % b == 0; };
    const auto is_none = [b](Index n) { return n % b != 0; };
    if (agrees_with(seen, is_none)) {
      return Threshold{fmt::format("where the number of {} is no multiple of {}", several, b),
                       is_none};
    }
    if (agrees_with(seen, is_multiple)) {
      return Threshold{fmt::format("where the number of {} is a multiple of {}", several, b),
                       is_multiple};
    }
  }
  return std::nullopt;
}

template <class Spec>
class Search {
 public:
  Search(const Spec& base, const Circumstances<Spec>& circumstances, const Shows<Spec>& shows)
      : base_(base), circumstances_(circumstances), shows_(shows) {}

  DecidingConditions conditions() {
    if (seen_on(base_) != Seen::always) return {};
    for (const Property<Spec>& property : circumstances_.properties) try_property(property);
    for (const Quantity<Spec>& quantity : circumstances_.quantities) try_quantity(quantity);
    for (const Choice<Spec>& choice : circumstances_.choices) try_choice(choice);
    leave_out_implied();
    violate_each();
    return result();
  }

 private:
  struct Candidate {
    std::string words;
    std::function<bool(const Spec&)> holds;
    Spec without;  ///< the base without the condition
  };
  struct Probe {
    Spec spec;
    bool shows;
  };

  std::optional<bool> probed(const Spec& spec) {
    const std::optional<bool> shows = shows_(spec);
    if (shows) probes_.push_back({spec, *shows});
    return shows;
  }
  Seen seen_on(Spec spec) {
    int wrong = 0;
    int right = 0;
    for (int seed = 1; seed <= most_seeds && wrong + right < seeds_a_neighbour; ++seed) {
      spec.seed = static_cast<std::uint64_t>(seed);
      const std::optional<bool> shows = probed(spec);
      if (shows) ++(*shows ? wrong : right);
    }
    if (wrong + right < seeds_a_neighbour) return Seen::unknown;
    return right == 0 ? Seen::always : wrong == 0 ? Seen::never : Seen::sometimes;
  }

  void try_property(const Property<Spec>& property) {
    const bool side = property.holds(base_);
    Spec changed = base_;
    property.change(changed);
    if (property.holds(changed) == side || seen_on(changed) != Seen::never) return;
    candidates_.push_back(
        {side ? property.with : property.without,
         [side, holds = property.holds](const Spec& s) { return holds(s) == side; }, changed});
  }

  void try_quantity(const Quantity<Spec>& quantity) {
    ByNumber seen = {{quantity.of(base_), true}};
    const auto try_number = [&](Index number) {
      if (seen.contains(number)) return;
      Spec at = base_;
      quantity.put(at, number);
      const Seen here = seen_on(at);
      if (here == Seen::always || here == Seen::never) seen[number] = here == Seen::always;
    };
    const auto all_show = [&] {
      return std::ranges::all_of(seen, [](const auto& of) { return of.second; });
    };
    for (const Index number : quantity.values) try_number(number);
    if (all_show()) return;
    for (const Index number : quantity.further) try_number(number);
    if (!threshold_of(seen, quantity.several)) return;
    narrow(seen, try_number);
    const std::optional<Threshold> found = threshold_of(seen, quantity.several);
    if (!found) return;
    Spec without = base_;
    const auto right = std::ranges::find_if(seen, [](const auto& of) { return !of.second; });
    quantity.put(without, right->first);
    candidates_.push_back(
        {found->words,
         [of = quantity.of, holds = found->holds](const Spec& s) { return holds(of(s)); },
         without});
  }

  /// Bisects between the numbers on either side of a threshold.
  static void narrow(ByNumber& seen, const std::function<void(Index)>& try_number) {
    constexpr int most_steps = 8;
    for (int step = 0; step < most_steps; ++step) {
      const auto edge = std::ranges::adjacent_find(
          seen, [](const auto& a, const auto& b) { return a.second != b.second; });
      if (edge == seen.end()) return;
      const Index low = edge->first;
      const Index high = std::next(edge)->first;
      if (high - low < 2) return;
      const std::size_t before = seen.size();
      try_number(low + (high - low) / 2);
      if (seen.size() == before) return;
    }
  }

  void try_choice(const Choice<Spec>& choice) {
    const std::size_t own = choice.of(base_);
    std::vector<std::size_t> wrong = {own};
    std::vector<std::size_t> right;
    for (std::size_t option = 0; option < choice.names.size(); ++option) {
      if (option == own) continue;
      Spec changed = base_;
      choice.put(changed, option);
      const Seen here = seen_on(changed);
      if (here == Seen::always) wrong.push_back(option);
      if (here == Seen::never) right.push_back(option);
    }
    if (right.empty()) return;
    std::ranges::sort(wrong);
    std::vector<std::string> names;
    for (const std::size_t option : wrong) names.push_back(choice.names[option]);
    Spec without = base_;
    choice.put(without, right.front());
    candidates_.push_back({choice.words + " " + in_a_list(names),
                           [of = choice.of, wrong](const Spec& s) {
                             return std::ranges::find(wrong, of(s)) != wrong.end();
                           },
                           without});
  }

  /// Two rows are necessary for two slices, for example.
  void leave_out_implied() {
    std::vector<Candidate> kept;
    for (const Candidate& one : candidates_) {
      const bool is_implied = std::ranges::any_of(candidates_, [&](const Candidate& other) {
        return &other != &one && !other.holds(one.without) && one.holds(other.without);
      });
      if (!is_implied) kept.push_back(one);
    }
    candidates_ = std::move(kept);
  }

  /// Cases without a condition on which another circumstance is changed, too: the fault might show
  /// there all the same.
  void violate_each() {
    for (const Candidate& candidate : candidates_) {
      for (const Property<Spec>& property : circumstances_.properties) {
        Spec changed = candidate.without;
        property.change(changed);
        changed.seed = 1;
        if (!candidate.holds(changed)) probed(changed);
      }
      for (const Quantity<Spec>& quantity : circumstances_.quantities) {
        const Index next = quantity.of(candidate.without) + 1;
        for (const Index number : {next, std::max(next, std::ranges::max(quantity.values))}) {
          Spec changed = candidate.without;
          quantity.put(changed, number);
          changed.seed = 1;
          if (!candidate.holds(changed)) probed(changed);
        }
      }
    }
  }

  [[nodiscard]] DecidingConditions result() const {
    DecidingConditions found;
    for (const Probe& probe : probes_) {
      ++(probe.shows ? found.wrong : found.right);
      const bool meets_all = std::ranges::all_of(
          candidates_, [&](const Candidate& of) { return of.holds(probe.spec); });
      found.contradicted = found.contradicted || meets_all != probe.shows;
    }
    const bool has_both = found.wrong >= 2 && found.right >= 2;
    if (found.contradicted || !has_both) return found;
    for (const Candidate& candidate : candidates_) found.words.push_back(candidate.words);
    return found;
  }

  const Spec& base_;
  const Circumstances<Spec>& circumstances_;
  const Shows<Spec>& shows_;
  std::vector<Candidate> candidates_;
  std::vector<Probe> probes_;
};

}  // namespace

template <class Spec>
DecidingConditions deciding_conditions(const Spec& base, const Circumstances<Spec>& circumstances,
                                       const Shows<Spec>& shows) {
  return Search<Spec>(base, circumstances, shows).conditions();
}

std::optional<bool> shows_fault(const Finding& first, const Finding& other) {
  constexpr double most_share_of_another = 1e-5;
  if (is_same_fault(first, other)) return true;
  if (!first.has_numbers() || other.outcome != Outcome::wrong) return false;
  // The same, but with an error that is allowed to be smaller.
  Finding smaller = first;
  smaller.worst.error *= most_share_of_another / least_share_of_error;
  return is_same_fault(smaller, other) ? std::nullopt : std::optional(false);
}

template DecidingConditions deciding_conditions(const AttentionNeighbour&,
                                                const Circumstances<AttentionNeighbour>&,
                                                const Shows<AttentionNeighbour>&);
template DecidingConditions deciding_conditions(const GradientSpec&,
                                                const Circumstances<GradientSpec>&,
                                                const Shows<GradientSpec>&);

std::string in_words(const DecidingConditions& found, const std::string& verb) {
  if (found.words.empty()) return {};
  return fmt::format("{} only {} (so in all {} neighbouring cases: {} wrong, {} right)", verb,
                     in_a_list(found.words), found.wrong + found.right, found.wrong, found.right);
}

}  // namespace slim::properties
