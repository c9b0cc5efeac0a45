// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/composition.hpp"
#include "chunked/two_sweeps.hpp"

#include <memory>

namespace slim::properties::mutants {

/// A correct prefix sum as a base class: a mutant overrides the step that it gets wrong.
template <class T>
class CorrectPrefixSum : public chunked::PrefixSum<T> {
 public:
  using Sizes = typename chunked::PrefixSum<T>::Sizes;

  [[nodiscard]] Index kept(const Sizes& sizes) const override { return inner_->kept(sizes); }
  [[nodiscard]] Index scratch(const Sizes& sizes) const override { return inner_->scratch(sizes); }
  void forward(const chunked::HeadSlice<T>& head, StridedView<T> Y, std::span<T> kept,
               std::span<T> scratch) const override {
    inner_->forward(head, Y, kept, scratch);
  }
  void pull_back(const chunked::HeadSlice<T>& head, chunked::HeadCotangents<T> cotangents,
                 std::span<T> kept, std::span<T> scratch) const override {
    inner_->pull_back(head, cotangents, kept, scratch);
  }
  void slice_sum(const chunked::HeadSlice<T>& head, MatrixView<T> RS) const override {
    inner_->slice_sum(head, RS);
  }

 private:
  std::unique_ptr<chunked::PrefixSum<T>> inner_ = chunked::make_prefix_sum<T>("iterative");
};

/// The chunked gradient with `PrefixSum` and every boundary stored, in one scalar.
template <class T, template <class> class PrefixSum>
GradientFunction<T> stored_with_in() {
  return [](const GradientTask<T>& task, GradientResult<T>& result) {
    const auto boundary = chunked::make_boundary<T>("stored");
    chunked::gradient(task, result, *boundary, PrefixSum<T>());
  };
}
/// The same in float, double and 50 digits.
template <template <class> class PrefixSum>
GradientFunctions stored_with() {
  GradientFunctions functions;
  functions.in<float>() = stored_with_in<float, PrefixSum>();
  functions.in<double>() = stored_with_in<double, PrefixSum>();
  functions.in<Digits50>() = stored_with_in<Digits50, PrefixSum>();
  return functions;
}

}  // namespace slim::properties::mutants
