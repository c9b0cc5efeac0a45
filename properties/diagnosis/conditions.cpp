// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/conditions.hpp"

#include "properties/diagnosis/array_axes.hpp"
#include "properties/diagnosis/neighbours.hpp"
#include "properties/diagnosis/thresholds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace slim::properties {
namespace {

constexpr int seeds_a_neighbour = 2;
constexpr int most_seeds = 4;         ///< if some cannot be judged
constexpr int most_alternatives = 2;  ///< to one condition

enum class Seen { always, never, sometimes, unknown };

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
  using Holds = std::function<bool(const Spec&)>;
  /// What shows the fault where a condition is violated.
  struct Alternative {
    std::string words;
    Holds holds;
    Spec with;  ///< the base with it in place of the condition
  };
  struct Candidate {
    std::string words;
    Holds holds;
    std::function<void(Spec&)> violate;
    Spec without;  ///< the base without the condition
    std::vector<Alternative> alternatives{};
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

  void add_candidate(std::string words, Holds holds, std::function<void(Spec&)> violate) {
    Spec without = base_;
    violate(without);
    candidates_.push_back({std::move(words), std::move(holds), std::move(violate), without});
  }
  static Holds is_on_side(const Property<Spec>& property, bool side) {
    return [side, holds = property.holds](const Spec& s) { return holds(s) == side; };
  }

  void try_property(const Property<Spec>& property) {
    const bool side = property.holds(base_);
    Spec changed = base_;
    property.change(changed);
    if (property.holds(changed) == side || seen_on(changed) != Seen::never) return;
    const bool shows_otherwise = std::ranges::any_of(property.others, [&](const auto& change) {
      Spec other = base_;
      change(other);
      return property.holds(other) != side && seen_on(other) != Seen::never;
    });
    if (shows_otherwise) return;
    add_candidate(side ? property.with : property.without, is_on_side(property, side),
                  property.change);
  }

