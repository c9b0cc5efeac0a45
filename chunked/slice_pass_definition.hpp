#pragma once

#include "chunked/slice_pass.hpp"

namespace slim::chunked {

template <class T>
MatrixView<const T> read_only(const MatrixView<T>& view) {
  return {view.data(), view.rows(), view.cols()};
}

template <class T>
void SlicePass<T>::go_up(const Slice& slice, Index read_out, bool passes_on) {
  rows_ = slice.rows;
  embed(slice, space_.layer(0).X);
  for (Index r = 0; r < model_.layers; ++r) {
    const LayerActivations<T>& a = space_.layer(r);
    const LayerParameters<const T> theta = task_.theta.layer(r);
    const Read input = attention_input(a, theta);
    keys_and_values(a, theta, input, r);
    if (r < read_out) attend(slice, a, theta, input, r);
    if (passes_on) {
      make_slice_sum(a, slice.n, r);
      boundary_.pass(slice.n, r, slice_sum());
    }
    if (r < read_out) {
      feed_forward(a, theta, r + 1 < model_.layers ? space_.layer(r + 1).X : space_.output);
    }
  }
}

template <class T>
Wide<T> SlicePass<T>::pass_whole(const Slice& slice, bool passes_on) {
  go_up(slice, model_.layers, passes_on);
  const View Z = view(space_.hidden, model_.vocab_size);
  apply<T>(workers_, task_.theta.output_logit_map(), read_wide(space_.output), Z);
  for_each_row(workers_, rows_, [&](Index l) {
    const Index at = slice.first + l;
    space_.losses[l] = task_.sequences.counts(slice.b, at)
                           ? cross_entropy<T>(Z.row(l), task_.sequences.target(slice.b, at))
                           : T(0);
  });
  Wide<T> total(0);
  for (Index l = 0; l < rows_; ++l) total += Wide<T>(space_.losses[l]);
  return total;
}

template <class T>
void SlicePass<T>::open(const Slice& slice, State<T>* end) {
  rows_ = slice.rows;
  embed(slice, space_.layer(0).X);
  for (Index r = 0; r < model_.layers; ++r) {
    const LayerActivations<T>& a = space_.layer(r);
    const LayerParameters<const T> theta = task_.theta.layer(r);
    const Read input = attention_input(a, theta);
    keys_and_values(a, theta, input, r);
    const bool wants_sum = boundary_.wants_sum(slice.n);
    if (wants_sum || end != nullptr) make_slice_sum(a, slice.n, r);
    boundary_.open(slice.n, r, wants_sum ? slice_sum() : LayerSums<const T>(nullptr, 0));
    if (end != nullptr) {
      layer_sums(*end, slice.b, r, model_.heads) = boundary_.start(slice.n, r) + slice_sum();
    }
    attend(slice, a, theta, input, r);
    feed_forward(a, theta, r + 1 < model_.layers ? space_.layer(r + 1).X : space_.output);
  }
}

template <class T>
void SlicePass<T>::embed(const Slice& slice, T* X) {
  embedding_(workers_, task_.theta.input_map(), task_.sequences, slice.b, slice.first,
             task_.first_position + slice.first, wide(X));
}

template <class T>
MatrixView<const T> SlicePass<T>::attention_input(const LayerActivations<T>& a,
                                                  const LayerParameters<const T>& theta) {
  if (model_.norm == Norm::branch_output) return read_wide(a.X);
  layer_norm<T>(workers_, theta.layernorm1, model_.conventions.layer_norm_epsilon, read_wide(a.X),
                nullptr, wide(space_.Z), moments(a, 0));
  return read_wide(space_.Z);
}

template <class T>
void SlicePass<T>::keys_and_values(const LayerActivations<T>& a,
                                   const LayerParameters<const T>& theta, const Read& input,
                                   Index r) {
  apply<T>(workers_, theta.k_map, input, wide(a.K));
  apply<T>(workers_, theta.v_map, input, wide(a.V));
  workers_.run(model_.heads, [&](Index h) {
    features(r, h).apply(read_head(a.K, h, model_.head_dim()),
                         head(space_.gK, h, model_.features()));
  });
}

template <class T>
HeadSlice<T> SlicePass<T>::head_slice(const LayerActivations<T>& a, Index n, Index r,
                                      Index h) const {
  const Index d = model_.head_dim();
  const Index M = model_.features();
  const T* RS = boundary_.start(n, r).data() + h * (d + 1) * M;
  return {.gQ = read_head(space_.gQ, h, M),
          .gK = read_head(space_.gK, h, M),
          .V = read_head(a.V, h, d),
          .R = {RS, d, M},
          .S = {RS + d * M, M},
          .epsilon = static_cast<T>(model_.conventions.denominator_epsilon)};
}

template <class T>
void SlicePass<T>::make_slice_sum(const LayerActivations<T>& a, Index n, Index r) {
  const Index d = model_.head_dim();
  const Index M = model_.features();
  workers_.run(model_.heads, [&](Index h) {
    prefix_sum_.slice_sum(head_slice(a, n, r, h), {space_.slice_sum + h * (d + 1) * M, d + 1, M});
  });
}

template <class T>
void SlicePass<T>::attend(const Slice& slice, const LayerActivations<T>& a,
                          const LayerParameters<const T>& theta, const Read& input, Index r) {
  apply<T>(workers_, theta.q_map, input, wide(a.Q));
  workers_.run(model_.heads, [&](Index h) {
    features(r, h).apply(read_head(a.Q, h, model_.head_dim()),
                         head(space_.gQ, h, model_.features()));
    prefix_sum_.forward(head_slice(a, slice.n, r, h), head(a.Y, h, model_.head_dim()), kept(a, h),
                        scratch(h));
  });
  if (model_.norm == Norm::branch_output) {
    // H = X + LN(Y)
    const Read X = read_wide(a.X);
    layer_norm<T>(workers_, theta.layernorm1, model_.conventions.layer_norm_epsilon, read_wide(a.Y),
                  &X, wide(a.H), moments(a, 0));
  } else {
    // H = X + Y
    for_each_row(workers_, rows_, [&](Index l) {
      wide(a.H).row(l) = read_wide(a.X).row(l) + read_wide(a.Y).row(l);
    });
  }
}

template <class T>
void SlicePass<T>::feed_forward(const LayerActivations<T>& a, const LayerParameters<const T>& theta,
                                T* out) {
  const bool output_norm = model_.norm == Norm::branch_output;
  const double epsilon = model_.conventions.layer_norm_epsilon;
  Read input = read_wide(a.H);
  if (!output_norm) {
    layer_norm<T>(workers_, theta.layernorm2, epsilon, input, nullptr, wide(space_.Z),
                  moments(a, 1));
    new (&input) Read(read_wide(space_.Z));
  }
  // F = GeLU(input Wᵤᵀ + bᵤ) Wᵥᵀ + bᵥ
  apply<T>(workers_, theta.U_map, input, view(a.U, model_.ffn_dim));
  gelu<T>(workers_, read(a.U, model_.ffn_dim), view(space_.hidden, model_.ffn_dim));
  T* F = output_norm ? a.F : out;
  apply<T>(workers_, theta.V_map, read(space_.hidden, model_.ffn_dim), wide(F));
  if (output_norm) {
    // X' = H + LN(F)
    const Read H = read_wide(a.H);
    layer_norm<T>(workers_, theta.layernorm2, epsilon, read_wide(F), &H, wide(out), moments(a, 1));
  } else {
    // X' = H + F
    for_each_row(workers_, rows_, [&](Index l) { wide(out).row(l) += read_wide(a.H).row(l); });
  }
}

template <class T>
Wide<T> SlicePass<T>::loss(const Slice& slice, const T& scale, Matrix<T>* logits,
                           Parameters<T>& gradient) {
  const LinearMap<const T> map = task_.theta.output_logit_map();
  const View Z = view(space_.hidden, model_.vocab_size);
  apply<T>(workers_, map, read_wide(space_.output), Z);
  if (logits != nullptr) {
    logits->middleRows(slice.b * task_.sequences.length() + slice.first, rows_) = Z;
  }
  for_each_row(workers_, rows_, [&](Index l) {
    View rows = Z;
    if (task_.sequences.counts(slice.b, slice.first + l)) {
      space_.losses[l] = cross_entropy_with_gradient<T>(
          rows.row(l), task_.sequences.target(slice.b, slice.first + l), scale);
    } else {
      space_.losses[l] = T(0);
      rows.row(l).setConstant(T(0));
    }
  });
  Wide<T> total(0);
  for (Index l = 0; l < rows_; ++l) total += Wide<T>(space_.losses[l]);

  pull_back_weights<T>(workers_, read_only<T>(Z), read_wide(space_.output),
                       gradient.output_logit_map());
  pull_back_input<T>(workers_, map, read_only<T>(Z), wide(space_.dX), Into::overwrite);
  return total;
}

template <class T>
void SlicePass<T>::pull_back(const Slice& slice, State<T>& G, Index b, Parameters<T>& gradient) {
  for (Index r = model_.layers - 1; r >= 0; --r) {
    const LayerActivations<T>& a = space_.layer(r);
    const LayerParameters<const T> theta = task_.theta.layer(r);
    pull_back_feed_forward(a, theta, gradient.layer(r));
    pull_back_attention(slice, a, theta, gradient.layer(r), r, G, b);
  }
  embedding_.pull_back(task_.sequences, slice.b, slice.first, read_wide(space_.dX),
                       gradient.input_map());
}

/// dX holds dX' on entry and dH on return.
template <class T>
void SlicePass<T>::pull_back_feed_forward(const LayerActivations<T>& a,
                                          const LayerParameters<const T>& theta,
                                          LayerParameters<T> gradient) {
  const bool output_norm = model_.norm == Norm::branch_output;
  const double epsilon = model_.conventions.layer_norm_epsilon;
  const Index d_ff = model_.ffn_dim;
  Read dF = read_wide(space_.dX);
  Read input = read_wide(a.H);
  if (output_norm) {
    pull_back_layer_norm<T>(workers_, theta.layernorm2, read_wide(a.F), moments(a, 1),
                            read_wide(space_.dX), wide(space_.dY), Into::overwrite,
                            gradient.layernorm2);
    new (&dF) Read(read_wide(space_.dY));
  } else {
    layer_norm<T>(workers_, theta.layernorm2, epsilon, read_wide(a.H), nullptr, wide(space_.Z),
                  moments(a, 1));
    new (&input) Read(read_wide(space_.Z));
  }
  pull_back_input<T>(workers_, theta.V_map, dF, view(space_.dHidden, d_ff), Into::overwrite);
  pull_back_gelu<T>(workers_, read(a.U, d_ff), view(space_.hidden, d_ff),
                    view(space_.dHidden, d_ff));
  pull_back_weights<T>(workers_, dF, read(space_.hidden, d_ff), gradient.V_map);
  pull_back_weights<T>(workers_, read(space_.dHidden, d_ff), input, gradient.U_map);
  if (output_norm) {
    pull_back_input<T>(workers_, theta.U_map, read(space_.dHidden, d_ff), wide(space_.dX),
                       Into::add);
  } else {
    pull_back_input<T>(workers_, theta.U_map, read(space_.dHidden, d_ff), wide(space_.dY),
                       Into::overwrite);
    pull_back_layer_norm<T>(workers_, theta.layernorm2, read_wide(a.H), moments(a, 1),
                            read_wide(space_.dY), wide(space_.dX), Into::add, gradient.layernorm2);
  }
}

/// dX holds dH on entry and the cotangent of the layer's input on return.
template <class T>
void SlicePass<T>::pull_back_attention(const Slice& slice, const LayerActivations<T>& a,
                                       const LayerParameters<const T>& theta,
                                       LayerParameters<T> gradient, Index r, State<T>& G, Index b) {
  const bool output_norm = model_.norm == Norm::branch_output;
  const Index d = model_.head_dim();
  const Index M = model_.features();
  if (output_norm) {
    pull_back_layer_norm<T>(workers_, theta.layernorm1, read_wide(a.Y), moments(a, 0),
                            read_wide(space_.dX), wide(space_.dY), Into::overwrite,
                            gradient.layernorm1);
  } else {
    for_each_row(workers_, rows_,
                 [&](Index l) { wide(space_.dY).row(l) = read_wide(space_.dX).row(l); });
  }
  workers_.run(model_.heads, [&](Index h) {
    const HeadFeatures<T> g = features(r, h);
    const StridedView<const T> Q = read_head(a.Q, h, d);
    const StridedView<const T> K = read_head(a.K, h, d);
    g.apply(Q, head(space_.gQ, h, M));
    g.apply(K, head(space_.gK, h, M));
    prefix_sum_.pull_back(head_slice(a, slice.n, r, h),
                          {.Y = read_head(a.Y, h, d),
                           .dY = head(space_.dY, h, d),
                           .dgQ = head(space_.dgQ, h, M),
                           .dgK = head(space_.dgK, h, M),
                           .dV = head(space_.dV, h, d),
                           .dR = G.R(b, r, h),
                           .dS = G.S(b, r, h)},
                          kept(a, h), scratch(h));
    g.pull_back(Q, head(space_.dgQ, h, M), head(space_.dQ, h, d));
    g.pull_back(K, head(space_.dgK, h, M), head(space_.dK, h, d));
  });

  const Read input = attention_input(a, theta);
  pull_back_weights<T>(workers_, read_wide(space_.dQ), input, gradient.q_map);
  pull_back_weights<T>(workers_, read_wide(space_.dK), input, gradient.k_map);
  pull_back_weights<T>(workers_, read_wide(space_.dV), input, gradient.v_map);
  const View dInput = wide(output_norm ? space_.dX : space_.dY);
  pull_back_input<T>(workers_, theta.q_map, read_wide(space_.dQ), dInput,
                     output_norm ? Into::add : Into::overwrite);
  pull_back_input<T>(workers_, theta.k_map, read_wide(space_.dK), dInput, Into::add);
  pull_back_input<T>(workers_, theta.v_map, read_wide(space_.dV), dInput, Into::add);
  if (!output_norm) {
    pull_back_layer_norm<T>(workers_, theta.layernorm1, read_wide(a.X), moments(a, 0),
                            read_wide(space_.dY), wide(space_.dX), Into::add, gradient.layernorm1);
  }
}

}  // namespace slim::chunked
