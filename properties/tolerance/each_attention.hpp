// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/performer.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"

#include <vector>

namespace slim::properties {
namespace detail {

template <class T>
std::vector<reference::PrefixSums<T>> zero_start(const Model& model) {
  return {static_cast<std::size_t>(model.heads),
          {.R = Matrix<T>::Zero(model.head_dim(), model.features()),
           .S = Vector<T>::Zero(model.features())}};
}

}  // namespace detail

/// Runs the reference forward and calls visit(b, r, attention) for layer r of sequence b, in order.
/// The position of the first row is `first_position`. Padding is left out.
template <class T, class Visit>
void for_each_attention(const GradientCase& c, Index first_position, const Visit& visit) {
  const Parameters<T> theta = converted<T>(c.theta, c.model, MemoryTag::parameters);
  const Projection<T> omega = converted<T>(c.omega, c.model);
  const auto start = detail::zero_start<accumulator_t<T>>(c.model);
  for (Index b = 0; b < c.sequences.batch(); ++b) {
    Matrix<T> X = reference::embedding(c.model, theta, c.sequences, b, first_position);
    for (Index r = 0; r < c.model.layers; ++r) {
      reference::Layer<T> layer =
          reference::layer(reference::layer_context(c.model, theta, omega, r), start, X);
      visit(b, r, layer.attention);
      X = std::move(layer.Y);
    }
  }
}

}  // namespace slim::properties
