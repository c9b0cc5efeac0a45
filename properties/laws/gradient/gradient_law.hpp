#pragma once

#include "properties/engine/cases/gradient_specs.hpp"
#include "properties/engine/law.hpp"
#include "properties/tolerance/gradient_evidence.hpp"

namespace slim::properties::laws {

/// Of whole models one case in so many is asked for in 50 digits: each costs a hundred of float64,
/// and shows what float64 shows, but for what tells drift from a mistake.
inline constexpr int one_model_in_digits50 = 7;

/// What tells one law of whole gradients from another.
struct GradientLawParts {
  std::function<Finding(GradientEvidence&, const Subject&, Scalar)> check;
  /// Makes a drawn spec one of this law; empty: as drawn.
  std::function<GradientSpec(const GradientSpec&)> repair{};
  /// Why a case that was read from a file is none of this law; empty: every case is.
  std::function<std::string(const GradientCase&)> fits{};
  /// Whether a case next to a kink, where nobody can be judged, is drawn again.
  bool needs_room_at_kinks = true;
  /// Whether the logits of cases of an odd length, L = 1 among them, are part of the truth.
  bool compares_logits = false;
  enum class Sizes {
    as_drawn,     ///< no cases but the drawn ones
    all,          ///< the rows of a gradient_design, too
    large_cases,  ///< large ones of these rows, of a subject whose threads are its own
  };
  Sizes sizes = Sizes::as_drawn;
};

/// Completes `words`: draws gradient_specs, and reads and writes case files.
Law gradient_law(Law words, const GradientLawParts& parts);

}  // namespace slim::properties::laws
