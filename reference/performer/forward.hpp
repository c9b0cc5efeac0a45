// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/cross_entropy.hpp"
#include "reference/performer/performer.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <vector>

namespace slim::reference {

/// The forward pass of one sequence, L its number of rows that are no padding, with all
/// intermediate values.
template <class T>
struct Forward {
  std::vector<Layer<T>> layers;
  Matrix<T> X;  ///< the last layer's output [L, d_model]
  Matrix<T> logits;
  CrossEntropy<T> loss;
};

/// The prefix sums of layer r's heads; zero if there is no state.
template <class T>
std::vector<PrefixSums<T>> heads_of(const State<T>* state, const Model& model, Index b, Index r) {
  std::vector<PrefixSums<T>> heads;
  for (Index h = 0; h < model.heads; ++h) {
    if (state != nullptr) {
      heads.push_back({state->R(b, r, h), state->S(b, r, h)});
    } else {
      heads.push_back(
          {Matrix<T>::Zero(model.head_dim(), model.features()), Vector<T>::Zero(model.features())});
    }
  }
  return heads;
}

/// The divisor of the summed loss: the number of counted targets, here or of the whole, plus ε.
template <class T>
accumulator_t<T> loss_divisor(const GradientTask<T>& task) {
  using Wide = accumulator_t<T>;
  const Index counted =
      task.counted_targets > 0 ? task.counted_targets : task.sequences.counted_targets();
  return number<Wide>(counted) + Wide(task.model.conventions.loss_epsilon);
}

/// The forward pass of all of sequence b. Requires a valid task.
template <class T>
Forward<T> forward(const GradientTask<T>& task, Index b, const accumulator_t<T>& divisor) {
  const Model& model = task.model;
  Forward<T> kept;
  kept.X = embedding(model, task.theta, task.sequences, b, task.first_position);
  for (Index r = 0; r < model.layers; ++r) {
    kept.layers.push_back(layer(layer_context(model, task.theta, task.omega, r),
                                heads_of(task.start, model, b, r), kept.X));
    kept.X = kept.layers.back().Y;
  }
  kept.logits = linear(task.theta.output_logit_map(), kept.X);
  kept.loss = cross_entropy(kept.logits, task.sequences, b, divisor);
  return kept;
}

}  // namespace slim::reference
