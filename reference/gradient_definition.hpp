#pragma once

// The definition of reference::gradient, for the files of instances/ only, one scalar each.

#include "reference/cross_entropy.hpp"
#include "reference/gradient.hpp"
#include "reference/performer.hpp"

namespace slim::reference {
namespace detail {

/// Layer r's heads in a state; all zero where there is no state.
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

template <class T>
void put_head(State<T>& state, Index b, Index r, Index h, const PrefixSums<T>& sums) {
  state.R(b, r, h) = sums.R;
  state.S(b, r, h) = sums.S;
}

/// A result of the task's sizes, all zero.
template <class T>
GradientResult<T> zero_result(const GradientTask<T>& task) {
  const Index B = task.sequences.batch();
  const Index rows = task.wants_logits ? B * task.sequences.length() : 0;
  return {.loss = T(0),
          .gradient = Parameters<T>(task.model, MemoryTag::gradient),
          .logits = Matrix<T>(rows, task.wants_logits ? task.model.vocab_size : 0),
          .end = task.wants_state ? State<T>(task.model, B) : State<T>(),
          .start_cotangent = task.wants_state ? State<T>(task.model, B) : State<T>()};
}

/// Sequence b: the whole of it forward, the loss, the whole of it back.
template <class T>
void add_sequence(const GradientTask<T>& task, Index b, const T& divisor,
                  GradientResult<T>& result) {
  const Model& model = task.model;
  const LinearMap<const T> output_map = task.theta.output_logit_map();

  Matrix<T> X = embedding(task.theta, task.sequences, b, task.first_position,
                          model.conventions.position_base);
  std::vector<Layer<T>> layers;
  for (Index r = 0; r < model.layers; ++r) {
    layers.push_back(layer(layer_context(model, task.theta, task.omega, r),
                           heads_of(task.start, model, b, r), X));
    X = layers.back().Y;
  }
  const Matrix<T> logits = linear(output_map, X);
  const CrossEntropy<T> loss = cross_entropy(logits, task.sequences, b, divisor);

  Matrix<T> dX = linear_pullback(output_map, X, loss.dlogits, result.gradient.output_logit_map());
  for (Index r = model.layers - 1; r >= 0; --r) {
    const Layer<T>& kept = layers[static_cast<std::size_t>(r)];
    std::vector<PrefixSums<T>> cotangent = heads_of(task.end_cotangent, model, b, r);
    dX = layer_pullback(layer_context(model, task.theta, task.omega, r), kept, dX, cotangent,
                        result.gradient.layer(r));
    for (Index h = 0; task.wants_state && h < model.heads; ++h) {
      const auto head = static_cast<std::size_t>(h);
      put_head(result.end, b, r, h, kept.attention.heads[head].sums.back());
      put_head(result.start_cotangent, b, r, h, cotangent[head]);
    }
  }
  embedding_pullback(task.sequences, b, dX, result.gradient);

  result.loss += loss.loss;
  if (task.wants_logits) result.logits.middleRows(b * logits.rows(), logits.rows()) = logits;
}

}  // namespace detail

template <class T>
void gradient(const GradientTask<T>& task, GradientResult<T>& result) {
  require_valid(task);
  // A result of its own, so that the task may refer to states of the old one.
  GradientResult<T> fresh = detail::zero_result(task);
  const Index counted =
      task.counted_targets > 0 ? task.counted_targets : task.sequences.counted_targets();
  const T divisor = number<T>(counted) + T(task.model.conventions.loss_epsilon);
  for (Index b = 0; b < task.sequences.batch(); ++b) {
    detail::add_sequence(task, b, divisor, fresh);
  }
  result = std::move(fresh);
}

}  // namespace slim::reference