  /// With which numbers the fault shows in place of the one in `at`, where `shows` is known;
  /// nullopt if with all of them, or if there is no description.
  std::optional<Threshold> threshold_at(const Spec& at, bool shows, const Quantity<Spec>& quantity,
                                        ByNumber& seen) {
    seen = {{quantity.of(at), shows}};
    const auto try_number = [&](Index number) {
      if (seen.contains(number)) return;
      Spec changed = at;
      quantity.put(changed, number);
      const Seen here = seen_on(changed);
      if (here == Seen::always || here == Seen::never) seen[number] = here == Seen::always;
    };
    for (const Index number : quantity.values) try_number(number);
    if (std::ranges::all_of(seen, [&](const auto& of) { return of.second == shows; })) {
      return std::nullopt;
    }
    for (const Index number : quantity.further) try_number(number);
    const auto found = [&] { return threshold_of(seen, quantity.several, quantity.blocks); };
    if (!found()) return std::nullopt;
    narrow(seen, try_number);
    constexpr int most_numbers = 8;
    for (int i = 0; i < most_numbers; ++i) {
      const std::optional<Index> number = number_to_tell(seen, quantity.blocks);
      if (number) try_number(*number);
    }
    return found();
  }
  void try_quantity(const Quantity<Spec>& quantity) {
    ByNumber seen;
    const std::optional<Threshold> found = threshold_at(base_, true, quantity, seen);
    if (!found) return;
    // The nearest number without the fault: others may hide it for another reason.
    const Index own = quantity.of(base_);
    std::optional<Index> nearest;
    for (const auto& [number, shows] : seen) {
      if (shows) continue;
      if (!nearest || std::abs(number - own) < std::abs(*nearest - own)) nearest = number;
    }
    add_candidate(
        found->words,
        [of = quantity.of, holds = found->holds](const Spec& s) { return holds(of(s)); },
        [put = quantity.put, number = *nearest](Spec& s) { put(s, number); });
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
    add_candidate(
        choice.words + " " + in_a_list(names),
        [of = choice.of, wrong](const Spec& s) {
          return std::ranges::find(wrong, of(s)) != wrong.end();
        },
        [put = choice.put, option = right.front()](Spec& s) { put(s, option); });
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

  /// Cases without a condition on which another circumstance is changed, too. If the fault shows
  /// there all the same, that circumstance is an alternative to the condition.
  void violate_each() {
    for (Candidate& candidate : candidates_) {
      for (const Property<Spec>& property : circumstances_.properties) {
        violate_with(candidate, property);
      }
      for (const Quantity<Spec>& quantity : circumstances_.quantities) {
        violate_with(candidate, quantity);
      }
    }
    for (Candidate& candidate : candidates_) {
      leave_out_implied(candidate.alternatives);
      for (const Alternative& alternative : candidate.alternatives) vary(candidate, alternative);
    }
  }
  /// Two slices may show the fault because they have more rows, for example.
  static void leave_out_implied(std::vector<Alternative>& alternatives) {
    const auto is_implied = [&](const Alternative& one) {
      return std::ranges::any_of(alternatives, [&](const Alternative& other) {
        return &other != &one && other.holds(one.with) && !one.holds(other.with);
      });
    };
    std::vector<Alternative> kept;
    std::ranges::copy_if(alternatives, std::back_inserter(kept), std::not_fn(is_implied));
    alternatives = std::move(kept);
  }
  void violate_with(Candidate& candidate, const Property<Spec>& property) {
    Spec changed = candidate.without;
    property.change(changed);
    changed.seed = 1;
    if (candidate.holds(changed) || probed(changed) != std::optional(true)) return;
    const bool side = property.holds(changed);
    if (property.holds(candidate.without) == side || seen_on(changed) != Seen::always) return;
    candidate.alternatives.push_back(
        {side ? property.with : property.without, is_on_side(property, side), changed});
  }
  void violate_with(Candidate& candidate, const Quantity<Spec>& quantity) {
    const Index next = quantity.of(candidate.without) + 1;
    bool shows = false;
    for (const Index number : {next, std::max(next, std::ranges::max(quantity.values))}) {
      Spec changed = candidate.without;
      quantity.put(changed, number);
      changed.seed = 1;
      if (!candidate.holds(changed) && probed(changed) == std::optional(true)) shows = true;
    }
    if (!shows) return;
    ByNumber seen;
    const auto found = threshold_at(candidate.without, false, quantity, seen);
    if (!found) return;
    Spec with = candidate.without;
    const auto wrong = std::ranges::find_if(seen, [](const auto& of) { return of.second; });
    quantity.put(with, wrong->first);
    candidate.alternatives.push_back(
        {found->words,
         [of = quantity.of, holds = found->holds](const Spec& s) { return holds(of(s)); }, with});
  }
  /// Changes the case with an alternative, and violates the other conditions there.
  void vary(const Candidate& candidate, const Alternative& alternative) {
    const auto probe_changed = [&](const std::function<void(Spec&)>& change) {
      Spec changed = alternative.with;
      change(changed);
      changed.seed = 1;
      probed(changed);
    };
    for (const Property<Spec>& property : circumstances_.properties) probe_changed(property.change);
    for (const Quantity<Spec>& quantity : circumstances_.quantities) {
      probe_changed([&](Spec& s) { quantity.put(s, std::ranges::min(quantity.values)); });
    }
    for (const Candidate& other : candidates_) {
      if (&other != &candidate) probe_changed(other.violate);
    }
  }

  [[nodiscard]] DecidingConditions result() const {
    DecidingConditions found;
    for (const Probe& probe : probes_) {
      ++(probe.shows ? found.wrong : found.right);
      const bool meets_all = std::ranges::all_of(
          candidates_, [&](const Candidate& of) { return is_met(of, probe.spec); });
      found.contradicted = found.contradicted || meets_all != probe.shows;
    }
    const bool has_both = found.wrong >= 2 && found.right >= 2;
    if (found.contradicted || !has_both) return found;
    for (const Candidate& candidate : candidates_) found.words.push_back(words_of(candidate));
    return found;
  }
  static bool is_met(const Candidate& of, const Spec& spec) {
    if (of.holds(spec)) return true;
    return of.alternatives.size() <= most_alternatives &&
           std::ranges::any_of(of.alternatives,
                               [&](const Alternative& other) { return other.holds(spec); });
  }
  /// "with a start state or for more than 16 rows", in parentheses next to other conditions.
  [[nodiscard]] std::string words_of(const Candidate& of) const {
    std::vector<std::string> all = {of.words};
    for (const Alternative& other : of.alternatives) all.push_back(other.words);
    std::ranges::sort(all);
    std::string words = fmt::format("{}", fmt::join(all, " or "));
    return all.size() == 1 || candidates_.size() == 1 ? words : "(" + words + ")";
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
  // Where no error is allowed, the error of a fault may be of any size.
  const bool is_wrong_there = std::ranges::any_of(
      other.wrong_tensors, [&](const auto& of) { return tensor_of(of) == tensor_of(first.worst); });
  if (first.worst.bound == 0.0 && is_wrong_there) return std::nullopt;
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
