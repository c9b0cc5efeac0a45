// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/catalogue.hpp"
#include "properties/mutants/faulty_attention.hpp"

#include <string>
#include <vector>

namespace slim::properties::mutants {

/// A mutant of attention as a row of a list.
struct AttentionMutantRow {
  std::string name;  ///< without "mutant/"
  Faults faults;
  std::string description;  ///< description of the fault
  std::string seen;         ///< its typical cause
};

std::vector<Mutant> mutants_of(const std::vector<AttentionMutantRow>& rows);

/// Columns beyond the first `block` are ignored: one row for each array.
std::vector<AttentionMutantRow> faults_of_columns(Index block);

}  // namespace slim::properties::mutants
