// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/distributed/communicator.hpp"
#include "chunked/distributed/packed.hpp"
#include "reference/vocabulary/task/attention_inputs.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace slim::chunked::distributed {

/// Writes values and arrays one after another, for another process of the same build.
class TaskWriter {
 public:
  template <class V>
  void value(const V& x) {
    static_assert(std::is_trivially_copyable_v<V>);
    const auto* bytes = reinterpret_cast<const std::byte*>(&x);
    bytes_.insert(bytes_.end(), bytes, bytes + sizeof(V));
  }
  template <class T>
  void numbers(std::span<const T> values) {
    value(values.size());
    const std::vector<std::byte> bytes = packed(values);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  template <class T>
  void heads(const HeadsView<T>& view) {
    const Heads<T> copy = converted<T>(view, MemoryTag::parameters);
    value(copy.sizes());
    numbers(copy.values());
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

/// Reads what a TaskWriter wrote. Throws RanksError at the end of the bytes.
class TaskReader {
 public:
  explicit TaskReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class V>
  V value() {
    static_assert(std::is_trivially_copyable_v<V>);
    V x;
    std::memcpy(static_cast<void*>(&x), take(sizeof(V)).data(), sizeof(V));
    return x;
  }
  /// Requires as many numbers as were written.
  template <class T>
  void numbers(std::span<T> values) {
    if (value<std::size_t>() != values.size())
      throw RanksError("a task has an array of a wrong size");
    unpack(take(values.size() * packed_size<T>), values);
  }
  template <class T>
  std::vector<T> numbers() {
    TaskReader ahead = *this;
    std::vector<T> values(ahead.value<std::size_t>());
    numbers<T>(values);
    return values;
  }
  template <class T>
  Heads<T> heads() {
    Heads<T> result(value<HeadsSizes>(), MemoryTag::parameters);
    numbers(result.values());
    return result;
  }

 private:
  std::span<const std::byte> take(std::size_t size) {
    if (size > bytes_.size()) throw RanksError("a task is incomplete");
    const std::span<const std::byte> taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }

  std::span<const std::byte> bytes_;
};

template <class T>
void write(TaskWriter& to, const GradientTask<T>& task) {
  using A = accumulator_t<T>;
  to.value(task.model);
  to.numbers(task.theta.values());
  to.numbers(task.omega.values());
  to.value(task.sequences.batch());
  to.value(task.sequences.length());
  to.value(task.sequences.has_mask());
  for (Index b = 0; b < task.sequences.batch(); ++b) {
    to.numbers(task.sequences.tokens(b));
    if (task.sequences.has_mask()) to.numbers(task.sequences.mask(b));
  }
  to.value(task.slice_length);
  to.value(task.wants_logits);
  to.value(task.wants_state);
  to.value(task.first_position);
  to.value(task.counted_targets);
  to.value(task.threads);
  for (const State<A>* state : {task.start, task.end_cotangent}) {
    to.value(state != nullptr);
    if (state != nullptr) to.numbers(state->values());
  }
}

/// A task that owns what it refers to.
template <class T>
class ReadGradientTask {
 public:
  explicit ReadGradientTask(TaskReader& from) : model_(from.value<Model>()) {
    theta_ = Parameters<T>(model_, MemoryTag::parameters);
    from.numbers(theta_.values());
    if (model_.feature_map.is_projected()) omega_ = Projection<T>(model_);
    from.numbers(omega_.values());
    const auto batch = from.value<Index>();
    const auto length = from.value<Index>();
    sequences_ = Sequences(batch, length);
    if (from.value<bool>()) sequences_.add_mask();
    for (Index b = 0; b < batch; ++b) {
      from.numbers(sequences_.tokens(b));
      if (sequences_.has_mask()) from.numbers(sequences_.mask(b));
    }
    task_.emplace(GradientTask<T>{.model = model_,
                                  .theta = theta_,
                                  .omega = omega_,
                                  .sequences = sequences_,
                                  .slice_length = from.value<Index>(),
                                  .wants_logits = from.value<bool>(),
                                  .wants_state = from.value<bool>(),
                                  .first_position = from.value<Index>(),
                                  .counted_targets = from.value<Index>(),
                                  .threads = from.value<int>()});
    task_->start = state(from, start_);
    task_->end_cotangent = state(from, end_cotangent_);
  }
  ReadGradientTask(const ReadGradientTask&) = delete;
  ReadGradientTask& operator=(const ReadGradientTask&) = delete;
  ~ReadGradientTask() = default;

  [[nodiscard]] const GradientTask<T>& task() const { return *task_; }

 private:
  using A = accumulator_t<T>;

  const State<A>* state(TaskReader& from, State<A>& to) {
    if (!from.value<bool>()) return nullptr;
    to = State<A>(model_, sequences_.batch());
    from.numbers(to.values());
    return &to;
  }

  Model model_;
  Parameters<T> theta_;
  Projection<T> omega_;
  Sequences sequences_;
  State<A> start_;
  State<A> end_cotangent_;
  std::optional<GradientTask<T>> task_;
};

template <class T>
void write(TaskWriter& to, const AttentionTask<T>& task) {
  to.heads(task.q);
  to.heads(task.k);
  to.heads(task.v);
  to.heads(task.omega);
  to.heads(task.start);
  to.heads(task.out_cotangent);
  to.heads(task.end_cotangent);
  to.value(task.feature_map);
  to.value(task.features_given);
  to.value(task.causal);
  to.value(task.conventions);
  to.numbers(task.key_mask);
  to.value(task.wants_pullback);
  to.value(task.slice_length);
  to.value(task.groups);
  to.numbers(task.query_mask);
}

template <class T>
AttentionInputs<T> read_attention(TaskReader& from) {
  using A = accumulator_t<T>;
  AttentionInputs<T> read;
  read.q = from.heads<T>();
  read.k = from.heads<T>();
  read.v = from.heads<T>();
  read.omega = from.heads<T>();
  read.start = from.heads<A>();
  read.out_cotangent = from.heads<T>();
  read.end_cotangent = from.heads<A>();
  read.feature_map = from.value<FeatureMap>();
  read.features_given = from.value<bool>();
  read.causal = from.value<bool>();
  read.conventions = from.value<AttentionConventions>();
  read.key_mask = from.numbers<std::uint8_t>();
  read.wants_pullback = from.value<bool>();
  read.slice_length = from.value<Index>();
  read.groups = from.value<HeadGroups>();
  read.query_mask = from.numbers<std::uint8_t>();
  return read;
}

}  // namespace slim::chunked::distributed
