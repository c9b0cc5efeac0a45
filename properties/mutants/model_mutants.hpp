// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/catalogue.hpp"

#include <vector>

namespace slim::properties::mutants {

/// Whole models with one fault: the reference with changed inputs or results, or the chunked
/// gradient with a faulty step of the prefix sum.
std::vector<Mutant> model_mutants();
/// Padded batches, learned positions, and start states of single layers.
std::vector<Mutant> padding_mutants();

}  // namespace slim::properties::mutants
