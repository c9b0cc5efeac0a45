// SPDX-License-Identifier: Apache-2.0
#pragma once

// Template definitions of attention.hpp, to be included by the files of instances/ only.

#include "chunked/attention/attention.hpp"
#include "chunked/attention/attention_slice.hpp"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>

namespace slim::chunked {
namespace detail {

/// The sums of one sequence, [d + 1, M] for every head: those of the task, or zero.
template <class A>
void write_sums(const HeadsView<A>& given, Index b, State<A>& sums, Index heads) {
  for (Index h = 0; h < heads; ++h) {
    if (given.empty()) {
      sums.RS(0, 0, h).setConstant(A(0));
    } else {
      sums.RS(0, 0, h) = given(b, h);
    }
  }
}
template <class A>
void put_sums(const LayerSums<const A>& sums, Heads<A>& to, Index b) {
  std::copy_n(sums.data(), sums.size(), to(b, 0).data());
}
template <class A>
void put_sums(const State<A>& sums, Heads<A>& to, Index b) {
  std::copy(sums.values().begin(), sums.values().end(), to(b, 0).data());
}

/// Causal attention of one sequence.
template <class T>
class CausalAttention {
 public:
  using A = accumulator_t<T>;

  CausalAttention(const AttentionTask<T>& task, AttentionResult<T>& result, Cut cut,
                  Boundary<A>& boundary, const PrefixSum<A>& prefix_sum, const StateSizes& sizes)
      : task_(task),
        result_(result),
        cut_(cut),
        boundary_(boundary),
        prefix_sum_(prefix_sum),
        sizes_(sizes),
        slice_(task, result, cut.C, prefix_sum),
        start_(sizes, 1),
        G_(task.wants_pullback ? State<A>(sizes, 1) : State<A>()) {}

  void operator()(Index b) {
    const Index N = cut_.slices();
    write_sums(task_.start, b, start_, sizes_.heads);
    boundary_.begin(sizes_, N, {&start_, 0});
    do {
      for (Index n = 0; n + (task_.wants_pullback ? 1 : 0) < N; ++n) forward_slice(n, b);
    } while (boundary_.restart());
    if (!task_.wants_pullback) return;

    if (boundary_.learns_later()) {
      G_.set_zero();
    } else {
      write_sums(task_.end_cotangent, b, G_, sizes_.heads);
    }
    const typename Boundary<A>::RunAgain run_again = [&](Index n) { forward_slice(n, b); };
    for (Index n = N - 1; n >= 0; --n) {
      boundary_.prepare(n, run_again);
      restore(n, b);
      pull_back(cut_.slice(n, b));
    }
    put_sums(G_, result_.start_gradient, b);
  }

 private:
  /// One slice of the forward sweep: the sums, and the output if there is no other sweep.
  void forward_slice(Index n, Index b) {
    const Slice at = cut_.slice(n, b);
    const bool last = n + 1 == cut_.slices();
    slice_.load_keys(at);
    slice_.make_slice_sum(at);
    if (boundary_.learns_later()) boundary_.restore(n, 0, slice_.slice_sums());
    if (!task_.wants_pullback) attend(n, at);
    if (last) {
      put_end(n, b);
    } else {
      boundary_.advance(n, 0, slice_.slice_sums());
    }
  }
  void restore(Index n, Index b) {
    const Slice at = cut_.slice(n, b);
    const bool last = n + 1 == cut_.slices();
    const bool needs_slice_sum = boundary_.needs_slice_sum(n);
    slice_.load_keys(at);
    if (needs_slice_sum || last) slice_.make_slice_sum(at);
    boundary_.restore(n, 0, needs_slice_sum ? slice_.slice_sums() : LayerSums<const A>(nullptr, 0));
    if (last) put_end(n, b);
    attend(n, at);
  }
  void attend(Index n, const Slice& at) {
    slice_.load_queries(at);
    slice_.for_each_head([&](Index h) {
      auto s = slice_.head(h, at.rows);
      prefix_sum_.forward(head_slice(n, h, at.rows), s.Y, s.kept, s.scratch);
    });
    slice_.put_output(at);
    start_of_ = n;
  }
  void pull_back(const Slice& at) {
    slice_.load_cotangent(at);
    slice_.for_each_head([&](Index h) {
      auto s = slice_.head(h, at.rows);
      prefix_sum_.pull_back(head_slice(start_of_, h, at.rows),
                            {.Y = slice_.reading(s.Y),
                             .dY = s.dY,
                             .dgQ = s.dgQ,
                             .dgK = s.dgK,
                             .dV = s.dV,
                             .dR = G_.R(0, 0, h),
                             .dS = G_.S(0, 0, h)},
                            s.kept, s.scratch);
    });
    if (boundary_.learns_later()) add_later(at);
    slice_.pull_back_queries(at);
    slice_.pull_back_keys(at);
  }
  void add_later(const Slice& at) {
    const LayerSums<const A> later =
        boundary_.later(start_of_, 0, layer_sums(G_, 0, 0, sizes_.heads));
    slice_.for_each_head([&](Index h) {
      auto s = slice_.head(h, at.rows);
      const A* dRS = later.data() + h * (sizes_.width + 1) * sizes_.features;
      add_later_rows<A>(head_slice(start_of_, h, at.rows), {dRS, sizes_.width, sizes_.features},
                        {dRS + sizes_.width * sizes_.features, sizes_.features}, s.dgK, s.dV);
    });
  }
  HeadSlice<A> head_slice(Index n, Index h, Index rows) {
    return slice_.head_slice(h, rows, boundary_.start(n, 0).data());
  }
  void put_end(Index n, Index b) {
    LayerSums<A>(result_.end(b, 0).data(), sizes_.layer_entries()) =
        boundary_.start(n, 0) + slice_.slice_sums();
  }

