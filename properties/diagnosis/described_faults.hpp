// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/catalogue.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <string>
#include <vector>

namespace slim::properties {

/// A correct subject in whose place `fault(inner, task, result)` answers tasks of attention.
template <class Fault>
Subject with_fault(const char* name, const Fault& fault) {
  Subject subject = find_subject("stored/blocked");
  subject.features = {};
  subject.gradient = {};
  subject.name = std::string("library whose ") + name;
  subject.capabilities.deterministic = false;  // the laws of single bits say nothing of the fault
  const auto put = [&]<class T>() {
    subject.attention.in<T>() = [fault, inner = subject.attention.in<T>()](
                                    const AttentionTask<T>& task, AttentionResult<T>& result) {
      fault(inner, task, result);
    };
  };
  put.template operator()<float>();
  put.template operator()<double>();
  subject.attention.in<Digits50>() = {};
  return subject;
}

template <class T>
Index slices_in(const AttentionTask<T>& task) {
  return (task.v.sizes.rows + task.slice_length - 1) / task.slice_length;
}

template <class T>
Index rows_of_last_slice(const AttentionTask<T>& task) {
  const Index rest = task.v.sizes.rows % task.slice_length;
  return rest == 0 ? task.slice_length : rest;
}

/// change(b, h, matrix) for every head of an array that is not empty.
template <class T, class Change>
void each_head(Heads<T>& heads, const Change& change) {
  if (heads.empty()) return;
  for (Index b = 0; b < heads.sizes().batch; ++b) {
    for (Index h = 0; h < heads.sizes().heads; ++h) change(b, h, heads(b, h));
  }
}

/// The arrays of a task with changed numbers.
template <class T>
struct Owned {
  explicit Owned(const HeadsView<T>& view) : heads(view.sizes, MemoryTag::parameters) {
    for (Index b = 0; b < view.sizes.batch; ++b) {
      for (Index h = 0; h < view.sizes.heads; ++h) heads(b, h) = view(b, h);
    }
  }
  Heads<T> heads;
};

template <class Narrow, class T>
T rounded_through(const T& x) {
  return static_cast<T>(static_cast<float>(static_cast<Narrow>(static_cast<float>(x))));
}

struct Described {
  Subject subject;
  std::vector<std::string> words;  ///< its reports have to contain all of these
  bool is_model = false;
  std::vector<Scalar> scalars = {Scalar::float64};
  bool is_of_wide_arrays = false;
};

inline const auto ask_inner = [](const auto& inner, const auto& task, auto& result) {
  inner(task, result);
};

/// Faults that show under a condition.
std::vector<Described> faults_of_conditions();

}  // namespace slim::properties
