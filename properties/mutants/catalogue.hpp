// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/subject.hpp"

#include <span>
#include <string>

namespace slim::properties::mutants {

using slim::ProjectionDraw;

/// An implementation with a known fault, which tests that the laws detect it.
struct Mutant {
  std::string name;                               ///< "mutant/what-is-wrong"
  std::string description;                        ///< description of the fault in one clause
  std::string seen;                               ///< typical cause of the fault
  bool subtracting = false;                       ///< claim of the implementation without the fault
  MemoryGrowth memory = MemoryGrowth::unclaimed;  ///< likewise
  bool by_slices = false;          ///< attention only: the fault depends on the slice length
  bool in_gradient_alone = false;  ///< attention only: output and end state are right
  bool in_states_alone = false;    ///< attention only: it equals another mutant but for states
  bool takes_padding = false;      ///< whole models only: it takes padded batches
  bool any_conventions = false;    ///< attention only: it follows the conventions of a task
  /// If it is the reference under other conventions: those for these inputs.
  std::function<AttentionConventions(const AttentionInputs<double>&)> conventions{};
  GradientFunctions gradient{};
  AttentionFunctions attention{};
  FeaturesFunctions features{};
  ProjectionDraw projection{};
};

/// All mutants, grouped by class.
std::span<const Mutant> catalogue();

}  // namespace slim::properties::mutants
