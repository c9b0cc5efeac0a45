#pragma once

#include "properties/mutants/catalogue.hpp"

#include <vector>

namespace slim::properties::mutants {

/// FAVOR+'s projection drawn wrongly.
std::vector<Mutant> projection_mutants();

}  // namespace slim::properties::mutants
