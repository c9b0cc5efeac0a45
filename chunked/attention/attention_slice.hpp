// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/boundaries/boundary.hpp"
#include "chunked/prefix_sums/prefix_sum.hpp"
#include "chunked/rows/cut.hpp"
#include "chunked/rows/feature_map.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/task/attention.hpp"

namespace slim::chunked {

/// Throws ContractError unless the conventions and the map are the paper's, with any ε and any
/// slopes at 0.
inline void require_own(const AttentionConventions& given, const FeatureMap& map) {
  AttentionConventions own;
  own.epsilons[EpsilonPlace::denominator] = given.epsilons[EpsilonPlace::denominator];
  own.relu_slope_at_zero = given.relu_slope_at_zero;
  own.absolute_slope_at_zero = given.absolute_slope_at_zero;
  require(given == own,
          "chunked attention supports the paper's conventions only: allowed to differ are epsilon, "
          "relu_slope_at_zero, absolute_slope_at_zero");
  require(is_of_models(map.kind) && !map.projected,
          "chunked attention does not support feature map " + name(map));
}

/// The features of every head under the conventions of a task. omega is converted once to the
/// scalar of the computation.
template <class T>
class FeaturesOfHeads {
 public:
  FeaturesOfHeads(const FeatureMap& map, const AttentionConventions& conventions, bool given,
                  const HeadsView<T>& omega)
      : map_(map),
        given_(given),
        slope_at_zero_(static_cast<A>(map.kind == FeatureKind::relu
                                          ? conventions.relu_slope_at_zero
                                          : conventions.absolute_slope_at_zero)),
        omega_(MemoryTag::parameters, given || omega.empty() ? 0 : omega.sizes.entries()),
        rows_(omega.sizes.rows),
        cols_(omega.sizes.cols) {
    for (Index h = 0; h < (omega_.empty() ? 0 : omega.sizes.heads); ++h) {
      MatrixView<A>(omega_.data() + h * rows_ * cols_, rows_, cols_) =
          omega(0, h).template cast<A>();
    }
  }
  void apply(Index h, const StridedView<const accumulator_t<T>>& X,
             StridedView<accumulator_t<T>> G) const {
    if (given_) {
      G = X;
    } else {
      of_head(h).apply(X, G);
    }
  }
  /// dG is overwritten.
  void pull_back(Index h, const StridedView<const accumulator_t<T>>& X,
                 StridedView<accumulator_t<T>> dG, StridedView<accumulator_t<T>> dX) const {
    if (given_) {
      dX = dG;
    } else {
      of_head(h).pull_back(X, dG, dX);
    }
  }

 private:
  using A = accumulator_t<T>;

  HeadFeatures<A> of_head(Index h) const {
    if (omega_.empty()) return {map_, slope_at_zero_, {nullptr, 0, 0}};
    return {map_, slope_at_zero_, {omega_.data() + h * rows_ * cols_, rows_, cols_}};
  }

  FeatureMap map_;
  bool given_;
  A slope_at_zero_;
  Buffer<A> omega_;
  Index rows_;
  Index cols_;
};

/// Work space for one slice of attention of at most C rows. The arrays of a head are contiguous.
/// Memory: H C (2 D + 4 M + 4 d) numbers, H (d + 1) M for the sum of a slice, and what the prefix
/// sum stores.
template <class T>
class AttentionSpace {
 public:
  using A = accumulator_t<T>;

  AttentionSpace(const AttentionTask<T>& task, Index rows, const PrefixSum<A>& prefix_sum)
      : D_(task.q.sizes.cols),
        d_(task.v.sizes.cols),
        M_(task.features()),
        kept_(prefix_sum.kept({rows, d_, M_})),
        scratch_(prefix_sum.scratch({rows, d_, M_})),
        capacity_(rows),
        per_head_(rows * (2 * D_ + 4 * M_ + 4 * d_) + kept_ + scratch_),
        values_(MemoryTag::slice, task.v.sizes.heads * (per_head_ + (d_ + 1) * M_)),
        sums_(values_.data() + task.v.sizes.heads * per_head_) {}

  /// One head's arrays, of `rows` rows.
  struct Head {
    StridedView<A> X;         ///< [C, D], queries or keys before the feature map
    StridedView<A> dX;        ///< [C, D]
    StridedView<A> gQ, gK;    ///< [C, M]
    StridedView<A> dgQ, dgK;  ///< [C, M]
    StridedView<A> V, Y;      ///< [C, d]
    StridedView<A> dY, dV;    ///< [C, d]
    std::span<A> kept;
    std::span<A> scratch;
  };
  Head head(Index h, Index rows) {
    A* at = values_.data() + h * per_head_;
    auto take = [&](Index cols) {
      const StridedView<A> view(at, rows, cols, Eigen::OuterStride<>(cols));
      at += capacity_ * cols;
      return view;
    };
    auto take_span = [&](Index size) {
      const std::span<A> span(at, static_cast<std::size_t>(size));
      at += size;
      return span;
    };
    return {.X = take(D_),
            .dX = take(D_),
            .gQ = take(M_),
            .gK = take(M_),
            .dgQ = take(M_),
            .dgK = take(M_),
            .V = take(d_),
            .Y = take(d_),
            .dY = take(d_),
            .dV = take(d_),
            .kept = take_span(kept_),
            .scratch = take_span(scratch_)};
  }
  /// The slice's contribution to the sums of head h: RS [d + 1, M]; the heads are contiguous.
  MatrixView<A> slice_sum(Index h) { return {sums_ + h * (d_ + 1) * M_, d_ + 1, M_}; }

