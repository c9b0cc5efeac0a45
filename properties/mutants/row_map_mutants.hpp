#pragma once

#include "properties/mutants/catalogue.hpp"

#include <vector>

namespace slim::properties::mutants {

/// Whole models whose attention is right and whose embedding, LayerNorm, feed-forward branch,
/// linear maps or heads are not: what ports from one framework to another get wrong.
std::vector<Mutant> row_map_mutants();

}  // namespace slim::properties::mutants
