// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/memory_mutants.hpp"

#include "chunked/composition.hpp"
#include "chunked/two_sweeps.hpp"
#include "properties/mutants/whole_models.hpp"

namespace slim::properties::mutants {
namespace {

/// A correct gradient in O(C) bytes.
template <class T>
void gradient_in_bytes_of_a_slice(const GradientTask<T>& task, GradientResult<T>& result) {
  const auto boundary = chunked::make_boundary<T>("recomputed");
  const auto prefix_sum = chunked::make_prefix_sum<T>("iterative");
  chunked::gradient(task, result, *boundary, *prefix_sum);
}

template <class T>
void with_a_workspace_that_grows(const GradientTask<T>& task, GradientResult<T>& result) {
  const Buffer<T> losses_of_rows(MemoryTag::tokens, task.sequences.length());
  gradient_in_bytes_of_a_slice(task, result);
}

template <class T>
void with_as_many_slices(const GradientTask<T>& task, GradientResult<T>& result) {
  GradientTask<T> other = task;
  other.slice_length = (task.sequences.length() + task.slice_length - 1) / task.slice_length;
  gradient_in_bytes_of_a_slice(other, result);
}

template <class T>
void with_scores_kept(const GradientTask<T>& task, GradientResult<T>& result) {
  const Buffer<T> scores(MemoryTag::slice, task.slice_length * task.slice_length);
  gradient_in_bytes_of_a_slice(task, result);
}

Mutant memory_mutant(const char* name, const char* description, const char* seen,
                     GradientFunctions gradient) {
  Mutant mutant = model_mutant(name, description, seen, std::move(gradient));
  mutant.memory = MemoryGrowth::slice;
  return mutant;
}

}  // namespace

std::vector<Mutant> memory_mutants() {
  GradientFunctions grows;
  grows.in<float>() = with_a_workspace_that_grows<float>;
  grows.in<double>() = with_a_workspace_that_grows<double>;
  grows.in<Digits50>() = with_a_workspace_that_grows<Digits50>;
  GradientFunctions counted;
  counted.in<float>() = with_as_many_slices<float>;
  counted.in<double>() = with_as_many_slices<double>;
  counted.in<Digits50>() = with_as_many_slices<Digits50>;
  GradientFunctions scores;
  scores.in<float>() = with_scores_kept<float>;
  scores.in<double>() = with_scores_kept<double>;
  scores.in<Digits50>() = with_scores_kept<Digits50>;
  return {
      memory_mutant("workspace-grows",
                    "one number per row of the sequence is stored, and recorded as tokens in the "
                    "memory ledger",
                    "work space in an allocator that is not counted", std::move(grows)),
      memory_mutant("slices-counted", "the slice length is used as the number of slices",
                    "an argument called chunk size that is the number of chunks",
                    std::move(counted)),
      memory_mutant("scores-of-a-slice-kept", "the scores between all rows of a slice are stored",
                    "attention inside a slice in quadratic form", std::move(scores)),
  };
}

}  // namespace slim::properties::mutants