 private:
  Index D_;
  Index d_;
  Index M_;
  Index kept_;
  Index scratch_;
  Index capacity_;
  Index per_head_;
  Buffer<A> values_;
  A* sums_;
};

/// One slice of attention: reads from the task and writes to the result. Every step runs over all
/// heads.
template <class T>
class AttentionSlice {
 public:
  using A = accumulator_t<T>;
  using Head = typename AttentionSpace<T>::Head;

  AttentionSlice(const AttentionTask<T>& task, AttentionResult<T>& result, Index rows,
                 const PrefixSum<A>& prefix_sum)
      : task_(task),
        result_(result),
        prefix_sum_(prefix_sum),
        workers_(task.threads),
        features_(task.feature_map, task.conventions, task.features_given, task.omega),
        space_(task, rows, prefix_sum) {}

  [[nodiscard]] Index heads() const { return task_.v.sizes.heads; }
  Head head(Index h, Index rows) { return space_.head(h, rows); }
  MatrixView<A> slice_sum(Index h) { return space_.slice_sum(h); }
  LayerSums<const A> slice_sums() {
    const MatrixView<A> first = space_.slice_sum(0);
    return {first.data(), heads() * first.size()};
  }
  template <class Body>
  void for_each_head(const Body& body) {
    workers_.run(heads(), body);
  }

  /// g(K) and V, 0 where a key is masked.
  void load_keys(const Slice& at) {
    for_each_head([&](Index h) {
      Head s = head(h, at.rows);
      s.X = rows_of(task_.k, h, at);
      s.V = rows_of(task_.v, h, at);
      features_.apply(h, reading(s.X), s.gK);
      for (Index l = 0; l < at.rows; ++l) {
        if (task_.takes_part(at.b, at.first + l)) continue;
        s.gK.row(l).setConstant(A(0));
        s.V.row(l).setConstant(A(0));
      }
    });
  }
  /// Requires load_keys().
  void make_slice_sum(const Slice& at) {
    for_each_head([&](Index h) {
      prefix_sum_.slice_sum(head_slice(h, at.rows, nullptr), space_.slice_sum(h));
    });
  }
  void load_queries(const Slice& at) {
    for_each_head([&](Index h) {
      Head s = head(h, at.rows);
      s.X = rows_of(task_.q, h, at);
      features_.apply(h, reading(s.X), s.gQ);
    });
  }
  /// dY; 0 when the task has none.
  void load_cotangent(const Slice& at) {
    for_each_head([&](Index h) {
      Head s = head(h, at.rows);
      if (task_.out_cotangent.empty()) {
        s.dY.setConstant(A(0));
      } else {
        s.dY = rows_of(task_.out_cotangent, h, at);
      }
    });
  }
  /// Writes Y to the result.
  void put_output(const Slice& at) {
    for (Index h = 0; h < heads(); ++h) put(reading(head(h, at.rows).Y), result_.out, h, at);
  }
  /// Pulls dg(Q) back to dq in the result. Overwrites dg(Q).
  void pull_back_queries(const Slice& at) {
    for_each_head([&](Index h) {
      Head s = head(h, at.rows);
      s.X = rows_of(task_.q, h, at);
      features_.pull_back(h, reading(s.X), s.dgQ, s.dX);
      put(reading(s.dX), result_.dq, h, at);
    });
  }
  /// Pulls dg(K) back to dk, and writes dk and dv to the result, 0 where a key is masked.
  /// Overwrites dg(K).
  void pull_back_keys(const Slice& at) {
    for_each_head([&](Index h) {
      Head s = head(h, at.rows);
      s.X = rows_of(task_.k, h, at);
      features_.pull_back(h, reading(s.X), s.dgK, s.dX);
      for (Index l = 0; l < at.rows; ++l) {
        if (task_.takes_part(at.b, at.first + l)) continue;
        s.dX.row(l).setConstant(A(0));
        s.dV.row(l).setConstant(A(0));
      }
      put(reading(s.dX), result_.dk, h, at);
      put(reading(s.dV), result_.dv, h, at);
    });
  }

  /// The input of a prefix sum for head h. `sums` holds RS of all heads in order; null if the
  /// callee does not read it.
  HeadSlice<A> head_slice(Index h, Index rows, const A* sums) {
    const Head s = head(h, rows);
    const Index d = s.V.cols();
    const Index M = s.gK.cols();
    const A* RS = sums == nullptr ? nullptr : sums + h * (d + 1) * M;
    return {.gQ = reading(s.gQ),
            .gK = reading(s.gK),
            .V = reading(s.V),
            .R = {RS, d, M},
            .S = {RS == nullptr ? nullptr : RS + d * M, M},
            .epsilon = static_cast<A>(task_.conventions.epsilons[EpsilonPlace::denominator])};
  }
  static StridedView<const A> reading(const StridedView<A>& view) {
    return {view.data(), view.rows(), view.cols(), Eigen::OuterStride<>(view.outerStride())};
  }

 private:
  static auto rows_of(const HeadsView<T>& view, Index h, const Slice& at) {
    const Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic> strides(view.strides.rows,
                                                                view.strides.cols);
    const T* first = view.data + at.b * view.strides.batch + h * view.strides.heads +
                     at.first * view.strides.rows;
    return HeadView<T>(first, at.rows, view.sizes.cols, strides).template cast<A>();
  }
  static void put(const StridedView<const A>& from, Heads<T>& to, Index h, const Slice& at) {
    to(at.b, h).middleRows(at.first, at.rows) =
        from.unaryExpr([](const A& x) { return rounded_to<T>(x); });
  }

  const AttentionTask<T>& task_;
  AttentionResult<T>& result_;
  const PrefixSum<A>& prefix_sum_;
  Workers workers_;
  FeaturesOfHeads<T> features_;
  AttentionSpace<T> space_;
};

}  // namespace slim::chunked
