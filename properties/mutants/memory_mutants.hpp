#pragma once

#include "properties/mutants/catalogue.hpp"

#include <vector>

namespace slim::properties::mutants {

/// Right to the last bit, and taking more memory than they claim.
std::vector<Mutant> memory_mutants();

}  // namespace slim::properties::mutants
