// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/attention_mutants.hpp"

namespace slim::properties::mutants {

std::vector<Mutant> size_mutants() {
  return mutants_of({
      {"own-key-unseen-from-row-24", Fault::own_key_unseen_from_row_24,
       "from row 24 on, a row does not attend to its own key",
       "kernels that mask later tiles with a strict comparison"},
      {"last-row-of-whole-vectors-stale", Fault::last_row_of_whole_vectors_stale,
       "the last row does not attend to its own key if the length is a multiple of 16",
       "a remainder of 0 that is taken as no block in place of a whole one"},
      {"values-beyond-eight-columns-dropped", Fault::values_beyond_eight_columns_dropped,
       "columns of v from the ninth on are treated as 0",
       "kernels that process eight numbers at a time, without a loop over the rest"},
  });
}

}  // namespace slim::properties::mutants
