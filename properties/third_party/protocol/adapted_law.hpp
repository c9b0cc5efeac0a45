#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::foreign {

/// A law on cases that the subject claims: under its conventions, without key masks or states where
/// it takes none, and drawn again (at most 40 times) while they have a feature map or a direction
/// that it does not claim. What it cannot be asked at all, it does not claim.
/// Cases are written as they are asked, so that they replay under the law itself.
Law adapted_law(const Law& law, const Subject& subject, const ExtraSizes& extra = {});

}  // namespace slim::properties::foreign
