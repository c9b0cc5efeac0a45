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

/// All work space of a slice of at most C rows, allocated once and used by every slice.
/// Memory: O(C (s (d_model + d_ff) + k M + V)) and what the prefix sum keeps; affine in C but for
/// arrays that begin on 64 bytes.
template <class T>
class Workspace {
 public:
  Workspace(const Model& model, Index rows, const PrefixSum<T>& prefix_sum);

  const LayerActivations<T>& layer(Index r) const { return layers_[static_cast<std::size_t>(r)]; }
  T* output;  ///< d_model, the last layer's output
  T* dX;      ///< d_model, the running cotangent
  T* dY;      ///< d_model
  T* dQ;      ///< d_model each
  T* dK;
  T* dV;
  T* Z;        ///< d_model, a norm's output; branch input only
  T* hidden;   ///< max(d_ff, V): GeLU's output, or logits
  T* dHidden;  ///< d_ff
  T* gQ;       ///< k M each: features and their cotangents
  T* gK;
  T* dgQ;
  T* dgK;
  T* slice_sum;  ///< k (d + 1) M, one layer of a state
  T* scratch;    ///< of the prefix sum, a part for every head
  T* losses;     ///< 1

  Index kept_per_head;
  Index scratch_per_head;

 private:
  std::vector<LayerActivations<T>> layers_;
  Buffer<T> values_;
};

template <class T>
Workspace<T>::Workspace(const Model& model, Index rows, const PrefixSum<T>& prefix_sum) {
  const typename PrefixSum<T>::Sizes sizes{rows, model.head_dim(), model.features()};
  const Index D = model.hidden_dim;
  const Index kM = model.heads * model.features();
  kept_per_head = prefix_sum.kept(sizes);
  scratch_per_head = prefix_sum.scratch(sizes);

  // Two passes over one list of arrays: the first adds up, the second hands out.
  Index used = 0;
  T* base = nullptr;
  auto take = [&](Index entries) {
    constexpr Index alignment = 16;
    T* place = base == nullptr ? nullptr : base + used;
    used += (entries + alignment - 1) / alignment * alignment;
    return place;
  };
  auto lay_out = [&] {
    used = 0;
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
    output = take(rows * D);
    dX = take(rows * D);
    dY = take(rows * D);
    dQ = take(rows * D);
    dK = take(rows * D);
    dV = take(rows * D);
    Z = model.norm == Norm::branch_input ? take(rows * D) : nullptr;
    hidden = take(rows * std::max(model.ffn_dim, model.vocab_size));
    dHidden = take(rows * model.ffn_dim);
    gQ = take(rows * kM);
    gK = take(rows * kM);
    dgQ = take(rows * kM);
    dgK = take(rows * kM);
    slice_sum = take(model.heads * (sizes.width + 1) * sizes.features);
    scratch = take(model.heads * scratch_per_head);
    losses = take(rows);
  };
  lay_out();
  values_ = Buffer<T>(MemoryTag::slice, used);
  base = values_.data();
  lay_out();
}

}  // namespace slim::chunked
