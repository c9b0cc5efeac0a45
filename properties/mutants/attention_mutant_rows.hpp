#pragma once

#include "properties/mutants/catalogue.hpp"
#include "properties/mutants/faulty_attention.hpp"

#include <vector>

namespace slim::properties::mutants {

/// A mutant of attention in a line.
struct AttentionMutantRow {
  const char* name;  ///< without "mutant/"
  Fault fault;
  const char* story;
  const char* seen;
};

std::vector<Mutant> mutants_of(const std::vector<AttentionMutantRow>& rows);

}  // namespace slim::properties::mutants
