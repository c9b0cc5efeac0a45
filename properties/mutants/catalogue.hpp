#pragma once

#include "reference/vocabulary/task/subject.hpp"

#include <span>
#include <string>

namespace slim::properties::mutants {

using slim::ProjectionDraw;

/// An implementation that is wrong on purpose, to show that the laws notice.
struct Mutant {
  std::string name;                               ///< "mutant/what-is-wrong"
  std::string story;                              ///< what goes wrong, in one sentence
  std::string seen;                               ///< where
  bool subtracting = false;                       ///< what its correct body claims
  MemoryGrowth memory = MemoryGrowth::unclaimed;  ///< likewise
  bool by_slices = false;  ///< of attention: another slice length is another fault
  GradientFunctions gradient{};
  AttentionFunctions attention{};
  FeaturesFunctions features{};
  ProjectionDraw projection{};
};

/// Every mutant, in the order of the catalogue of defects: causality, normalisation, gradient,
/// slices and state, features, randomness, types.
std::span<const Mutant> catalogue();

}  // namespace slim::properties::mutants
