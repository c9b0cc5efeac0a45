#pragma once

#include "chunked/slice_pass_definition.hpp"
#include "chunked/two_sweeps.hpp"

#include <algorithm>

namespace slim::chunked {

/// Gives `result` zeroed buffers of the task's sizes, reusing those that fit.
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
  result.end = task.wants_state ? State<T>(task.model, B, MemoryTag::result) : State<T>();
  result.start_cotangent = State<T>();
}

/// G⁽ᴺ⁾ of all sequences: what the caller gave, or zero.
template <class T>
State<T> end_cotangent(const GradientTask<T>& task) {
  if (task.end_cotangent != nullptr) return *task.end_cotangent;
  return State<T>(task.model, task.sequences.batch());
}

template <class T>
void gradient(const GradientTask<T>& task, GradientResult<T>& result, Boundary<T>& boundary,
              const PrefixSum<T>& prefix_sum) {
  require_valid(task);
  prepare(task, result);
  const Index L = task.sequences.length();
  const Index C = std::min(task.slice_length, L);
  const Index N = (L + C - 1) / C;
  const Index counted =
      task.counted_targets > 0 ? task.counted_targets : task.sequences.counted_targets();
  const double divisor = static_cast<double>(counted) + task.model.conventions.loss_epsilon;
  const T scale = divisor > 0.0 ? T(T(1) / static_cast<T>(divisor)) : T(0);

  SlicePass<T> pass(task, C, prefix_sum, boundary);
  State<T> G = end_cotangent(task);
  Wide<T> loss(0);
  result.restarts = 0;
  for (Index b = 0; b < task.sequences.batch(); ++b) {
    auto slice = [&](Index n) {
      return Slice{.n = n, .b = b, .first = n * C, .rows = std::min(C, L - n * C)};
    };
    const typename Boundary<T>::RunAgain run_again = [&](Index n) { pass.pass(slice(n)); };
    boundary.begin(task.model, N, {task.start, b});
    do {
      for (Index n = 0; n + 1 < N; ++n) pass.pass(slice(n));
    } while (boundary.restart());
    result.restarts += boundary.restarts();
    for (Index n = N - 1; n >= 0; --n) {
      boundary.descend_to(n, run_again);
      pass.open(slice(n), task.wants_state && n == N - 1 ? &result.end : nullptr);
      loss +=
          pass.loss(slice(n), scale, task.wants_logits ? &result.logits : nullptr, result.gradient);
      pass.pull_back(slice(n), G, result.gradient);
    }
  }
  result.loss = static_cast<T>(loss * Wide<T>(scale));
  if (task.wants_state) result.start_cotangent = std::move(G);
}

}  // namespace slim::chunked
