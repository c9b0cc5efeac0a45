// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/boundaries/boundary.hpp"

#include <bit>
#include <vector>

namespace slim::chunked {

/// Stores states at midpoints and recomputes those between them by recursive halving. A stack holds
/// the starts of slices i₁ < i₂ < …, each halfway from its predecessor to the current slice.
/// Least memory: ⌈log₂ N⌉ + 1 states, those of a path of halvings from slice 0 to slice N - 1, and
/// the current one.
/// Cost: about log₂(N)/2 forward sweeps.
/// Source: recursive checkpointing, Griewank 1992.
template <class T>
class Bisected final : public Boundary<T> {
 public:
  using RunAgain = typename Boundary<T>::RunAgain;

  [[nodiscard]] std::int64_t least_bytes(const StateSizes& sizes, Index slices) const override {
    return (halvings(slices) + 2) * state_bytes<T>(sizes);
  }
  void begin(const StateSizes& sizes, Index slices, Start<T> start) override {
    heads_ = sizes.heads;
    layers_ = sizes.layers;
    const Index room = halvings(slices) + 1;
    if (room != room_) {
      states_ = State<T>();  // release before the new one is allocated
      states_ = State<T>(sizes, room + 1);
      room_ = room;
    }
    starts_.assign(1, 0);
    for (Index r = 0; r < layers_; ++r) {
      start.write(layer(0, r), r, heads_);
      layer(room_, r) = layer(0, r);
    }
    target_ = slices - 1;
    plan(0);
  }
  LayerSums<const T> start(Index /*n*/, Index r) const override {
    return layer_sums(states_, room_, r, heads_);
  }
  void advance(Index n, Index r, LayerSums<const T> sum) override {
    layer(room_, r) += sum;
    if (n + 1 != next_) return;
    const auto place = static_cast<Index>(starts_.size());
    layer(place, r) = layer(room_, r);
    if (r + 1 == layers_) {
      starts_.push_back(next_);
      plan(next_);
    }
  }
  void prepare(Index n, const RunAgain& run_again) override {
    while (starts_.back() > n) starts_.pop_back();
    const Index from = starts_.back();
    const auto place = static_cast<Index>(starts_.size()) - 1;
    for (Index r = 0; r < layers_; ++r) layer(room_, r) = layer(place, r);
    target_ = n;
    plan(from);
    for (Index again = from; again < n; ++again) run_again(again);
  }
  bool needs_slice_sum(Index /*n*/) const override { return false; }
  void restore(Index /*n*/, Index /*r*/, LayerSums<const T> /*sum*/) override {}

 private:
  /// ⌈log₂ slices⌉
  static Index halvings(Index slices) {
    return static_cast<Index>(std::bit_width(static_cast<std::size_t>(slices - 1)));
  }
  /// The next state to store on the way from slice `from`: halfway to the target.
  void plan(Index from) { next_ = from < target_ ? from + (target_ - from + 1) / 2 : -1; }
  LayerSums<T> layer(Index place, Index r) { return layer_sums(states_, place, r, heads_); }

  Index heads_ = 0;
  Index layers_ = 0;
  Index room_ = 0;    ///< capacity of the stack; index `room_` is the current state
  Index target_ = 0;  ///< the slice whose start is needed
  Index next_ = -1;   ///< the next start to store, -1: none
  std::vector<Index> starts_;
  State<T> states_;
};

}  // namespace slim::chunked
