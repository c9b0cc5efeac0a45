// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/subject.hpp"

#include <array>

namespace slim::properties {

/// M = c₀ + c₁ P + c₂ P² from the number of arguments P of an own map.
struct OwnWidth {
  std::array<double, 3> coefficients{0.0, 1.0, 0.0};

  [[nodiscard]] Index features(Index arguments) const;
  /// Throws ContractError unless M is a whole number of at least 1 that does not fall, from this
  /// number of arguments on; `only`: there are no others.
  void require_valid(Index least, bool only) const;
};

/// The feature map of a subject's own task `features`. Its answers are taken as they are, once they
/// were found to be a function of the row: in each question some rows are asked again among other
/// rows, in another batch and, unless the map depends on it, at another place. Slopes are central
/// differences in the widest scalar of the subject; their error is estimated from those over twice
/// the distance and from those to either side, which differ at a kink. Of large cases some slopes
/// are asked (slopes_to_ask.hpp); the others have an infinite error, so that no law compares the
/// gradients along them.
/// Throws SubjectError (WRONG, NON-FINITE) with the side and the row if the answers are not finite
/// (for |x| ≤ 64), depend on anything but the row, or differ between float32 and float64 by more
/// than 4096 roundings of the largest one.
/// Error: of slopes about 1e-9 of the largest one in float64, 1e-3 if the subject has float32 only.
std::shared_ptr<const OwnMap> own_features_of(const Subject& subject, const OwnWidth& width);

}  // namespace slim::properties