  const AttentionTask<T>& task_;
  AttentionResult<T>& result_;
  Cut cut_;
  Boundary<A>& boundary_;
  const PrefixSum<A>& prefix_sum_;
  StateSizes sizes_;
  AttentionSlice<T> slice_;
  State<A> start_;
  State<A> G_;
  Index start_of_ = 0;  ///< the slice whose start the prefix sum reads
};

/// What the other parts of a sequence contribute, if not all rows are here.
template <class A>
struct OtherParts {
  /// Add their sums, or the cotangents of sums, to these.
  std::function<void(std::span<A>)> add_sums{};
  std::function<void(std::span<A>)> add_cotangents{};
  /// Whether another part adds the task's start state and end cotangent.
  bool add_given = false;
};

/// Bidirectional attention of one sequence: every row attends to all rows.
template <class T>
class TotalAttention {
 public:
  using A = accumulator_t<T>;

  TotalAttention(const AttentionTask<T>& task, AttentionResult<T>& result, Cut cut,
                 const PrefixSum<A>& prefix_sum, const StateSizes& sizes, OtherParts<A> others = {})
      : task_(task),
        result_(result),
        cut_(cut),
        sizes_(sizes),
        slice_(task, result, cut.C, prefix_sum),
        others_(std::move(others)),
        totals_(sizes, 1),
        G_(task.wants_pullback ? State<A>(sizes, 1) : State<A>()) {}

  void operator()(Index b) {
    const Index N = cut_.slices();
    const HeadsView<A> none;
    write_sums(others_.add_given ? none : task_.start, b, totals_, sizes_.heads);
    LayerSums<A> totals = layer_sums(totals_, 0, 0, sizes_.heads);
    for (Index n = 0; n < N; ++n) {
      slice_.load_keys(cut_.slice(n, b));
      slice_.make_slice_sum(cut_.slice(n, b));
      totals += slice_.slice_sums();
    }
    if (others_.add_sums) others_.add_sums(totals_.values());
    put_sums(totals_, result_.end, b);
    if (task_.wants_pullback) {
      write_sums(others_.add_given ? none : task_.end_cotangent, b, G_, sizes_.heads);
    }
    for (Index n = 0; n < N; ++n) queries(cut_.slice(n, b));
    if (!task_.wants_pullback) return;
    if (others_.add_cotangents) others_.add_cotangents(G_.values());
    for (Index n = 0; n < N; ++n) keys(cut_.slice(n, b));
    put_sums(G_, result_.start_gradient, b);
  }

