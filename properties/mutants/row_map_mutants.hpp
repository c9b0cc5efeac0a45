// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/catalogue.hpp"
#include "properties/mutants/row_maps.hpp"
#include "reference/performer/attention.hpp"

#include <vector>

namespace slim::properties::mutants {

/// Whole models with a fault in their operations on single rows: embedding, feed-forward branch,
/// heads.
std::vector<Mutant> row_map_mutants();
/// LayerNorm and its gradient.
std::vector<Mutant> layer_norm_mutants();
/// Linear maps: their weights, biases and precision.
std::vector<Mutant> linear_map_mutants();

/// The model of the reference with row maps that are made from these arguments, in every scalar.
template <template <class> class Maps, class... Arguments>
GradientFunctions with_row_maps(const Arguments&... arguments) {
  GradientFunctions functions;
  const auto put = [&]<class T>() {
    functions.in<T>() =
        model_of<T>(reference::attention<T>, std::make_shared<Maps<T>>(arguments...));
  };
  put.template operator()<float>();
  put.template operator()<double>();
  put.template operator()<Digits50>();
  return functions;
}

}  // namespace slim::properties::mutants
