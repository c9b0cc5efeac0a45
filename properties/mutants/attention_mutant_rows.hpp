// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/catalogue.hpp"
#include "properties/mutants/faulty_attention.hpp"

#include <vector>

namespace slim::properties::mutants {

/// A mutant of attention as a row of a list.
struct AttentionMutantRow {
  const char* name;  ///< without "mutant/"
  Fault fault;
  const char* description;  ///< description of the fault
  const char* seen;         ///< its typical cause
};

std::vector<Mutant> mutants_of(const std::vector<AttentionMutantRow>& rows);

}  // namespace slim::properties::mutants
