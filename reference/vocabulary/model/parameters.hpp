// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/memory/memory.hpp"
#include "reference/vocabulary/model/model.hpp"
#include "reference/vocabulary/scalars/accumulator.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace slim {

/// y = x Wᵀ + b, as PyTorch stores it. Shapes: weight [out, in], bias [out].
template <class T>
struct LinearMap {
  MatrixView<T> weight;
  VectorView<T> bias;
};

/// Gain and bias of a layer normalisation. Shapes: [d_model].
template <class T>
struct LayerNorm {
  VectorView<T> weight;
  VectorView<T> bias;
};

/// Views of one layer's parameters; `LayerParameters<const T>` is read-only.
template <class T>
struct LayerParameters {
  LinearMap<T> q_map, k_map, v_map;     ///< [d_model, d_model]; heads are blocks of d rows
  LinearMap<T> U_map;                   ///< [d_ff, d_model]
  LinearMap<T> V_map;                   ///< [d_model, d_ff]
  LayerNorm<T> layernorm1, layernorm2;  ///< attention branch, feed-forward branch
};

/// One named tensor inside Parameters. A vector has `vector == true` and `rows == 1`.
struct ParameterSlot {
  std::string name;  ///< PyTorch's state_dict name, such as "layers.0.attention.q_map.weight"
  Index rows;
  Index cols;
  Index offset;  ///< index of its first entry in values()
  bool vector;
  bool operator==(const ParameterSlot&) const = default;

  [[nodiscard]] Index size() const { return rows * cols; }
};

/// All tensors of a model in storage order. Offsets are multiples of 16 entries, for alignment.
std::vector<ParameterSlot> parameter_slots(const Model& model);
/// Number of entries, without alignment gaps.
Index parameter_count(const Model& model);

/// theta, or an array of the same structure such as its gradient: one block of memory with named
/// views.
template <class T>
class Parameters {
 public:
  Parameters() = default;
  /// All zero.
  Parameters(const Model& model, MemoryTag tag)
      : layers_(model.layers),
        slots_(parameter_slots(model)),
        values_(tag, slots_.back().offset + slots_.back().size()) {}

  [[nodiscard]] bool empty() const { return slots_.empty(); }
  [[nodiscard]] Index layers() const { return layers_; }
  [[nodiscard]] const std::vector<ParameterSlot>& slots() const { return slots_; }
  /// Every entry in storage order, including the gaps, which are always zero.
  std::span<T> values() { return values_.span(); }
  std::span<const T> values() const { return values_.span(); }
  std::span<T> values(const ParameterSlot& slot) { return slice(values(), slot); }
  std::span<const T> values(const ParameterSlot& slot) const { return slice(values(), slot); }
  MatrixView<T> matrix(const ParameterSlot& slot) {
    return {values_.data() + slot.offset, slot.rows, slot.cols};
  }
  MatrixView<const T> matrix(const ParameterSlot& slot) const {
    return {values_.data() + slot.offset, slot.rows, slot.cols};
  }

  /// The embedding. Shape: [V, d_model/2]; with learned positions [V, d_model].
  MatrixView<T> input_map() { return matrix(slots_[0]); }
  MatrixView<const T> input_map() const { return matrix(slots_[0]); }
  /// The output map to logits. Shape: [V, d_model].
  LinearMap<T> output_logit_map() { return linear<T>(*this, 1); }
  LinearMap<const T> output_logit_map() const { return linear<const T>(*this, 1); }
  /// The table of learned positions, which is the last tensor. Requires that there is one. Shape:
  /// [L_max, d_model].
  MatrixView<T> position_map() { return matrix(slots_.back()); }
  MatrixView<const T> position_map() const { return matrix(slots_.back()); }
  LayerParameters<T> layer(Index r) { return layer_of<T>(*this, r); }
  LayerParameters<const T> layer(Index r) const { return layer_of<const T>(*this, r); }

  void set_zero() { std::fill(values_.begin(), values_.end(), T(0)); }

 private:
  template <class S>
  static std::span<S> slice(std::span<S> all, const ParameterSlot& slot) {
    return all.subspan(static_cast<std::size_t>(slot.offset),
                       static_cast<std::size_t>(slot.size()));
  }
  template <class S, class Self>
  static VectorView<S> vector(Self& self, std::size_t slot) {
    return {self.values_.data() + self.slots_[slot].offset, self.slots_[slot].size()};
  }
  template <class S, class Self>
  static LinearMap<S> linear(Self& self, std::size_t slot) {
    return {self.matrix(self.slots_[slot]), vector<S>(self, slot + 1)};
  }
  template <class S, class Self>
  static LayerParameters<S> layer_of(Self& self, Index r) {
    const std::size_t first = 3 + 14 * static_cast<std::size_t>(r);
    return {linear<S>(self, first),
            linear<S>(self, first + 2),
            linear<S>(self, first + 4),
            linear<S>(self, first + 6),
            linear<S>(self, first + 8),
            {vector<S>(self, first + 10), vector<S>(self, first + 11)},
            {vector<S>(self, first + 12), vector<S>(self, first + 13)}};
  }

  Index layers_ = 0;
  std::vector<ParameterSlot> slots_;
  Buffer<T> values_;
};

/// omega: the random projections of FAVOR+, drawn once and passed to every call. Empty for other
/// feature maps. Shape: layers × heads × [d, M].
template <class T>
class Projection {
 public:
  Projection() = default;
  explicit Projection(const Model& model)
      : heads_(model.heads),
        head_dim_(model.head_dim()),
        features_(model.features()),
        values_(MemoryTag::parameters, model.feature_map.kind == FeatureKind::favor_plus
                                           ? model.layers * heads_ * head_dim_ * features_
                                           : 0) {}

  [[nodiscard]] bool empty() const { return values_.empty(); }
  MatrixView<T> head(Index r, Index h) {
    return {values_.data() + (r * heads_ + h) * head_dim_ * features_, head_dim_, features_};
  }
  MatrixView<const T> head(Index r, Index h) const {
    return {values_.data() + (r * heads_ + h) * head_dim_ * features_, head_dim_, features_};
  }
  std::span<T> values() { return values_.span(); }
  std::span<const T> values() const { return values_.span(); }

 private:
  Index heads_ = 0;
  Index head_dim_ = 0;
  Index features_ = 0;
  Buffer<T> values_;
};

/// The same numbers in another scalar, rounded to nearest.
template <class To, class From>
Parameters<To> converted(const Parameters<From>& theta, const Model& model, MemoryTag tag) {
  Parameters<To> result(model, tag);
  std::transform(theta.values().begin(), theta.values().end(), result.values().begin(),
                 rounded_to<To, From>);
  return result;
}

template <class To, class From>
Projection<To> converted(const Projection<From>& omega, const Model& model) {
  if (omega.empty()) return {};
  Projection<To> result(model);
  std::transform(omega.values().begin(), omega.values().end(), result.values().begin(),
                 rounded_to<To, From>);
  return result;
}

}  // namespace slim
