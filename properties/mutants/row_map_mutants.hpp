// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/catalogue.hpp"

#include <vector>

namespace slim::properties::mutants {

/// Whole models with correct attention and a fault in the embedding, LayerNorm, feed-forward
/// branch, linear maps or heads: typical errors of ports between frameworks.
std::vector<Mutant> row_map_mutants();

}  // namespace slim::properties::mutants
