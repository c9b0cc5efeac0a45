#pragma once

#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::experiments {

/// How far a gradient is from the slope of its own loss, for subjects that no reference knows: in
/// 50 digits, along a drawn direction, |(loss(θ + hv) − loss(θ − hv))/2h − ⟨dθ, v⟩| over |⟨dθ, v⟩|
/// with h = 2⁻⁵⁰, on drawn tokens. Error of the difference: about h², 1e-30 and some digits.
double slope_error(const Subject& subject, const Setting& setting);

}  // namespace slim::experiments
