// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/catalogue.hpp"

#include <vector>

namespace slim::properties::mutants {

/// Random projections of FAVOR+ with a wrong distribution.
std::vector<Mutant> projection_mutants();

}  // namespace slim::properties::mutants
