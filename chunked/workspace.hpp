#pragma once

#include "chunked/prefix_sum.hpp"
#include "chunked/row_maps.hpp"
#include "reference/vocabulary/memory.hpp"

#include <vector>

namespace slim::chunked {

/// Activations of one layer that the pullback needs. Shapes: [C, ·] as in the comments, the first
/// rows of which a shorter slice uses.
template <class T>
struct LayerActivations {
  T* X;  ///< d_model, the layer's input
  T* Q;  ///< d_model each
  T* K;
  T* V;
  T* Y;        ///< d_model, attention
  T* H;        ///< d_model, after the attention branch
  T* U;        ///< d_ff, before GeLU
  T* F;        ///< d_model, feed-forward before its norm; branch output only
  T* moments;  ///< 4: mean and 1/deviation of both norms
  T* kept;     ///< what the prefix sum keeps, all heads
};

/// All work space of a slice of at most C rows, allocated once and used by every slice. Arrays that
/// are never alive together lie in one place: those of the feed-forward branch and those of the
/// attention branch; the output, a norm's output and dY; a slice's sum and the prefix sum's
/// scratch. Memory: C (s (7 d_model + d_ff + 4) + 2 d_model + max(d_ff + max(d_ff, V), 3 d_model +
/// 4 k M) + 1) numbers, what the prefix sum keeps for every layer and head, and its scratch, at
/// least k (d + 1) M; affine in C but for arrays that begin on 64 bytes. With the norm on the
/// branch input one d_model a layer less. The least that is needed: least_memory.hpp.
template <class T>
class Workspace {
 public:
  /// Throws std::bad_array_new_length when it is beyond all memory.
  Workspace(const Model& model, Index rows, const PrefixSum<T>& prefix_sum);

  /// Numbers that the constructor allocates.
  static Index entries(const Model& model, Index rows, const PrefixSum<T>& prefix_sum) {
    return Workspace().lay_out(model, rows, prefix_sum, nullptr);
  }

  const LayerActivations<T>& layer(Index r) const { return layers_[static_cast<std::size_t>(r)]; }
  T* output;  ///< d_model, the last layer's output; in dY's place
  T* dX;      ///< d_model, the running cotangent
  T* dY;      ///< d_model
  T* Z;       ///< d_model, a norm's output with the norm on the branch input; in dY's place
  // Of the feed-forward branch:
  T* hidden;   ///< max(d_ff, V): GeLU's output, or logits
  T* dHidden;  ///< d_ff
  // Of the attention branch, in the same place:
  T* dQ;  ///< d_model each
  T* dK;
  T* dV;
  T* gQ;  ///< k M each: features and their cotangents
  T* gK;
  T* dgQ;
  T* dgK;
  T* slice_sum;  ///< k (d + 1) M, one layer of a state; shares its place with scratch
  T* scratch;    ///< of the prefix sum, a part for every head
  T* losses;     ///< 1

  Index kept_per_head;
  Index scratch_per_head;

 private:
  Workspace() = default;
  /// Hands out places from `base` on; returns how many entries that took. Null: only counts.
  Index lay_out(const Model& model, Index rows, const PrefixSum<T>& prefix_sum, T* base);

  std::vector<LayerActivations<T>> layers_;
  Buffer<T> values_;
};

template <class T>
Workspace<T>::Workspace(const Model& model, Index rows, const PrefixSum<T>& prefix_sum)
    : values_(MemoryTag::slice, lay_out(model, rows, prefix_sum, nullptr)) {
  lay_out(model, rows, prefix_sum, values_.data());
}

template <class T>
Index Workspace<T>::lay_out(const Model& model, Index rows, const PrefixSum<T>& prefix_sum,
                            T* base) {
  const typename PrefixSum<T>::Sizes sizes{rows, model.head_dim(), model.features()};
  const Index D = model.hidden_dim;
  const Index kM = model.heads * model.features();
  kept_per_head = prefix_sum.kept(sizes);
  scratch_per_head = prefix_sum.scratch(sizes);

  Index used = 0;
  auto take = [&](Index size) {
    constexpr Index alignment = 16;
    T* place = base == nullptr ? nullptr : base + used;
    used += (size + alignment - 1) / alignment * alignment;
    return place;
  };
  layers_.clear();
  for (Index r = 0; r < model.layers; ++r) {
    LayerActivations<T> a{};
    a.X = take(rows * D);
    a.Q = take(rows * D);
    a.K = take(rows * D);
    a.V = take(rows * D);
    a.Y = take(rows * D);
    a.H = take(rows * D);
    a.U = take(rows * model.ffn_dim);
    a.F = model.norm == Norm::branch_output ? take(rows * D) : nullptr;
    a.moments = take(rows * 4);
    a.kept = take(model.heads * kept_per_head);
    layers_.push_back(a);
  }
  dX = take(rows * D);
  dY = take(rows * D);
  output = dY;
  Z = dY;
  losses = take(rows);

  const Index branches = used;
  hidden = take(rows * std::max(model.ffn_dim, model.vocab_size));
  dHidden = take(rows * model.ffn_dim);
  const Index feed_forward_end = used;
  used = branches;
  dQ = take(rows * D);
  dK = take(rows * D);
  dV = take(rows * D);
  gQ = take(rows * kM);
  gK = take(rows * kM);
  dgQ = take(rows * kM);
  dgK = take(rows * kM);
  used = std::max(used, feed_forward_end);

  const Index sum = model.heads * (sizes.width + 1) * sizes.features;
  scratch = take(std::max(sum, model.heads * scratch_per_head));
  slice_sum = scratch;
  return used;
}

}  // namespace slim::chunked
