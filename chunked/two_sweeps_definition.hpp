// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/slice_pass_definition.hpp"
#include "chunked/supported.hpp"
#include "chunked/two_sweeps.hpp"

#include <algorithm>

namespace slim::chunked {

/// Gives `result` zeroed buffers of the task's sizes. Reuses those that fit.
template <class T>
void prepare(const GradientTask<T>& task, GradientResult<T>& result) {
  if (result.gradient.slots() == task.theta.slots()) {
    result.gradient.set_zero();
  } else {
    result.gradient = Parameters<T>();
    result.gradient = Parameters<T>(task.model, MemoryTag::gradient);
  }
  const Index B = task.sequences.batch();
  if (task.wants_logits) {
    result.logits.resize(B * task.sequences.length(), task.model.vocab_size);
  } else {
    result.logits.resize(0, 0);
  }
  using Sums = State<accumulator_t<T>>;
  result.end = task.wants_state ? Sums(task.model, B, MemoryTag::result) : Sums();
  result.start_cotangent = Sums();
}

/// G⁽ᴺ⁾: the cotangent in the task, or zero. Of all sequences if requested, else of one at a time.
template <class T>
State<accumulator_t<T>> end_cotangent(const GradientTask<T>& task) {
  if (task.end_cotangent != nullptr) return *task.end_cotangent;
  return State<accumulator_t<T>>(task.model, task.wants_state ? task.sequences.batch() : 1);
}

/// The forward sweep over sequence b. Returns the sum of its losses if plain, 0 if lazy.
template <class T>
Wide<accumulator_t<T>> sweep_up(SlicePass<T>& pass, const Cut& cut, Index b, FirstSweep kind) {
  Wide<accumulator_t<T>> loss(0);
  const Index N = cut.slices();
  if (N == 1) return loss;
  for (Index n = 0; n + 1 < N; ++n) {
    if (kind == FirstSweep::plain) {
      loss += pass.pass_whole(cut.slice(n, b), true);
    } else {
      pass.advance(cut.slice(n, b));
    }
  }
  if (kind == FirstSweep::plain) loss += pass.pass_whole(cut.slice(N - 1, b), false);
  return loss;
}

/// The sum of the gradient: in the result itself, or for a narrow scalar in a copy in its
/// accumulator.
template <class T>
class GradientSums {
 public:
  using A = accumulator_t<T>;

  GradientSums(const Model& model, Parameters<T>& result) : model_(model), result_(result) {
    if constexpr (is_narrow<T>) sums_ = Parameters<A>(model, MemoryTag::gradient);
  }
  Parameters<A>& sums() {
    if constexpr (is_narrow<T>) {
      return sums_;
    } else {
      return result_;
    }
  }
  void put() {
    if constexpr (is_narrow<T>) result_ = converted<T>(sums_, model_, MemoryTag::gradient);
  }

 private:
  const Model& model_;
  Parameters<T>& result_;
  Parameters<A> sums_;  ///< empty unless T is narrow
};

/// The factor of the sum of losses: 1 over the number of counted targets, 0 if there are none.
template <class T>
accumulator_t<T> loss_scale(const GradientTask<T>& task) {
  using A = accumulator_t<T>;
  const Index counted =
      task.counted_targets > 0 ? task.counted_targets : task.sequences.counted_targets();
  const double divisor = static_cast<double>(counted) + task.model.conventions.loss_epsilon;
  return divisor > 0.0 ? A(A(1) / static_cast<A>(divisor)) : A(0);
}

template <class T>
void gradient(const GradientTask<T>& task, GradientResult<T>& result,
              Boundary<accumulator_t<T>>& boundary, const PrefixSum<accumulator_t<T>>& prefix_sum) {
  using A = accumulator_t<T>;
  require_valid(task);
  require_supported(task.model, task.sequences);
  prepare(task, result);
  GradientSums<T> gradient(task.model, result.gradient);
  const Cut cut(task.sequences.length(), task.slice_length);
  const Index N = cut.slices();
  const A scale = loss_scale(task);

  SlicePass<T> pass(task, cut.C, prefix_sum, boundary);
  State<A> G = end_cotangent(task);
  const bool one_G = task.end_cotangent == nullptr && !task.wants_state;
  Wide<A> loss(0);
  result.restarts = 0;
  for (Index b = 0; b < task.sequences.batch(); ++b) {
    const typename Boundary<A>::RunAgain run_again = [&](Index n) {
      pass.advance(cut.slice(n, b));
    };
    boundary.begin(task.model, N, {task.start, b});
    Wide<A> forward_loss(0);
    do {
      forward_loss = sweep_up(pass, cut, b, task.first_sweep);
    } while (boundary.restart());
    result.restarts += boundary.restarts();

    if (one_G) G.set_zero();
    Wide<A> backward_loss(0);
    for (Index n = N - 1; n >= 0; --n) {
      const Slice slice = cut.slice(n, b);
      boundary.prepare(n, run_again);
      pass.restore(slice, task.wants_state && n == N - 1 ? &result.end : nullptr);
      backward_loss +=
          pass.loss(slice, scale, task.wants_logits ? &result.logits : nullptr, gradient.sums());
      pass.pull_back(slice, G, one_G ? 0 : b, gradient.sums());
    }
    loss += task.first_sweep == FirstSweep::plain && N > 1 ? forward_loss : backward_loss;
  }
  gradient.put();
  result.loss = static_cast<T>(static_cast<A>(loss * Wide<A>(scale)));
  if (task.wants_state) result.start_cotangent = std::move(G);
}

}  // namespace slim::chunked
