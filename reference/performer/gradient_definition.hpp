// SPDX-License-Identifier: Apache-2.0
#pragma once

// The template definition of reference::gradient, included only by the files of instances/.

#include "reference/performer/forward.hpp"
#include "reference/performer/gradient.hpp"

namespace slim::reference {
namespace detail {

template <class T>
void put_head(State<T>& state, Index b, Index r, Index h, const PrefixSums<T>& sums) {
  state.R(b, r, h) = sums.R;
  state.S(b, r, h) = sums.S;
}

/// A result of the task's sizes, all zero, in the accumulator's type, since all of it but the
/// logits is summed over the batch.
template <class T>
GradientResult<accumulator_t<T>> zero_result(const GradientTask<T>& task) {
  using Wide = accumulator_t<T>;
  const Index B = task.sequences.batch();
  const Index rows = task.wants_logits ? B * task.sequences.length() : 0;
  return {.loss = Wide(0),
          .gradient = Parameters<Wide>(task.model, MemoryTag::gradient),
          .logits = Matrix<Wide>::Zero(rows, task.wants_logits ? task.model.vocab_size : 0),
          .end = task.wants_state ? State<Wide>(task.model, B) : State<Wide>(),
          .start_cotangent = task.wants_state ? State<Wide>(task.model, B) : State<Wide>()};
}

/// The result as it is stored: loss and gradient are rounded once, states remain sums.
template <class T>
GradientResult<T> narrowed_result(GradientResult<accumulator_t<T>> sums, const Model& model) {
  if constexpr (std::is_same_v<accumulator_t<T>, T>) {
    return sums;
  } else {
    return {.loss = T(sums.loss),
            .gradient = converted<T>(sums.gradient, model, MemoryTag::gradient),
            .logits = narrowed<T>(std::move(sums.logits)),
            .end = std::move(sums.end),
            .start_cotangent = std::move(sums.start_cotangent)};
  }
}

/// Forward and backward pass of all of sequence b.
template <class T>
void add_sequence(const GradientTask<T>& task, Index b, const accumulator_t<T>& divisor,
                  GradientResult<accumulator_t<T>>& result) {
  const Model& model = task.model;
  const Forward<T> kept = forward(task, b, divisor);

  Matrix<T> dX = linear_pullback(task.theta.output_logit_map(), kept.X, kept.loss.dlogits,
                                 result.gradient.output_logit_map());
  for (Index r = model.layers - 1; r >= 0; --r) {
    const Layer<T>& kept_layer = kept.layers[static_cast<std::size_t>(r)];
    auto cotangent = heads_of(task.end_cotangent, model, b, r);
    dX = layer_pullback(layer_context(model, task.theta, task.omega, r), kept_layer, dX, cotangent,
                        result.gradient.layer(r));
    for (Index h = 0; task.wants_state && h < model.heads; ++h) {
      const auto head = static_cast<std::size_t>(h);
      put_head(result.end, b, r, h, kept_layer.attention.heads[head].sums.back());
      put_head(result.start_cotangent, b, r, h, cotangent[head]);
    }
  }
  embedding_pullback(model, task.sequences, b, task.first_position, dX, result.gradient);

  result.loss += kept.loss.loss;
  if (!task.wants_logits) return;
  const Index first_row = b * task.sequences.length() + task.sequences.first_row(b);
  result.logits.middleRows(first_row, kept.logits.rows()) =
      kept.logits.template cast<accumulator_t<T>>();
}

}  // namespace detail

template <class T>
void gradient(const GradientTask<T>& task, GradientResult<T>& result) {
  require_valid(task);
  // A separate result, since the task may refer to states of the old one.
  GradientResult<accumulator_t<T>> fresh = detail::zero_result(task);
  const accumulator_t<T> divisor = loss_divisor(task);
  for (Index b = 0; b < task.sequences.batch(); ++b) {
    detail::add_sequence(task, b, divisor, fresh);
  }
  result = detail::narrowed_result<T>(std::move(fresh), task.model);
}

}  // namespace slim::reference
