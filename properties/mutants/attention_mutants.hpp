// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/catalogue.hpp"

#include <vector>

namespace slim::properties::mutants {

/// Attention with one fault each, by the shared code of faulty_attention.hpp.
std::vector<Mutant> causality_mutants();
std::vector<Mutant> normalisation_mutants();
std::vector<Mutant> pullback_mutants();
std::vector<Mutant> state_mutants();
std::vector<Mutant> feature_mutants();
std::vector<Mutant> program_mutants();
std::vector<Mutant> layout_mutants();
std::vector<Mutant> precision_mutants();
std::vector<Mutant> size_mutants();

}  // namespace slim::properties::mutants
