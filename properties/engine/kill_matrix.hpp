// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/engine.hpp"

namespace slim::properties {

/// A law that a mutant broke.
struct Kill {
  std::string law;
  double margin;  ///< error over bound in the first wrong case; infinite if the bound is 0
};

/// The laws that killed a mutant, and those that did not.
struct MutantFate {
  std::string name;
  std::vector<Kill> kills;            ///< in the order of the laws
  std::vector<std::string> survived;  ///< laws that ran and held

  [[nodiscard]] bool killed() const { return !kills.empty(); }
  /// The kill with the smallest margin; null for a survivor.
  [[nodiscard]] const Kill* nearest() const;
  /// The margin of `nearest`; 0 for a survivor.
  [[nodiscard]] double margin() const;
  /// The kill by this law, or null.
  [[nodiscard]] const Kill* killed_by(std::string_view law) const;
};

/// How many mutants a law kills.
struct LawPower {
  int kills = 0;
  std::string nearest;  ///< the mutant that it kills by the smallest margin; empty if none
  double margin = 0.0;  ///< that margin; 0 if it kills none
};

/// Law × mutant.
struct KillMatrix {
  std::vector<std::string> laws;
  std::vector<MutantFate> mutants;

  [[nodiscard]] std::vector<std::string> survivors() const;
  [[nodiscard]] LawPower power_of(std::string_view law) const;
  /// Laws that kill no mutant.
  [[nodiscard]] std::vector<std::string> idle_laws() const;
  /// Whether no mutant survives and every law kills one.
  [[nodiscard]] bool is_full() const { return survivors().empty() && idle_laws().empty(); }
};

/// Runs the plan, whose subjects are mutants, without shrinking. A law kills a mutant if it fails
/// in any scalar of the plan.
KillMatrix kill_matrix(RunPlan plan, const Progress& progress = {});

}  // namespace slim::properties