 private:
  /// Y = g(Q) Rᵀ / (g(Q) S + ε). Pullback: dA = dY/D, dD = -(dA·Y), dg(Q) = dA R + dD Sᵀ, dR += dAᵀ
  /// g(Q), dS += g(Q)ᵀ dD.
  void queries(const Slice& at) {
    slice_.load_queries(at);
    if (task_.wants_pullback) slice_.load_cotangent(at);
    const A epsilon = static_cast<A>(task_.conventions.epsilons[EpsilonPlace::denominator]);
    slice_.for_each_head([&](Index h) {
      auto s = slice_.head(h, at.rows);
      const MatrixView<A> R = totals_.R(0, 0, h);
      const VectorView<A> S = totals_.S(0, 0, h);
      multiply<A>(s.gQ, R.transpose(), s.Y, Into::overwrite);
      for (Index l = 0; l < at.rows; ++l) {
        const A D = s.gQ.row(l).dot(S) + epsilon;
        s.Y.row(l) /= D;
        if (!task_.wants_pullback) continue;
        s.dY.row(l) /= D;
        const A dD = -s.dY.row(l).dot(s.Y.row(l));
        s.dgQ.row(l) = dD * S.transpose();
        G_.S(0, 0, h) += dD * s.gQ.row(l).transpose();
      }
      if (!task_.wants_pullback) return;
      multiply<A>(s.dY, R, s.dgQ, Into::add);
      multiply<A>(s.dY.transpose(), s.gQ, G_.R(0, 0, h), Into::add);
    });
    slice_.put_output(at);
    if (task_.wants_pullback) slice_.pull_back_queries(at);
  }
  /// dg(K) = V dR + 1 dSᵀ, dV = g(K) dRᵀ.
  void keys(const Slice& at) {
    slice_.load_keys(at);
    slice_.for_each_head([&](Index h) {
      auto s = slice_.head(h, at.rows);
      multiply<A>(s.V, G_.R(0, 0, h), s.dgK, Into::overwrite);
      s.dgK.rowwise() += G_.S(0, 0, h).transpose();
      multiply<A>(s.gK, G_.R(0, 0, h).transpose(), s.dV, Into::overwrite);
    });
    slice_.pull_back_keys(at);
  }

  const AttentionTask<T>& task_;
  AttentionResult<T>& result_;
  Cut cut_;
  StateSizes sizes_;
  AttentionSlice<T> slice_;
  OtherParts<A> others_;
  State<A> totals_;
  State<A> G_;
};

template <class T>
void prepare(const AttentionTask<T>& task, AttentionResult<T>& result) {
  const HeadsSizes none;
  const bool wants = task.wants_pullback;
  result.out.resize(task.out_sizes(), MemoryTag::result);
  result.end.resize(task.state_sizes(), MemoryTag::result);
  result.dq.resize(wants ? task.q.sizes : none, MemoryTag::result);
  result.dk.resize(wants ? task.k.sizes : none, MemoryTag::result);
  result.dv.resize(wants ? task.v.sizes : none, MemoryTag::result);
  result.start_gradient.resize(wants ? task.state_sizes() : none, MemoryTag::result);
}

}  // namespace detail

/// The sizes of a state of one sequence.
template <class T>
StateSizes sizes_of_state(const AttentionTask<T>& task) {
  StateSizes sizes;
  sizes.heads = task.v.sizes.heads;
  sizes.width = task.v.sizes.cols;
  sizes.features = task.features();
  return sizes;
}

template <class T>
void attention(const AttentionTask<T>& task, AttentionResult<T>& result,
               Boundary<accumulator_t<T>>& boundary,
               const PrefixSum<accumulator_t<T>>& prefix_sum) {
  require_valid(task);
  require_own(task.conventions, task.feature_map);
  detail::prepare(task, result);
  const Cut cut(task.v.sizes.rows, task.slice_length);
  const StateSizes sizes = sizes_of_state(task);
  if (task.causal) {
    detail::CausalAttention<T> causal(task, result, cut, boundary, prefix_sum, sizes);
    for (Index b = 0; b < task.v.sizes.batch; ++b) causal(b);
  } else {
    detail::TotalAttention<T> total(task, result, cut, prefix_sum, sizes);
    for (Index b = 0; b < task.v.sizes.batch; ++b) total(b);
  }
}

template <class T>
void features(const FeaturesTask<T>& task, FeaturesResult<T>& result) {
  using A = accumulator_t<T>;
  require_valid(task);
  require_own(task.conventions, task.feature_map);
  result.out.resize(task.out_sizes(), MemoryTag::result);
  const FeaturesOfHeads<T> of_heads(task.feature_map, task.conventions, false, task.omega);
  const Index H = task.x.sizes.heads;
  const Index L = task.x.sizes.rows;
  const Index D = task.x.sizes.cols;
  const Index M = task.out_sizes().cols;
  Workers workers(task.threads);
  workers.run(task.x.sizes.batch * H, [&](Index at) {
    const Matrix<A> X = task.x(at / H, at % H).template cast<A>();
    Matrix<A> G(L, M);
    of_heads.apply(at % H, {X.data(), L, D, Eigen::OuterStride<>(D)},
                   {G.data(), L, M, Eigen::OuterStride<>(M)});
    result.out(at / H, at % H) = G.unaryExpr([](const A& x) { return rounded_to<T>(x); });
  });
}

}  // namespace slim::chunked
