// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/catalogue.hpp"

#include <vector>

namespace slim::properties::mutants {

/// Gradients and attention in parts of a sequence, one for each of `ranks` ranks (threads of this
/// process), that do not exchange what they should.
std::vector<Mutant> mutants_of_ranks(Index ranks);
/// On three ranks.
std::vector<Mutant> distributed_mutants();

}  // namespace slim::properties::mutants
