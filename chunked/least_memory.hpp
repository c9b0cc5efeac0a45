// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/boundaries/boundary.hpp"
#include "chunked/prefix_sums/prefix_sum.hpp"
#include "chunked/rows/cut.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <algorithm>

namespace slim::chunked {

/// Numbers that a slice needs: the activations of its layers, and all others, which are stored in
/// the accumulator scalar.
struct LeastNumbers {
  Index activations;
  Index others;
};

/// Lower bound on the numbers that one slice of `rows` rows needs when no product is recomputed:
/// for every layer X, Q, K, V, Y and U, with the norm on the branch output also F, and what the
/// prefix sum stores for each head; dX and dY; and the largest of the arrays that are alive at
/// different times: the output of GeLU, which its cotangent may overwrite; the features, their
/// cotangents and dV, where dQ and dK may overwrite some of them; the logits. Row maps without a
/// product (norms, features, GeLU) may be recomputed, and one thread needs the scratch of one head:
/// C (s (5 d_model + [branch output] d_model + d_ff) + 2 d_model + max(d_ff, 4 k M + d_model, V)) +
/// s k kept + scratch.
template <class T>
LeastNumbers least_slice_entries(const Model& model, Index rows, const PrefixSum<T>& prefix_sum) {
  const typename PrefixSum<T>::Sizes sizes{rows, model.head_dim(), model.features()};
  const Index D = model.hidden_dim;
  const Index kept_by_layer = (model.norm == Norm::branch_output ? 6 : 5) * D + model.ffn_dim;
  const Index features = 4 * model.heads * model.features() + D;
  const Index transient = std::max({model.ffn_dim, features, model.vocab_size});
  return {.activations = rows * model.layers * kept_by_layer,
          .others = rows * (2 * D + transient) +
                    model.layers * model.heads * prefix_sum.kept(sizes) +
                    prefix_sum.scratch(sizes)};
}

/// Analytic lower bound for a boundary and a prefix sum, in bytes beyond parameters, their gradient
/// and the tokens: one slice, the states of the boundary, and G, the cotangent of one state. If T
/// is narrow, only activations are stored in T.
template <class T>
std::int64_t least_bytes(const GradientShape& shape, const Boundary<accumulator_t<T>>& boundary,
                         const PrefixSum<accumulator_t<T>>& prefix_sum) {
  using A = accumulator_t<T>;
  const Cut cut(shape.length, shape.slice_length);
  const LeastNumbers slice = least_slice_entries(shape.model, cut.C, prefix_sum);
  return slice.activations * static_cast<Index>(sizeof(T)) +
         slice.others * static_cast<Index>(sizeof(A)) +
         boundary.least_bytes(shape.model, cut.slices()) + state_bytes<A>(shape.model);
}

}  // namespace slim::chunked
