// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/cases/gradient_specs.hpp"
#include "properties/engine/cases/size_design.hpp"
#include "properties/engine/law.hpp"
#include "properties/tolerance/gradient_evidence.hpp"

namespace slim::properties::laws {

/// One case of whole models in so many is run in 50 digits: each costs as much as a hundred in
/// float64 and shows the same, except for distinguishing drift from a mistake.
inline constexpr int one_model_in_digits50 = 7;

/// The parts of a law of whole models.
struct GradientLawParts {
  std::function<Finding(GradientEvidence&, const Subject&, Scalar)> check;
  /// Changes a drawn spec to one of this law. Empty: every spec is.
  std::function<GradientSpec(const GradientSpec&)> repair{};
  /// Why a case from a file is not a case of this law. Empty: every case is.
  std::function<std::string(const GradientCase&)> fits{};
  /// Whether a case too close to a kink to be judged is redrawn.
  bool needs_room_at_kinks = true;
  /// Whether logits are compared in cases of odd length, including L = 1.
  bool compares_logits = false;
  DesignedCases sizes = DesignedCases::none;
};

/// Completes `words`: draws gradient_specs, and reads and writes case files.
Law gradient_law(Law words, const GradientLawParts& parts);

}  // namespace slim::properties::laws
