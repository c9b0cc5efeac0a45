#pragma once

#include "properties/engine/cases/gradient_spec.hpp"

#include <rapidcheck/Gen.h>

namespace slim::properties {

/// Specs with B·L·s·d_ff ≤ 1000: lengths around the slice's edges (1, C-1, C, C+1, 2C-1, primes,
/// C > L), every feature map, both norms, batches of 1 to 3, masks of all kinds, one to all heads,
/// so that head widths are 1, odd and even. Larger with the size; one of the 20 sizes is dealt L
/// from 31 to 129 in slices of 15 rows and more, of one layer of width 4. Shrinks field by field.
rc::Gen<GradientSpec> gradient_specs();

/// This spec with a drawn seed; shrinks likewise.
rc::Gen<GradientSpec> designed_specs(const GradientSpec& spec);

/// Smaller specs to try instead of this one, boldest first.
std::vector<GradientSpec> smaller_specs(const GradientSpec& spec);

}  // namespace slim::properties
