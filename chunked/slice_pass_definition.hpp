// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/slice_pass.hpp"

namespace slim::chunked {

template <class T>
MatrixView<const T> read_only(const MatrixView<T>& view) {
  return {view.data(), view.rows(), view.cols()};
}

/// The feed-forward branch splits a long slice into panels of at most this many rows, so that the
/// result of its first product is still in the cache when the second reads it. The split depends on
/// sizes alone.
inline constexpr Index panel_rows = 256;

/// Software scalars do not profit from the cache and get one panel, so that no chain of operations
/// grows with the number of panels.
template <class T, class Body>
void for_each_panel(Index rows, const Body& body) {
  const Index most = is_hardware_float<T> ? panel_rows : rows;
  for (Index first = 0; first < rows; first += most) {
    body(first, std::min(most, rows - first));
  }
}

/// Sum of the losses of a slice: in order for hardware scalars, else pairwise.
template <class T>
Wide<T> sum_of_losses(const T* losses, Index rows) {
  if constexpr (is_hardware_float<T>) {
    Wide<T> total(0);
    for (Index l = 0; l < rows; ++l) total += Wide<T>(losses[l]);
    return total;
  } else {
    return pairwise_sum<Wide<T>>(0, rows, [&](Index l) { return Wide<T>(losses[l]); });
  }
}

/// Rows first … first + rows - 1.
template <class View>
View rows_of(View X, Index first, Index rows) {
  return {X.data() + first * X.cols(), rows, X.cols()};
}

template <class T>
void SlicePass<T>::forward_slice(const Slice& slice, Index read_out, bool passes_on,
                                 State<A>* end) {
  rows_ = slice.rows;
  embed(slice, space_.layer(0).X);
  store_rounded(0, Activation::X);
  for (Index r = 0; r < model_.layers; ++r) {
    const LayerActivations<A>& a = space_.layer(r);
    const LayerParameters<const A> theta = weights_.theta().layer(r);
    const Read input = attention_input(a, theta);
    linear_maps(a, theta, input, r, r < read_out);
    if (r < read_out) attend(slice, a, theta, r);
    if (passes_on || end != nullptr) make_slice_sum(a, slice.n, r);
    if (passes_on) boundary_.advance(slice.n, r, slice_sum());
    if (end != nullptr) {
      layer_sums(*end, 0, r, model_.heads) = boundary_.start(slice.n, r) + slice_sum();
    }
    if (r < read_out) feed_forward(theta, r);
  }
}

template <class T>
Wide<accumulator_t<T>> SlicePass<T>::pass_whole(const Slice& slice, bool passes_on) {
  forward_slice(slice, model_.layers, passes_on, nullptr);
  const View Z = view(space_.hidden, model_.vocab_size);
  apply<A>(workers_, weights_.theta().output_logit_map(), read_wide(space_.output), Z);
  for_each_row(workers_, rows_, [&](Index l) {
    const Index at = slice.first + l;
    space_.losses[l] = task_.sequences.counts(slice.b, at)
                           ? cross_entropy<A>(Z.row(l), task_.sequences.target(slice.b, at))
                           : A(0);
  });
  return sum_of_losses<A>(space_.losses, rows_);
}

template <class T>
void SlicePass<T>::restore(const Slice& slice, State<A>* end) {
  rows_ = slice.rows;
  embed(slice, space_.layer(0).X);
  store_rounded(0, Activation::X);
  for (Index r = 0; r < model_.layers; ++r) {
    const LayerActivations<A>& a = space_.layer(r);
    const LayerParameters<const A> theta = weights_.theta().layer(r);
    const Read input = attention_input(a, theta);
    linear_maps(a, theta, input, r, true);
    const bool needs_slice_sum = boundary_.needs_slice_sum(slice.n);
    if (needs_slice_sum || end != nullptr) make_slice_sum(a, slice.n, r);
    boundary_.restore(slice.n, r, needs_slice_sum ? slice_sum() : LayerSums<const A>(nullptr, 0));
    if (end != nullptr) {
      layer_sums(*end, slice.b, r, model_.heads) = boundary_.start(slice.n, r) + slice_sum();
    }
    attend(slice, a, theta, r);
    feed_forward(theta, r);
  }
}

template <class T>
void SlicePass<T>::store_rounded(Index r, Activation which) {
  store_rounded(r, which, 0, rows_);
}

template <class T>
void SlicePass<T>::store_rounded([[maybe_unused]] Index r, [[maybe_unused]] Activation which,
                                 [[maybe_unused]] Index first, [[maybe_unused]] Index rows) {
  if constexpr (is_narrow<T>) {
    A* place = space_.layer(r).of(which);
    if (place == nullptr) return;
    T* stored = space_.stored(r, which);
    const Index cols = which == Activation::U ? model_.ffn_dim : model_.hidden_dim;
    for_each_row(workers_, rows, [&](Index l) {
      for (Index at = (first + l) * cols; at < (first + l + 1) * cols; ++at) {
        stored[at] = static_cast<T>(place[at]);
        place[at] = static_cast<A>(stored[at]);
      }
    });
  }
}

template <class T>
void SlicePass<T>::load_rounded([[maybe_unused]] Index r) {
  if constexpr (is_narrow<T>) {
    for (const Activation which : {Activation::X, Activation::Q, Activation::K, Activation::V,
                                   Activation::Y, Activation::H, Activation::F, Activation::U}) {
      A* place = space_.layer(r).of(which);
      if (place == nullptr) continue;
      const T* stored = space_.stored(r, which);
      const Index cols = which == Activation::U ? model_.ffn_dim : model_.hidden_dim;
      std::transform(stored, stored + rows_ * cols, place,
                     [](const T& x) { return static_cast<A>(x); });
    }
  }
}

template <class T>
void SlicePass<T>::embed(const Slice& slice, A* X) {
  embedding_(workers_, weights_.theta().input_map(), task_.sequences, slice.b, slice.first,
             task_.first_position + slice.first, wide(X));
}

template <class T>
MatrixView<const accumulator_t<T>> SlicePass<T>::attention_input(
    const LayerActivations<A>& a, const LayerParameters<const A>& theta) {
  if (model_.norm == Norm::branch_output) return read_wide(a.X);
  layer_norm<A>(workers_, theta.layernorm1, model_.conventions.layer_norm_epsilon, read_wide(a.X),
                nullptr, wide(space_.Z), moments(a, 0));
  return read_wide(space_.Z);
}

template <class T>
void SlicePass<T>::linear_maps(const LayerActivations<A>& a, const LayerParameters<const A>& theta,
                               const Read& input, Index r, bool with_queries) {
  const std::array maps{std::pair{theta.k_map, wide(a.K)}, std::pair{theta.v_map, wide(a.V)},
                        std::pair{theta.q_map, wide(a.Q)}};
  apply<A>(workers_, input, std::span(maps).first(with_queries ? 3 : 2));
  if (with_queries) store_rounded(r, Activation::Q);
  store_rounded(r, Activation::K);
  store_rounded(r, Activation::V);
  workers_.run(model_.heads, [&](Index h) {
    features(r, h).apply(read_head(a.K, h, model_.head_dim()),
                         head(space_.gK, h, model_.features()));
  });
}

template <class T>
HeadSlice<accumulator_t<T>> SlicePass<T>::head_slice(const LayerActivations<A>& a, Index n, Index r,
                                                     Index h) const {
  const Index d = model_.head_dim();
  const Index M = model_.features();
  const A* RS = boundary_.start(n, r).data() + h * (d + 1) * M;
  return {.gQ = read_head(space_.gQ, h, M),
          .gK = read_head(space_.gK, h, M),
          .V = read_head(a.V, h, d),
          .R = {RS, d, M},
          .S = {RS + d * M, M},
          .epsilon = static_cast<A>(model_.conventions.denominator_epsilon)};
}

template <class T>
void SlicePass<T>::make_slice_sum(const LayerActivations<A>& a, Index n, Index r) {
  const Index d = model_.head_dim();
  const Index M = model_.features();
  workers_.run(model_.heads, [&](Index h) {
    prefix_sum_.slice_sum(head_slice(a, n, r, h), {space_.slice_sum + h * (d + 1) * M, d + 1, M});
  });
}

template <class T>
void SlicePass<T>::attend(const Slice& slice, const LayerActivations<A>& a,
                          const LayerParameters<const A>& theta, Index r) {
  workers_.run(model_.heads, [&](Index h) {
    features(r, h).apply(read_head(a.Q, h, model_.head_dim()),
                         head(space_.gQ, h, model_.features()));
    prefix_sum_.forward(head_slice(a, slice.n, r, h), head(a.Y, h, model_.head_dim()), kept(a, h),
                        scratch(h));
  });
  store_rounded(r, Activation::Y);
  if (model_.norm == Norm::branch_output) {
    // H = X + LN(Y)
    const Read X = read_wide(a.X);
    layer_norm<A>(workers_, theta.layernorm1, model_.conventions.layer_norm_epsilon, read_wide(a.Y),
                  &X, wide(a.H), moments(a, 0));
  } else {
    // H = X + Y
    for_each_row(workers_, rows_, [&](Index l) {
      wide(a.H).row(l) = read_wide(a.X).row(l) + read_wide(a.Y).row(l);
    });
  }
  store_rounded(r, Activation::H);
}

template <class T>
void SlicePass<T>::feed_forward(const LayerParameters<const A>& theta, Index r) {
  const LayerActivations<A>& a = space_.layer(r);
  const bool last = r + 1 == model_.layers;
  A* out = last ? space_.output : space_.layer(r + 1).X;
  const bool output_norm = model_.norm == Norm::branch_output;
  const double epsilon = model_.conventions.layer_norm_epsilon;
  Read input = read_wide(a.H);
  if (!output_norm) {
    layer_norm<A>(workers_, theta.layernorm2, epsilon, input, nullptr, wide(space_.Z),
                  moments(a, 1));
    new (&input) Read(read_wide(space_.Z));
  }
  // F = GeLU(input Wᵤᵀ + bᵤ) Wᵥᵀ + bᵥ
  A* F = output_norm ? a.F : out;
  for_each_panel<A>(rows_, [&](Index first, Index rows) {
    const View U = rows_of(view(a.U, model_.ffn_dim), first, rows);
    const View hidden(space_.hidden, rows, model_.ffn_dim);
    apply<A>(workers_, theta.U_map, rows_of(input, first, rows), U);
    store_rounded(r, Activation::U, first, rows);
    gelu<A>(workers_, model_.conventions.gelu_tanh != 0.0, read_only<A>(U), hidden);
    apply<A>(workers_, theta.V_map, read_only<A>(hidden), rows_of(wide(F), first, rows));
  });
  if (output_norm) {
    // X' = H + LN(F)
    store_rounded(r, Activation::F);
    const Read H = read_wide(a.H);
    layer_norm<A>(workers_, theta.layernorm2, epsilon, read_wide(F), &H, wide(out), moments(a, 1));
  } else {
    // X' = H + F
    for_each_row(workers_, rows_, [&](Index l) { wide(out).row(l) += read_wide(a.H).row(l); });
  }
  if (!last) store_rounded(r + 1, Activation::X);
}

template <class T>
Wide<accumulator_t<T>> SlicePass<T>::loss(const Slice& slice, const A& scale, Matrix<T>* logits,
                                          Parameters<A>& gradient) {
  const LinearMap<const A> map = weights_.theta().output_logit_map();
  const View Z = view(space_.hidden, model_.vocab_size);
  apply<A>(workers_, map, read_wide(space_.output), Z);
  if (logits != nullptr) {
    logits->middleRows(slice.b * task_.sequences.length() + slice.first, rows_) =
        Z.unaryExpr([](const A& z) { return rounded_to<T>(z); });
  }
  for_each_row(workers_, rows_, [&](Index l) {
    View rows = Z;
    if (task_.sequences.counts(slice.b, slice.first + l)) {
      space_.losses[l] = cross_entropy_with_gradient<A>(
          rows.row(l), task_.sequences.target(slice.b, slice.first + l), scale);
    } else {
      space_.losses[l] = A(0);
      rows.row(l).setConstant(A(0));
    }
  });
  Wide<A> total = sum_of_losses<A>(space_.losses, rows_);

  pull_back_weights<A>(workers_, read_only<A>(Z), read_wide(space_.output),
                       gradient.output_logit_map());
  pull_back_input<A>(workers_, map, read_only<A>(Z), wide(space_.dX), Into::overwrite);
  return total;
}

template <class T>
void SlicePass<T>::pull_back(const Slice& slice, State<A>& G, Index b, Parameters<A>& gradient) {
  for (Index r = model_.layers - 1; r >= 0; --r) {
    const LayerActivations<A>& a = space_.layer(r);
    const LayerParameters<const A> theta = weights_.theta().layer(r);
    load_rounded(r);
    pull_back_feed_forward(a, theta, gradient.layer(r));
    pull_back_attention(slice, a, theta, gradient.layer(r), r, G, b);
  }
  embedding_.pull_back(task_.sequences, slice.b, slice.first, read_wide(space_.dX),
                       gradient.input_map());
}

/// dX holds dX' on entry and dH on return.
template <class T>
void SlicePass<T>::pull_back_feed_forward(const LayerActivations<A>& a,
                                          const LayerParameters<const A>& theta,
                                          LayerParameters<A> gradient) {
  const bool output_norm = model_.norm == Norm::branch_output;
  const double epsilon = model_.conventions.layer_norm_epsilon;
  const Index d_ff = model_.ffn_dim;
  Read dF = read_wide(space_.dX);
  Read input = read_wide(a.H);
  if (output_norm) {
    pull_back_layer_norm<A>(workers_, theta.layernorm2, read_wide(a.F), moments(a, 1),
                            read_wide(space_.dX), wide(space_.dY), Into::overwrite,
                            gradient.layernorm2);
    new (&dF) Read(read_wide(space_.dY));
  } else {
    layer_norm<A>(workers_, theta.layernorm2, epsilon, read_wide(a.H), nullptr, wide(space_.Z),
                  moments(a, 1));
    new (&input) Read(read_wide(space_.Z));
  }
  const View dInput = wide(output_norm ? space_.dX : space_.dY);
  for_each_panel<A>(rows_, [&](Index first, Index rows) {
    const Read dF_panel = rows_of(dF, first, rows);
    // The slope of GeLU overwrites U, and the cotangent of its output overwrites that output.
    const View U = rows_of(view(a.U, d_ff), first, rows);
    const View hidden(space_.hidden, rows, d_ff);
    gelu_and_slope<A>(workers_, model_.conventions.gelu_tanh != 0.0, U, hidden);
    pull_back_weights<A>(workers_, dF_panel, read_only<A>(hidden), gradient.V_map);
    const View dHidden(space_.hidden, rows, d_ff);
    pull_back_input<A>(workers_, theta.V_map, dF_panel, dHidden, Into::overwrite);
    scale_by<A>(workers_, read_only<A>(U), dHidden);
    pull_back_weights<A>(workers_, read_only<A>(dHidden), rows_of(input, first, rows),
                         gradient.U_map);
    pull_back_input<A>(workers_, theta.U_map, read_only<A>(dHidden), rows_of(dInput, first, rows),
                       output_norm ? Into::add : Into::overwrite);
  });
  if (!output_norm) {
    pull_back_layer_norm<A>(workers_, theta.layernorm2, read_wide(a.H), moments(a, 1),
                            read_wide(space_.dY), wide(space_.dX), Into::add, gradient.layernorm2);
  }
}

/// dX holds dH on entry and the cotangent of the layer's input on return.
template <class T>
void SlicePass<T>::pull_back_attention(const Slice& slice, const LayerActivations<A>& a,
                                       const LayerParameters<const A>& theta,
                                       LayerParameters<A> gradient, Index r, State<A>& G, Index b) {
  const bool output_norm = model_.norm == Norm::branch_output;
  const Index d = model_.head_dim();
  const Index M = model_.features();
  if (output_norm) {
    pull_back_layer_norm<A>(workers_, theta.layernorm1, read_wide(a.Y), moments(a, 0),
                            read_wide(space_.dX), wide(space_.dY), Into::overwrite,
                            gradient.layernorm1);
  } else {
    for_each_row(workers_, rows_,
                 [&](Index l) { wide(space_.dY).row(l) = read_wide(space_.dX).row(l); });
  }
  const auto pull_back_features = [&](Index h) {
    const HeadFeatures<A> g = features(r, h);
    g.pull_back(read_head(a.Q, h, d), head(space_.dgQ, h, M), head(space_.dQ, h, d));
    g.pull_back(read_head(a.K, h, d), head(space_.dgK, h, M), head(space_.dK, h, d));
  };
  workers_.run(model_.heads, [&](Index h) {
    const HeadFeatures<A> g = features(r, h);
    g.apply(read_head(a.Q, h, d), head(space_.gQ, h, M));
    g.apply(read_head(a.K, h, d), head(space_.gK, h, M));
    prefix_sum_.pull_back(head_slice(a, slice.n, r, h),
                          {.Y = read_head(a.Y, h, d),
                           .dY = head(space_.dY, h, d),
                           .dgQ = head(space_.dgQ, h, M),
                           .dgK = head(space_.dgK, h, M),
                           .dV = head(space_.dV, h, d),
                           .dR = G.R(b, r, h),
                           .dS = G.S(b, r, h)},
                          kept(a, h), scratch(h));
    if (!boundary_.learns_later()) pull_back_features(h);
  });
  if (boundary_.learns_later()) {
    const LayerSums<const A> later = boundary_.later(slice.n, r, layer_sums(G, b, r, model_.heads));
    workers_.run(model_.heads, [&](Index h) {
      const A* dRS = later.data() + h * (d + 1) * M;
      add_later_rows<A>(head_slice(a, slice.n, r, h), {dRS, d, M}, {dRS + d * M, M},
                        head(space_.dgK, h, M), head(space_.dV, h, d));
      pull_back_features(h);
    });
  }

  const Read input = attention_input(a, theta);
  const Read dQ = read_wide(space_.dQ);
  const Read dK = read_wide(space_.dK);
  const Read dV = read_wide(space_.dV);
  pull_back_weights<A>(workers_,
                       std::array{std::pair{gradient.q_map, dQ}, std::pair{gradient.k_map, dK},
                                  std::pair{gradient.v_map, dV}},
                       input);
  pull_back_input<A>(workers_,
                     std::array{std::pair{theta.q_map, dQ}, std::pair{theta.k_map, dK},
                                std::pair{theta.v_map, dV}},
                     wide(output_norm ? space_.dX : space_.dY),
                     output_norm ? Into::add : Into::overwrite);
  if (!output_norm) {
    pull_back_layer_norm<A>(workers_, theta.layernorm1, read_wide(a.X), moments(a, 0),
                            read_wide(space_.dY), wide(space_.dX), Into::add, gradient.layernorm1);
  }
}

}  // namespace slim::chunked
