// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/attention_mutants.hpp"

#include <array>

namespace slim::properties::mutants {
namespace {

struct Named {
  const char* name;
  const char* words;
};

struct NamedArray : Named {
  KeptArray array;
};
constexpr std::array arrays = {
    NamedArray{{"inputs", "queries, keys and values are"}, KeptArray::inputs},
    NamedArray{{"features", "features of queries and keys are"}, KeptArray::features},
    NamedArray{{"scores", "the products of queries and keys are"}, KeptArray::scores},
    NamedArray{{"state", "the state is, after each row,"}, KeptArray::state},
    NamedArray{{"state-between-slices", "the state is, after each slice,"},
               KeptArray::state_between_slices},
    NamedArray{{"key-sum", "the sum of keys is, after each row,"}, KeptArray::key_sum},
    NamedArray{{"denominator", "the denominator is"}, KeptArray::denominator}};

struct NamedType : Named {
  NarrowType type;
};
constexpr std::array types = {
    NamedType{{"float32", "float32, or in a float32 call to 16 bits"}, NarrowType::float32},
    NamedType{{"tf32", "TF32"}, NarrowType::tf32},
    NamedType{{"float16", "float16"}, NarrowType::float16},
    NamedType{{"bfloat16", "bfloat16"}, NarrowType::bfloat16}};

}  // namespace

std::vector<Mutant> precision_mutants() {
  std::vector<AttentionMutantRow> rows = {{"sums-in-low-precision", Fault::sums_in_low_precision,
                                           "sums over keys are kept in the next narrower type",
                                           "accumulation in half precision"}};
  for (const NamedArray& array : arrays) {
    for (const NamedType& type : types) {
      rows.push_back({std::string(array.name) + "-in-" + type.name,
                      {Fault::array_in_narrow_type, {.array = array.array, .type = type.type}},
                      std::string(array.words) + " rounded to " + type.words,
                      "mixed precision"});
    }
  }
  return mutants_of(rows);
}

}  // namespace slim::properties::mutants
