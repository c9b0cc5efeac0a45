// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/boundaries/boundary.hpp"
#include "chunked/rows/cross_entropy.hpp"
#include "chunked/rows/cut.hpp"
#include "chunked/rows/feature_map.hpp"
#include "chunked/workspace.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::chunked {

/// Parameters and projections in the scalar of the computation: those of the task, or for a narrow
/// T a copy widened once.
template <class T>
class Weights {
 public:
  using A = accumulator_t<T>;

  explicit Weights(const GradientTask<T>& task) : task_(task) {
    if constexpr (is_narrow<T>) {
      theta_ = converted<A>(task.theta, task.model, MemoryTag::parameters);
      omega_ = converted<A>(task.omega, task.model);
    }
  }
  const Parameters<A>& theta() const {
    if constexpr (is_narrow<T>) {
      return theta_;
    } else {
      return task_.theta;
    }
  }
  const Projection<A>& omega() const {
    if constexpr (is_narrow<T>) {
      return omega_;
    } else {
      return task_.omega;
    }
  }

 private:
  const GradientTask<T>& task_;
  Parameters<A> theta_;  ///< empty unless T is narrow
  Projection<A> omega_;
};

/// The forward pass and pullback of one slice of the model, for any boundary and any prefix sum.
template <class T>
class SlicePass {
 public:
  using A = accumulator_t<T>;

  /// Requires a valid task. `rows` is the length of the longest slice.
  SlicePass(const GradientTask<T>& task, Index rows, const PrefixSum<A>& prefix_sum,
            Boundary<A>& boundary)
      : task_(task),
        model_(task.model),
        weights_(task),
        prefix_sum_(prefix_sum),
        boundary_(boundary),
        workers_(task.threads),
        embedding_(task.model),
        space_(task.model, rows, prefix_sum) {}

  /// Lazy forward sweep: gives the sum of every layer to the boundary and stores nothing else. Of
  /// the last layer only keys and values are computed.
  void advance(const Slice& slice) { forward_slice(slice, model_.layers - 1, true, nullptr); }
  /// The same for a last slice: the sums after it go to `end`, of one sequence.
  void advance_to(const Slice& slice, State<A>& end) {
    forward_slice(slice, model_.layers - 1, false, &end);
  }

  /// Plain forward sweep: the whole forward pass. Returns the sum of the slice's losses.
  /// `passes_on` gives the sums to the boundary; it is false for the last slice.
  Wide<A> pass_whole(const Slice& slice, bool passes_on);

  /// Backward sweep: opens the boundary layer by layer and stores what pull_back() needs. If `end`
  /// is not null, its sequence b becomes the prefix sums after the slice.
  void restore(const Slice& slice, State<A>* end);

  /// Returns the sum of the slice's losses, replaces the output of restore() by its cotangent, and
  /// adds the gradient of the output map. The logits are copied to `logits` [rows, V] if not null.
  Wide<A> loss(const Slice& slice, const A& scale, Matrix<T>* logits, Parameters<A>& gradient);

  /// Adds the slice's part of the gradient. Sequence `b` of `G` holds the cotangent of the prefix
  /// sums after the slice on entry, and of those before it on return.
  void pull_back(const Slice& slice, State<A>& G, Index b, Parameters<A>& gradient);

 private:
  using View = MatrixView<A>;
  using Read = MatrixView<const A>;

  View view(A* data, Index cols) const { return {data, rows_, cols}; }
  Read read(const A* data, Index cols) const { return {data, rows_, cols}; }
  View wide(A* data) const { return view(data, model_.hidden_dim); }
  Read wide(const A* data) const { return read(data, model_.hidden_dim); }
  Read read_wide(const A* data) const { return read(data, model_.hidden_dim); }

  /// Columns of head h in an array of rows of `heads × width` entries.
  StridedView<A> head(A* data, Index h, Index width) const {
    return {data + h * width, rows_, width, Eigen::OuterStride<>(model_.heads * width)};
  }
  StridedView<const A> read_head(const A* data, Index h, Index width) const {
    return {data + h * width, rows_, width, Eigen::OuterStride<>(model_.heads * width)};
  }
  RowMoments<A> moments(const LayerActivations<A>& a, Index which) const {
    A* first = a.moments + 2 * which * rows_;
    return {{first, rows_}, {first + rows_, rows_}};
  }
  HeadFeatures<A> features(Index r, Index h) const {
    const bool relu = model_.feature_map.kind == FeatureKind::relu;
    const A slope = static_cast<A>(relu ? model_.conventions.relu_slope_at_zero
                                        : model_.conventions.absolute_slope_at_zero);
    if (weights_.omega().empty()) return {model_.feature_map, slope, Read(nullptr, 0, 0)};
    return {model_.feature_map, slope, weights_.omega().head(r, h)};
  }
  HeadSlice<A> head_slice(const LayerActivations<A>& a, Index n, Index r, Index h) const;
  std::span<A> kept(const LayerActivations<A>& a, Index h) const {
    return {a.kept + h * space_.kept_per_head, static_cast<std::size_t>(space_.kept_per_head)};
  }
  std::span<A> scratch(Index h) const {
    return {space_.scratch + h * space_.scratch_per_head,
            static_cast<std::size_t>(space_.scratch_per_head)};
  }

  /// The forward pass of a sweep that stores nothing; only the first `read_out` layers compute
  /// their output. If `end` is not null, it becomes the prefix sums after the slice.
  void forward_slice(const Slice& slice, Index read_out, bool passes_on, State<A>* end);
  /// For narrow scalars: stores an activation of layer r and replaces it by its rounded values.
  /// Otherwise does nothing.
  void store_rounded(Index r, Activation which);
  /// The same for some of its rows.
  void store_rounded(Index r, Activation which, Index first, Index rows);
  /// For narrow scalars: loads the stored activations of layer r. Otherwise does nothing.
  void load_rounded(Index r);
  void embed(const Slice& slice, A* X);
  /// Input of the attention maps: X or its norm. Writes Z in the latter case.
  Read attention_input(const LayerActivations<A>& a, const LayerParameters<const A>& theta);
  /// Keys, values and features of the keys; queries only where the layer computes its output.
  void linear_maps(const LayerActivations<A>& a, const LayerParameters<const A>& theta,
                   const Read& input, Index r, bool with_queries);
  void make_slice_sum(const LayerActivations<A>& a, Index n, Index r);
  /// From Q, K, V and the start of the slice to the layer's output.
  void attend(const Slice& slice, const LayerActivations<A>& a,
              const LayerParameters<const A>& theta, Index r);
  /// From H to the next layer's input, or to the output.
  void feed_forward(const LayerParameters<const A>& theta, Index r);
  void pull_back_feed_forward(const LayerActivations<A>& a, const LayerParameters<const A>& theta,
                              LayerParameters<A> gradient);
  void pull_back_attention(const Slice& slice, const LayerActivations<A>& a,
                           const LayerParameters<const A>& theta, LayerParameters<A> gradient,
                           Index r, State<A>& G, Index b);
  LayerSums<const A> slice_sum() const {
    return {space_.slice_sum, model_.heads * (model_.head_dim() + 1) * model_.features()};
  }

  const GradientTask<T>& task_;
  const Model& model_;
  const Weights<T> weights_;
  const PrefixSum<A>& prefix_sum_;
  Boundary<A>& boundary_;
  Workers workers_;
  Embedding<A> embedding_;
  Workspace<T> space_;
  Index rows_ = 0;  ///< of the current slice
};

}  // namespace slim::chunked
