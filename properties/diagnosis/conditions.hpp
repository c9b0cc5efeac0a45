// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace slim::properties {

/// A property that a case has or not.
template <class Spec>
struct Property {
  std::string with;     ///< "with a start state"
  std::string without;  ///< "without a start state"
  std::function<bool(const Spec&)> holds;
  /// Gives the case the property, or takes it away, and changes as little else as possible.
  std::function<void(Spec&)> change;
  /// Other ways to change it. It decides only if the fault does not show after any of them.
  std::vector<std::function<void(Spec&)>> others;
};

/// A number of rows, columns, heads, …
template <class Spec>
struct Quantity {
  std::string several;  ///< "columns of v"
  std::function<Index(const Spec&)> of;
  std::function<void(Spec&, Index)> put;
  std::vector<Index> values;   ///< to try first
  std::vector<Index> further;  ///< to try if the fault does not show with each of these
  std::vector<Index> blocks;   ///< lengths of blocks that are known, besides powers of two
};

/// One of several options.
template <class Spec>
struct Choice {
  std::string words;  ///< "with the feature map": the names of options follow
  std::vector<std::string> names;
  std::function<std::size_t(const Spec&)> of;
  std::function<void(Spec&, std::size_t)> put;
};

/// What may decide whether a fault shows on a case.
template <class Spec>
struct Circumstances {
  std::vector<Property<Spec>> properties;
  std::vector<Quantity<Spec>> quantities;
  std::vector<Choice<Spec>> choices;
};

/// Whether the fault shows on a case; nullopt if the case cannot be judged, or is not claimed.
template <class Spec>
using Shows = std::function<std::optional<bool>(const Spec&)>;

/// The circumstances without which a fault does not show, and the cases that were compared.
struct DecidingConditions {
  std::vector<std::string> words;  ///< "with a start state", "for more than 64 columns of v", …
  int wrong = 0;                   ///< neighbouring cases on which the fault shows
  int right = 0;                   ///< and does not show
  /// Some case contradicts the conditions found, so there are no words.
  bool contradicted = false;
};

/// Finds the conditions under which a fault shows, given a case on which it does. Each circumstance
/// is changed alone, with two seeds: the case without a start state, with one slice, with 1, 2, 3,
/// 8, 9 and 65 columns, …. If the fault then never shows, the circumstance is a condition; if it
/// shows without that, too, as soon as another circumstance is changed, that is an alternative.
/// Conditions are returned only if the fault shows on exactly those of all cases tried that meet
/// all of them, also on cases on which one condition is violated and another circumstance changed,
/// and if at least two cases are on either side. `Spec`: AttentionNeighbour or GradientSpec.
template <class Spec>
DecidingConditions deciding_conditions(const Spec& base, const Circumstances<Spec>& circumstances,
                                       const Shows<Spec>& shows);

/// "wrong only with a start state and for more than 64 columns of v (as in all 30 neighbouring
/// cases: 12 wrong, 18 right)"; `verb`: "wrong". Empty if there is no condition.
std::string in_words(const DecidingConditions& found, const std::string& verb);

}  // namespace slim::properties
