// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/memory/memory.hpp"
#include "reference/vocabulary/model/model.hpp"

namespace slim {

/// The sizes of a state. They follow from a model; an attention task counts as one layer, whose M
/// need not follow from d.
struct StateSizes {
  Index layers = 1;    ///< s
  Index heads = 1;     ///< k
  Index width = 1;     ///< d, the width of values
  Index features = 1;  ///< M

  StateSizes() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): every model has a state
  StateSizes(const Model& model)
      : layers(model.layers),
        heads(model.heads),
        width(model.head_dim()),
        features(model.features()) {}
  [[nodiscard]] Index layer_entries() const { return heads * (width + 1) * features; }
};

/// Entries of a state. Requires a valid model.
inline Index state_entries(const StateSizes& sizes, Index batch) {
  return batch * sizes.layers * sizes.layer_entries();
}

/// The prefix sums R = Σ V g(K)ᵀ and S = Σ g(K) of every layer and head at one position, the only
/// data passed between slices; or their cotangents. Shapes: for sequence b, layer r, head h,
/// R [d, M] and S [M], adjacent in memory, so that they are also the matrix RS [d + 1, M].
template <class T>
class State {
 public:
  State() = default;
  /// All zero.
  State(const StateSizes& sizes, Index batch, MemoryTag tag = MemoryTag::state)
      : layers_(sizes.layers),
        heads_(sizes.heads),
        head_dim_(sizes.width),
        features_(sizes.features),
        values_(tag, state_entries(sizes, batch)) {}

  [[nodiscard]] bool empty() const { return values_.empty(); }
  MatrixView<T> R(Index b, Index r, Index h) { return {at(b, r, h), head_dim_, features_}; }
  MatrixView<const T> R(Index b, Index r, Index h) const {
    return {at(b, r, h), head_dim_, features_};
  }
  VectorView<T> S(Index b, Index r, Index h) {
    return {at(b, r, h) + head_dim_ * features_, features_};
  }
  VectorView<const T> S(Index b, Index r, Index h) const {
    return {at(b, r, h) + head_dim_ * features_, features_};
  }
  MatrixView<T> RS(Index b, Index r, Index h) { return {at(b, r, h), head_dim_ + 1, features_}; }
  MatrixView<const T> RS(Index b, Index r, Index h) const {
    return {at(b, r, h), head_dim_ + 1, features_};
  }
  std::span<T> values() { return values_.span(); }
  std::span<const T> values() const { return values_.span(); }
  void set_zero() { std::fill(values_.begin(), values_.end(), T(0)); }

 private:
  T* at(Index b, Index r, Index h) {
    return values_.data() + ((b * layers_ + r) * heads_ + h) * (head_dim_ + 1) * features_;
  }
  const T* at(Index b, Index r, Index h) const {
    return values_.data() + ((b * layers_ + r) * heads_ + h) * (head_dim_ + 1) * features_;
  }

  Index layers_ = 0;
  Index heads_ = 0;
  Index head_dim_ = 0;
  Index features_ = 0;
  Buffer<T> values_;
};

}  // namespace slim
