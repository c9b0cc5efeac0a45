// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/boundaries/boundary.hpp"

namespace slim::chunked {

/// The paper's boundary: one state for all slices. The forward sweep adds the sum of each slice,
/// and the backward sweep subtracts it again: B⁽ⁿ⁾ = B⁽ⁿ⁺¹⁾ - Σ_slice in exact arithmetic. B⁽⁰⁾ is
/// copied from the start instead.
/// Error: that of the final sums. Relative to B⁽ⁿ⁾ it grows with N/n, and a sum that should be 0
/// becomes a rounding residue.
/// Least memory: |B| = s k (d + 1) M numbers, one state.
/// Source: SLiM Performer, algorithm 1.
template <class T>
class Recovered final : public Boundary<T> {
 public:
  [[nodiscard]] std::int64_t least_bytes(const StateSizes& sizes, Index /*slices*/) const override {
    return state_bytes<T>(sizes);
  }
  void begin(const StateSizes& sizes, Index slices, Start<T> start) override {
    heads_ = sizes.heads;
    last_ = slices - 1;
    start_ = start;
    if (sums_.empty()) sums_ = State<T>(sizes, 1);
    for (Index r = 0; r < sizes.layers; ++r) start_.write(layer(r), r, heads_);
  }
  LayerSums<const T> start(Index /*n*/, Index r) const override {
    return layer_sums(sums_, 0, r, heads_);
  }
  void advance(Index /*n*/, Index r, LayerSums<const T> sum) override { layer(r) += sum; }
  bool needs_slice_sum(Index n) const override { return n != last_ && n != 0; }
  void restore(Index n, Index r, LayerSums<const T> sum) override {
    if (n == last_) return;
    if (n == 0) {
      start_.write(layer(r), r, heads_);
    } else {
      layer(r) -= sum;
    }
  }

 private:
  LayerSums<T> layer(Index r) { return layer_sums(sums_, 0, r, heads_); }

  Index heads_ = 0;
  Index last_ = 0;
  Start<T> start_;
  State<T> sums_;
};

}  // namespace slim::chunked
