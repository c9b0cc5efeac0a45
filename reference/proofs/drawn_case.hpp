// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/gradient.hpp"
#include "reference/vocabulary/model/draw.hpp"

#include <cstdint>

namespace slim::reference {

/// For tests: a small random case, with the same numbers in every scalar.
template <class T>
struct DrawnCase {
  Model model;
  Parameters<T> theta;
  Projection<T> omega;
  Sequences sequences;

  [[nodiscard]] GradientTask<T> task() const {
    return {.model = model,
            .theta = theta,
            .omega = omega,
            .sequences = sequences,
            .slice_length = sequences.length()};
  }
};

template <class T>
DrawnCase<T> drawn_case(const Model& model, Index batch, Index length, std::uint64_t seed) {
  return {.model = model,
          .theta = converted<T>(draw_parameters(model, seed), model, MemoryTag::parameters),
          .omega = converted<T>(draw_projection(model, seed), model),
          .sequences = draw_sequences(batch, length, model.vocab_size, seed)};
}

/// Columns [first, first + length) of the targets, with their inputs and mask.
inline Sequences segment(const Sequences& whole, Index first, Index length) {
  Sequences part(whole.batch(), length);
  if (whole.has_mask()) part.add_mask();
  for (Index b = 0; b < whole.batch(); ++b) {
    for (Index l = 0; l <= length; ++l) {
      const auto to = static_cast<std::size_t>(l);
      const auto from = static_cast<std::size_t>(first + l);
      part.tokens(b)[to] = whole.tokens(b)[from];
      if (whole.has_mask()) part.mask(b)[to] = whole.mask(b)[from];
    }
  }
  return part;
}

}  // namespace slim::reference
