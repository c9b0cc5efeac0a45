// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/boundaries/boundary.hpp"

namespace slim::chunked {

/// Stores no states: the start of every slice is recomputed from the beginning. A drift-free
/// control for short sequences.
/// Least memory: |B| numbers, one state.
/// Cost: about N/2 forward sweeps.
template <class T>
class Recomputed final : public Boundary<T> {
 public:
  using RunAgain = typename Boundary<T>::RunAgain;

  [[nodiscard]] std::int64_t least_bytes(const StateSizes& sizes, Index /*slices*/) const override {
    return state_bytes<T>(sizes);
  }
  void begin(const StateSizes& sizes, Index slices, Start<T> start) override {
    heads_ = sizes.heads;
    layers_ = sizes.layers;
    last_ = slices - 1;
    start_ = start;
    if (sums_.empty()) sums_ = State<T>(sizes, 1);
    from_the_start();
  }
  LayerSums<const T> start(Index /*n*/, Index r) const override {
    return layer_sums(sums_, 0, r, heads_);
  }
  void advance(Index /*n*/, Index r, LayerSums<const T> sum) override {
    layer_sums(sums_, 0, r, heads_) += sum;
  }
  void prepare(Index n, const RunAgain& run_again) override {
    if (n == last_) return;  // the forward sweep has just ended here
    from_the_start();
    for (Index again = 0; again < n; ++again) run_again(again);
  }
  bool needs_slice_sum(Index /*n*/) const override { return false; }
  void restore(Index /*n*/, Index /*r*/, LayerSums<const T> /*sum*/) override {}

 private:
  void from_the_start() {
    for (Index r = 0; r < layers_; ++r) start_.write(layer_sums(sums_, 0, r, heads_), r, heads_);
  }

  Index heads_ = 0;
  Index layers_ = 0;
  Index last_ = 0;
  Start<T> start_;
  State<T> sums_;
};

}  // namespace slim::chunked
