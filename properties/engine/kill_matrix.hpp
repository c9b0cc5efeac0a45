#pragma once

#include "properties/engine/engine.hpp"

namespace slim::properties {

/// A law that a mutant broke.
struct Kill {
  std::string law;
  double margin;  ///< error over bound in the first wrong case; infinite where none was allowed
};

/// What became of a mutant.
struct MutantFate {
  std::string name;
  std::vector<Kill> kills;            ///< by law, in their order
  std::vector<std::string> survived;  ///< laws that were asked and held

  [[nodiscard]] bool killed() const { return !kills.empty(); }
  /// The kill with the smallest margin, by which it came nearest to survival; null for a survivor.
  [[nodiscard]] const Kill* nearest() const;
  /// Its margin; 0 for a survivor.
  [[nodiscard]] double margin() const;
  /// The kill by this law, or null.
  [[nodiscard]] const Kill* killed_by(std::string_view law) const;
};

/// What a law does among the mutants.
struct LawPower {
  int kills = 0;
  std::string nearest;  ///< the mutant that it kills by the smallest margin; empty: none
  double margin = 0.0;  ///< that one; 0 where it kills none
};

/// Law × mutant.
struct KillMatrix {
  std::vector<std::string> laws;
  std::vector<MutantFate> mutants;

  [[nodiscard]] std::vector<std::string> survivors() const;
  [[nodiscard]] LawPower power_of(std::string_view law) const;
  /// Laws that kill no mutant.
  [[nodiscard]] std::vector<std::string> idle_laws() const;
  /// No mutant survives and every law kills one.
  [[nodiscard]] bool is_full() const { return survivors().empty() && idle_laws().empty(); }
};

/// Runs the plan, whose subjects are mutants, without shrinking. A mutant is killed by a law in any
/// of the plan's scalars.
KillMatrix kill_matrix(RunPlan plan, const Progress& progress = {});

}  // namespace slim::properties
