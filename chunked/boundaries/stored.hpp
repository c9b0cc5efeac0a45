// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/boundaries/boundary.hpp"

namespace slim::chunked {

/// Stores every boundary state: the backward sweep reads what the forward sweep wrote. Nothing is
/// subtracted, so nothing drifts.
/// Least memory: N = ⌈L/C⌉ states, N |B| numbers.
template <class T>
class Stored final : public Boundary<T> {
 public:
  [[nodiscard]] std::int64_t least_bytes(const StateSizes& sizes, Index slices) const override {
    return slices * state_bytes<T>(sizes);
  }
  void begin(const StateSizes& sizes, Index slices, Start<T> start) override {
    heads_ = sizes.heads;
    if (slices != slices_) {
      starts_ = State<T>();  // release before the new one is allocated
      starts_ = State<T>(sizes, slices);
      slices_ = slices;
    }
    for (Index r = 0; r < sizes.layers; ++r) start.write(layer(0, r), r, heads_);
  }
  LayerSums<const T> start(Index n, Index r) const override {
    return layer_sums(starts_, n, r, heads_);
  }
  void advance(Index n, Index r, LayerSums<const T> sum) override {
    layer(n + 1, r) = layer(n, r) + sum;
  }
  bool needs_slice_sum(Index /*n*/) const override { return false; }
  void restore(Index /*n*/, Index /*r*/, LayerSums<const T> /*sum*/) override {}

 private:
  LayerSums<T> layer(Index n, Index r) { return layer_sums(starts_, n, r, heads_); }

  Index heads_ = 0;
  Index slices_ = 0;
  State<T> starts_;  ///< batch index n holds B⁽ⁿ⁾
};

}  // namespace slim::chunked
