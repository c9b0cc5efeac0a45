#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/attention_mutants.hpp"

namespace slim::properties::mutants {

std::vector<Mutant> size_mutants() {
  return mutants_of({
      {"own-key-unseen-from-row-24", Fault::own_key_unseen_from_row_24,
       "from row 24 on a row does not see its own key",
       "kernels whose later tiles are masked with a strict comparison"},
      {"last-row-of-whole-vectors-stale", Fault::last_row_of_whole_vectors_stale,
       "the last row does not see its own key where the length is a multiple of 16",
       "remainders of blocks that take 0 for none and not for whole"},
      {"values-beyond-eight-columns-dropped", Fault::values_beyond_eight_columns_dropped,
       "columns of v from the ninth on are taken for 0",
       "kernels of eight numbers at a time without the loop around"},
  });
}

}  // namespace slim::properties::mutants
