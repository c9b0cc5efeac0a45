// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::experiments {

/// Difference between a gradient and a finite difference of its own loss, for subjects without a
/// reference. Computed in 50 digits along a random direction v, on random tokens: |(loss(θ + hv) −
/// loss(θ − hv))/2h − ⟨dθ, v⟩| / |⟨dθ, v⟩| with h = 2⁻⁵⁰. Error of the difference quotient: about
/// h², 1e-30, times a small factor.
double slope_error(const Subject& subject, const Setting& setting);

}  // namespace slim::experiments
