// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/cases/gradient_spec.hpp"

#include <rapidcheck/Gen.h>

namespace slim::properties {

/// Specs with B·L·s·d_ff ≤ 1000: lengths near slice edges (1, C-1, C, C+1, 2C-1, primes, C > L),
/// every feature map, both norms, batches of 1 to 3, masks of all kinds, any number of heads that
/// divides the width, so that head widths are 1, odd and even. They grow with the size. One of the
/// 20 stratified sizes has L from 31 to 129, slices of 15 rows or more, and one layer of width 4.
/// Shrinks field by field.
rc::Gen<GradientSpec> gradient_specs();

/// This spec with a drawn seed. Shrinks likewise.
rc::Gen<GradientSpec> designed_specs(const GradientSpec& spec);

/// Simpler specs to try instead of this one, largest reduction first. They have two rows rather
/// than one.
std::vector<GradientSpec> smaller_specs(const GradientSpec& spec);

}  // namespace slim::properties
