// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/catalogue.hpp"

namespace slim::properties::mutants {

Mutant last_row_dropped();

}  // namespace slim::properties::mutants
