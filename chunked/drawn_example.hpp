// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/catalogue.hpp"
#include "chunked/composition.hpp"
#include "chunked/two_sweeps.hpp"
#include "reference/vocabulary/model/draw.hpp"
#include "reference/vocabulary/scalars/keep_largest.hpp"

#include <algorithm>
#include <cmath>

namespace slim::chunked {

/// For tests: two layers, three heads.
inline Model small_model() {
  return {.vocab_size = 7, .hidden_dim = 12, .layers = 2, .ffn_dim = 20, .heads = 3};
}

/// For tests: a random model with its inputs, in scalar T.
template <class T>
struct DrawnExample {
  Model model;
  Parameters<T> theta;
  Projection<T> omega;
  Sequences sequences;

  DrawnExample(const Model& of, Index batch, Index length, std::uint64_t seed = 1)
      : model(of),
        theta(converted<T>(draw_parameters(of, seed), of, MemoryTag::parameters)),
        omega(converted<T>(draw_projection(of, seed), of)),
        sequences(draw_sequences(batch, length, of.vocab_size, seed)) {}

  [[nodiscard]] GradientTask<T> task(Index slice_length, int threads = 1) const {
    return {.model = model,
            .theta = theta,
            .omega = omega,
            .sequences = sequences,
            .slice_length = slice_length,
            .threads = threads};
  }
  [[nodiscard]] GradientResult<T> run(const Variant& variant, Index slice_length,
                                      int threads = 1) const {
    GradientResult<T> result;
    variant.gradient.in<T>()(task(slice_length, threads), result);
    return result;
  }
  [[nodiscard]] GradientResult<T> run(Boundary<T>& boundary, const char* prefix_sum,
                                      Index slice_length) const {
    GradientResult<T> result;
    gradient<T>(task(slice_length), result, boundary, *make_prefix_sum<T>(prefix_sum));
    return result;
  }
};

template <class T>
bool same_gradient(const GradientResult<T>& a, const GradientResult<T>& b) {
  return std::equal(a.gradient.values().begin(), a.gradient.values().end(),
                    b.gradient.values().begin(), b.gradient.values().end());
}
template <class T>
bool same_bits(const GradientResult<T>& a, const GradientResult<T>& b) {
  return a.loss == b.loss && same_gradient(a, b);
}

template <class T>
T largest_difference(const GradientResult<T>& a, const GradientResult<T>& b) {
  using std::abs;
  T largest = abs(T(a.loss - b.loss));
  for (std::size_t i = 0; i < a.gradient.values().size(); ++i) {
    keep_largest(largest, abs(T(a.gradient.values()[i] - b.gradient.values()[i])));
  }
  return largest;
}

}  // namespace slim::chunked
