// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/catalogue.hpp"

#include <vector>

namespace slim::properties::mutants {

/// Gradients that are bitwise right and use more memory than they claim.
std::vector<Mutant> memory_mutants();

}  // namespace slim::properties::mutants
