#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/attention_mutants.hpp"

namespace slim::properties::mutants {

std::vector<Mutant> layout_mutants() {
  return mutants_of({
      {"sums-in-low-precision", Fault::sums_in_low_precision,
       "sums over keys are kept in the next narrower type", "accumulation in half precision"},
      {"rows-read-as-contiguous", Fault::rows_read_as_contiguous,
       "queries, keys and values are read as contiguous whatever their strides",
       "kernels that take a pointer and sizes"},
      {"heads-and-rows-swapped", Fault::heads_and_rows_swapped,
       "arrays [B, H, L, ·] are read as [B, L, H, ·]", "a layout other than documented"},
      {"queries-and-keys-swapped", Fault::queries_and_keys_swapped,
       "the first argument is taken for keys and the second for queries",
       "an order of arguments other than documented"},
      {"first-sequence-for-all", Fault::first_sequence_for_all,
       "every sequence of a batch is answered with the first", "an index without the batch"},
      {"mask-ignored", Fault::mask_ignored, "every key takes part",
       "an option that is accepted and ignored"},
      {"mask-of-first-sequence", Fault::mask_of_first_sequence,
       "the mask of the first sequence is used for all", "a mask broadcast along the wrong axis"},
      {"mask-zeroes-values-only", Fault::mask_zeroes_values_only,
       "masked keys stay in the denominator", "padding masks that multiply v"},
      {"mask-before-map", Fault::mask_before_map,
       "masked keys and values are zeroed before the feature map, so that g(0) is left in the "
       "denominator",
       "masks before an ELU + 1 map, which leave 1"},
      {"mask-on-queries", Fault::mask_on_queries, "the mask of keys silences queries, too",
       "one mask for both sides"},
      {"width-of-keys-for-values", Fault::width_of_keys_for_values,
       "columns of v beyond the width of keys are left out", "D_v taken for D"},
      {"mask-by-multiplication", Fault::mask_by_multiplication,
       "weights of later keys are multiplied by 0, so that NaN and ∞ among them reach earlier rows",
       "masked products of blocks that declare to isolate what is no number"},
      {"output-written-past-its-end", Fault::output_written_past_its_end,
       "something is written right after the output's last entry",
       "kernels whose last block is not clipped to the sequence"},
      {"output-written-before-its-beginning", Fault::output_written_before_its_beginning,
       "something is written right before the output's first entry",
       "loops that update row l - 1, from l = 0 on"},
      {"work-space-written-past-its-end", Fault::work_space_written_past_its_end,
       "work space has a row less than is written into it",
       "buffers of L rows for what needs L + 1"},
  });
}

}  // namespace slim::properties::mutants
