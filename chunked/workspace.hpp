// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/prefix_sums/prefix_sum.hpp"
#include "chunked/rows/row_maps.hpp"
#include "reference/vocabulary/memory/memory.hpp"

#include <array>
#include <memory>
#include <new>
#include <vector>

namespace slim::chunked {

/// Activations of a layer, in the order in which a narrow scalar stores them.
enum class Activation { X, Q, K, V, Y, H, F, U };

/// Activations of one layer that the pullback needs, in the scalar of the computation.
/// Shapes: [C, ·] as in the comments; a shorter slice uses the first rows.
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
  T* kept;     ///< what the prefix sum stores, all heads

  [[nodiscard]] T* of(Activation which) const {
    return std::array{X, Q, K, V, Y, H, F, U}.at(static_cast<std::size_t>(which));
  }
};

/// Memory recorded in the ledger. Hardware scalars are not initialised: on first use each thread
/// clears the pages of its own tasks, where an initialisation by one thread would clear all.
template <class A>
class WorkArray {
 public:
  WorkArray() = default;
  explicit WorkArray(Index size) : size_(size) {
    if (static_cast<std::size_t>(size) > (std::size_t{1} << 48) / sizeof(A)) {
      throw std::bad_array_new_length();
    }
    data_ = static_cast<A*>(ledger::allocate(MemoryTag::slice, bytes()));
    if constexpr (!is_hardware_float<A>) std::uninitialized_value_construct_n(data_, size_);
  }
  WorkArray(const WorkArray&) = delete;
  WorkArray& operator=(const WorkArray&) = delete;
  ~WorkArray() {
    if (data_ == nullptr) return;
    std::destroy_n(data_, size_);
    ledger::release(MemoryTag::slice, bytes(), data_);
  }
  [[nodiscard]] A* data() const { return data_; }

 private:
  [[nodiscard]] std::size_t bytes() const { return static_cast<std::size_t>(size_) * sizeof(A); }

  Index size_ = 0;
  A* data_ = nullptr;
};

/// All work space of a slice of at most C rows, allocated once and used by every slice. Arrays that
/// are never alive at the same time share memory: those of the feed-forward branch and those of the
/// attention branch; the output, the output of a norm, and dY; the sum of a slice and the scratch
/// of the prefix sum.
/// Memory: C (s (7 d_model + d_ff + 4) + 2 d_model + max(d_ff, V, d_model + 4 k M) + 1) numbers, 2
/// d_model more next to 4 k M where M is not d, what the prefix sum stores for every layer and
/// head, and its scratch, at least k (d + 1) M. This is affine in C except that arrays are aligned
/// to 16 numbers. With the norm on the branch input it is d_model less per layer. The lower bound
/// is in least_memory.hpp.
///
/// A narrow scalar T is used for storage only: the activations of every layer, which are most of
/// the memory, are stored in T, and all layers share one set of arrays in A for computation.
template <class T>
class Workspace {
 public:
  using A = accumulator_t<T>;

  /// Throws std::bad_array_new_length when the size exceeds all memory.
  Workspace(const Model& model, Index rows, const PrefixSum<A>& prefix_sum);

  /// Numbers in A that the constructor allocates.
  static Index entries(const Model& model, Index rows, const PrefixSum<A>& prefix_sum) {
    return Workspace().lay_out(model, rows, prefix_sum, nullptr);
  }

  const LayerActivations<A>& layer(Index r) const { return layers_[static_cast<std::size_t>(r)]; }
  /// An activation of layer r as it is stored, for a narrow scalar.
  T* stored(Index r, Activation which) {
    return store_.data() + r * store_of_layer_ + static_cast<Index>(which) * store_of_array_;
  }
  A* output;  ///< d_model, the output of the last layer; shares memory with dY
  A* dX;      ///< d_model, the running cotangent
  A* dY;      ///< d_model
  A* Z;       ///< d_model, output of a norm on the branch input; shares memory with dY
  // Feed-forward branch:
  A* hidden;  ///< max(d_ff, V): GeLU's output and then its cotangent, or logits
  // Attention branch, in the same memory:
  A* dQ;  ///< d_model each; if M = d, dQ and dK share memory with gQ and gK
  A* dK;
  A* dV;
  A* gQ;  ///< k M each: features and their cotangents
  A* gK;
  A* dgQ;
  A* dgK;
  A* slice_sum;  ///< k (d + 1) M, one layer of a state; shares memory with scratch
  A* scratch;    ///< of the prefix sum, one part per head
  A* losses;     ///< 1

  Index kept_per_head;
  Index scratch_per_head;

 private:
  Workspace() = default;
  /// Assigns the arrays from `base` on and returns their number of entries. With a null `base` it
  /// only counts.
  Index lay_out(const Model& model, Index rows, const PrefixSum<A>& prefix_sum, A* base);

  std::vector<LayerActivations<A>> layers_;
  WorkArray<A> values_;
  Index store_of_array_ = 0;
  Index store_of_layer_ = 0;
  Buffer<T> store_;  ///< empty unless T is narrow
};

template <class T>
Workspace<T>::Workspace(const Model& model, Index rows, const PrefixSum<A>& prefix_sum)
    : values_(lay_out(model, rows, prefix_sum, nullptr)),
      store_of_array_(rows * model.hidden_dim),
      store_of_layer_(rows * (7 * model.hidden_dim + model.ffn_dim)),
      store_(MemoryTag::slice, is_narrow<T> ? model.layers * store_of_layer_ : 0) {
  lay_out(model, rows, prefix_sum, values_.data());
}

template <class T>
Index Workspace<T>::lay_out(const Model& model, Index rows, const PrefixSum<A>& prefix_sum,
                            A* base) {
  const typename PrefixSum<A>::Sizes sizes{rows, model.head_dim(), model.features()};
  const Index D = model.hidden_dim;
  const Index kM = model.heads * model.features();
  kept_per_head = prefix_sum.kept(sizes);
  scratch_per_head = prefix_sum.scratch(sizes);

  Index used = 0;
  auto take = [&](Index size) {
    constexpr Index alignment = 16;
    A* place = base == nullptr ? nullptr : base + used;
    used += (size + alignment - 1) / alignment * alignment;
    return place;
  };
  layers_.clear();
  for (Index r = 0; r < model.layers; ++r) {
    LayerActivations<A> a{};
    if (is_narrow<T> && r > 0) {
      a = layers_.front();
    } else {
      a.X = take(rows * D);
      a.Q = take(rows * D);
      a.K = take(rows * D);
      a.V = take(rows * D);
      a.Y = take(rows * D);
      a.H = take(rows * D);
      a.U = take(rows * model.ffn_dim);
      a.F = model.norm == Norm::branch_output ? take(rows * D) : nullptr;
    }
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
  const Index feed_forward_end = used;
  used = branches;
  dV = take(rows * D);
  gQ = take(rows * kM);
  gK = take(rows * kM);
  const bool in_place = model.features() == model.head_dim();
  dQ = in_place ? gQ : take(rows * D);
  dK = in_place ? gK : take(rows * D);
  dgQ = take(rows * kM);
  dgK = take(rows * kM);
  used = std::max(used, feed_forward_end);

  const Index sum = model.heads * (sizes.width + 1) * sizes.features;
  scratch = take(std::max(sum, model.heads * scratch_per_head));
  slice_sum = scratch;
  return used;
}

}  // namespace slim::chunked
