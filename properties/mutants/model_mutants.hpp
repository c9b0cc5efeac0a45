#pragma once

#include "properties/mutants/catalogue.hpp"

#include <vector>

namespace slim::properties::mutants {

/// Whole models that are wrong in one thing: the reference, asked or read wrongly, or the two
/// sweeps with a prefix sum that does one step wrong.
std::vector<Mutant> model_mutants();

}  // namespace slim::properties::mutants
