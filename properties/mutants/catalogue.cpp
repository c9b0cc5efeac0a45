// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/catalogue.hpp"

#include "properties/mutants/attention_mutants.hpp"
#include "properties/mutants/distributed_mutants.hpp"
#include "properties/mutants/last_row_dropped.hpp"
#include "properties/mutants/memory_mutants.hpp"
#include "properties/mutants/model_mutants.hpp"
#include "properties/mutants/projection_mutants.hpp"
#include "properties/mutants/row_map_mutants.hpp"

#include <iterator>
#include <vector>

namespace slim::properties::mutants {
namespace {

std::vector<Mutant> all_mutants() {
  std::vector<Mutant> all = {last_row_dropped()};
  for (const auto& of_class :
       {model_mutants, padding_mutants, row_map_mutants, layer_norm_mutants, linear_map_mutants,
        memory_mutants, causality_mutants, normalisation_mutants, pullback_mutants, state_mutants,
        feature_mutants, projection_mutants, program_mutants, layout_mutants, precision_mutants,
        size_mutants, distributed_mutants}) {
    std::vector<Mutant> more = of_class();
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
  }
  return all;
}

}  // namespace

std::span<const Mutant> catalogue() {
  static const std::vector<Mutant> all = all_mutants();
  return all;
}

}  // namespace slim::properties::mutants
