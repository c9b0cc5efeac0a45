// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/faulty_features.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <stdexcept>

namespace slim::properties::mutants {

/// The end state of the first head in the call before, for Fault::state_left_from_call_before.
template <class T>
Matrix<T>& left_over_state() {
  thread_local Matrix<T> RS;
  return RS;
}
template <class T>
void add_left_over_state(Matrix<T>& start) {
  const Matrix<T>& RS = left_over_state<T>();
  if (RS.rows() == start.rows() && RS.cols() == start.cols()) start += RS;
}

/// The key whose update is lost in this call, or -1: in one call of three, a key that changes.
inline Index lost_key(const Faults& faults, Index L) {
  const std::uint64_t call = calls_of_this_thread();
  const bool is_lost = faults.has(Fault::updates_lost) && call % 3 == 0;
  return is_lost ? static_cast<Index>(call / 3 % static_cast<std::uint64_t>(L)) : -1;
}

/// What a call does besides arithmetic: it checks its task, resizes its results, keeps state
/// between calls, and writes where it must not.
template <class T>
class FaultyProgram {
 public:
  FaultyProgram(const Faults& faults, const AttentionTask<T>& task, AttentionResult<T>& result)
      : faults_(faults), task_(task), result_(result) {}

  /// Whether the attention is still to be computed.
  bool begin() {
    if (!is_accepted()) return false;
    ++calls_of_this_thread();
    if (was_cached()) return false;
    resize();
    write_into_input();
    return true;
  }
  void end() {
    set_non_finite_to_zero();
    write_out_of_bounds();
    keep_for_next_call();
  }

 private:
  [[nodiscard]] bool is(Fault fault) const { return faults_.has(fault); }

  [[nodiscard]] bool is_accepted() const {
    try {
      require_valid(task_);
    } catch (const ContractError&) {
      if (is(Fault::refusal_without_a_name)) throw std::runtime_error("bad arguments");
      if (!is(Fault::bad_task_answered_with_nothing)) throw;
      return false;
    }
    return true;
  }
  void resize() {
    const HeadsSizes none;
    const bool wants = task_.wants_pullback;
    result_.out.resize(task_.out_sizes(), MemoryTag::result);
    result_.end.resize(task_.state_sizes(), MemoryTag::result);
    result_.dq.resize(wants ? task_.q.sizes : none, MemoryTag::result);
    result_.dk.resize(wants ? task_.k.sizes : none, MemoryTag::result);
    result_.dv.resize(wants ? task_.v.sizes : none, MemoryTag::result);
    result_.start_gradient.resize(wants ? task_.state_sizes() : none, MemoryTag::result);
  }
  void write_into_input() {
    if (!is(Fault::input_written_in_place)) return;
    // Defined behaviour only because the caller's memory is not const.
    T& first = const_cast<T&>(*task_.k.data);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    first *= T(0.5);
  }
  void set_non_finite_to_zero() {
    if (!is(Fault::overflow_answered_with_zero)) return;
    for (Heads<T>* heads : {&result_.out, &result_.end, &result_.dq, &result_.dk, &result_.dv,
                            &result_.start_gradient}) {
      for (T& x : heads->values()) {
        if (!std::isfinite(to_double(x))) x = T(0);
      }
    }
  }
  /// Writes one byte, the same in every scalar. Laws put fences around the ledger's blocks.
  void write_out_of_bounds() {
    const auto put = [](std::span<T> values, std::ptrdiff_t distance) {
      *(reinterpret_cast<unsigned char*>(values.data()) + distance) = 0;
    };
    const std::span<T> out = result_.out.values();
    if (is(Fault::output_written_past_its_end)) {
      put(out, static_cast<std::ptrdiff_t>(out.size_bytes()));
    }
    if (is(Fault::output_written_before_its_beginning)) put(out, -1);
    if (is(Fault::work_space_written_past_its_end)) {
      Buffer<T> denominators(MemoryTag::slice, task_.v.sizes.rows);
      put(denominators.span(), static_cast<std::ptrdiff_t>(denominators.span().size_bytes()));
    }
  }
  struct Cached {
    const T* q = nullptr;
    HeadsSizes sizes{};
    AttentionResult<T> result;
  };
  static Cached& cache() {
    thread_local Cached cached;
    return cached;
  }
  bool was_cached() {
    if (!is(Fault::cached_by_pointer)) return false;
    const Cached& kept = cache();
    if (kept.q != task_.q.data || kept.sizes != task_.v.sizes ||
        kept.result.end.sizes() != task_.state_sizes() ||
        kept.result.dq.empty() == task_.wants_pullback) {
      return false;
    }
    result_ = kept.result;
    return true;
  }
  void keep_for_next_call() {
    if (is(Fault::state_left_from_call_before)) left_over_state<T>() = result_.end(0, 0);
    if (is(Fault::cached_by_pointer)) {
      cache() = {.q = task_.q.data, .sizes = task_.v.sizes, .result = result_};
    }
  }

  const Faults& faults_;
  const AttentionTask<T>& task_;
  AttentionResult<T>& result_;
};

}  // namespace slim::properties::mutants
