// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/attention_mutants.hpp"

namespace slim::properties::mutants {

std::vector<Mutant> size_mutants() {
  std::vector<AttentionMutantRow> rows = {
      {"own-key-unseen-from-row-24", Fault::own_key_unseen_from_row_24,
       "from row 24 on, a row does not attend to its own key",
       "kernels that mask later tiles with a strict comparison"},
      {"last-row-of-whole-vectors-stale", Fault::last_row_of_whole_vectors_stale,
       "the last row does not attend to its own key if the length is a multiple of 16",
       "a remainder of 0 that is taken as no block in place of a whole one"},
  };
  for (AttentionMutantRow& row : faults_of_columns(8)) rows.push_back(std::move(row));
  return mutants_of(rows);
}

}  // namespace slim::properties::mutants
