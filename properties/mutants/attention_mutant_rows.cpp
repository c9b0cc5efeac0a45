// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/attention_mutant_rows.hpp"

namespace slim::properties::mutants {

std::vector<Mutant> mutants_of(const std::vector<AttentionMutantRow>& rows) {
  std::vector<Mutant> mutants;
  mutants.reserve(rows.size());
  for (const AttentionMutantRow& row : rows) {
    mutants.push_back({.name = std::string("mutant/") + row.name,
                       .description = row.description,
                       .seen = row.seen,
                       .by_slices = is_of_slices(row.fault),
                       .any_conventions = row.fault == Fault::normalised_all_the_same,
                       .attention = faulty_attention(row.fault),
                       .features = faulty_features(row.fault)});
  }
  return mutants;
}

}  // namespace slim::properties::mutants
