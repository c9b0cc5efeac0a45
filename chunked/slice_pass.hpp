#pragma once

#include "chunked/boundary.hpp"
#include "chunked/cross_entropy.hpp"
#include "chunked/feature_map.hpp"
#include "chunked/workspace.hpp"
#include "reference/vocabulary/subject.hpp"

namespace slim::chunked {

/// Rows first … first + rows - 1 of sequence b, slice n of it.
struct Slice {
  Index n;
  Index b;
  Index first;
  Index rows;
};

/// One slice of the model, upward and back, for any boundary and any prefix sum.
template <class T>
class SlicePass {
 public:
  /// Requires a valid task. `rows` is the longest slice.
  SlicePass(const GradientTask<T>& task, Index rows, const PrefixSum<T>& prefix_sum,
            Boundary<T>& boundary)
      : task_(task),
        model_(task.model),
        prefix_sum_(prefix_sum),
        boundary_(boundary),
        workers_(task.threads),
        embedding_(task.model),
        space_(task.model, rows, prefix_sum) {}

  /// Sweep up: passes every layer's sum to the boundary, and keeps nothing else. Of the last layer
  /// only keys and values are made.
  void pass(const Slice& slice) { go_up(slice, model_.layers - 1, true); }

  /// Sweep up, plain: the whole forward pass. The slice's losses, summed. `passes_on`: the sums go
  /// to the boundary, as they do but for the last slice.
  Wide<T> pass_whole(const Slice& slice, bool passes_on);

  /// Sweep down: opens the boundary layer by layer and keeps what pull_back needs. If `end` is not
  /// null its sequence b becomes the prefix sums after the slice.
  void open(const Slice& slice, State<T>* end);

  /// The slice's losses, summed; what open() left becomes the cotangent of the output. The logits
  /// are copied to `logits` [rows, V] if not null, and the output map's gradient is added.
  Wide<T> loss(const Slice& slice, const T& scale, Matrix<T>* logits, Parameters<T>& gradient);

  /// Adds the slice's part of the gradient. Sequence `b` of `G`: in, the cotangent of the prefix
  /// sums after the slice; out, of those before it.
  void pull_back(const Slice& slice, State<T>& G, Index b, Parameters<T>& gradient);

 private:
  using View = MatrixView<T>;
  using Read = MatrixView<const T>;

  View view(T* data, Index cols) const { return {data, rows_, cols}; }
  Read read(const T* data, Index cols) const { return {data, rows_, cols}; }
  View wide(T* data) const { return view(data, model_.hidden_dim); }
  Read wide(const T* data) const { return read(data, model_.hidden_dim); }
  Read read_wide(const T* data) const { return read(data, model_.hidden_dim); }

  /// Columns of head h in an array of rows of `heads × width` entries.
  StridedView<T> head(T* data, Index h, Index width) const {
    return {data + h * width, rows_, width, Eigen::OuterStride<>(model_.heads * width)};
  }
  StridedView<const T> read_head(const T* data, Index h, Index width) const {
    return {data + h * width, rows_, width, Eigen::OuterStride<>(model_.heads * width)};
  }
  RowMoments<T> moments(const LayerActivations<T>& a, Index which) const {
    T* first = a.moments + 2 * which * rows_;
    return {{first, rows_}, {first + rows_, rows_}};
  }
  HeadFeatures<T> features(Index r, Index h) const {
    const bool relu = model_.feature_map.kind == FeatureKind::relu;
    const T slope = static_cast<T>(relu ? model_.conventions.relu_slope_at_zero
                                        : model_.conventions.absolute_slope_at_zero);
    if (task_.omega.empty()) return {model_.feature_map, slope, Read(nullptr, 0, 0)};
    return {model_.feature_map, slope, task_.omega.head(r, h)};
  }
  HeadSlice<T> head_slice(const LayerActivations<T>& a, Index n, Index r, Index h) const;
  std::span<T> kept(const LayerActivations<T>& a, Index h) const {
    return {a.kept + h * space_.kept_per_head, static_cast<std::size_t>(space_.kept_per_head)};
  }
  std::span<T> scratch(Index h) const {
    return {space_.scratch + h * space_.scratch_per_head,
            static_cast<std::size_t>(space_.scratch_per_head)};
  }

  /// The forward pass of which nothing is kept; only the first `read_out` layers are read out.
  void go_up(const Slice& slice, Index read_out, bool passes_on);
  void embed(const Slice& slice, T* X);
  /// Input of the attention maps: X, or its norm. Fills Z in the latter case.
  Read attention_input(const LayerActivations<T>& a, const LayerParameters<const T>& theta);
  void keys_and_values(const LayerActivations<T>& a, const LayerParameters<const T>& theta,
                       const Read& input, Index r);
  void make_slice_sum(const LayerActivations<T>& a, Index n, Index r);
  /// From Q, K, V and the start of the slice to the layer's output.
  void attend(const Slice& slice, const LayerActivations<T>& a,
              const LayerParameters<const T>& theta, const Read& input, Index r);
  void feed_forward(const LayerActivations<T>& a, const LayerParameters<const T>& theta, T* out);
  void pull_back_feed_forward(const LayerActivations<T>& a, const LayerParameters<const T>& theta,
                              LayerParameters<T> gradient);
  void pull_back_attention(const Slice& slice, const LayerActivations<T>& a,
                           const LayerParameters<const T>& theta, LayerParameters<T> gradient,
                           Index r, State<T>& G, Index b);
  LayerSums<const T> slice_sum() const {
    return {space_.slice_sum, model_.heads * (model_.head_dim() + 1) * model_.features()};
  }

  const GradientTask<T>& task_;
  const Model& model_;
  const PrefixSum<T>& prefix_sum_;
  Boundary<T>& boundary_;
  Workers workers_;
  Embedding<T> embedding_;
  Workspace<T> space_;
  Index rows_ = 0;  ///< of the slice at hand
};

}  // namespace slim::chunked
