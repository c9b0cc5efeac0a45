// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/attention_in_model.hpp"

#include "properties/mutants/row_maps.hpp"
#include "reference/performer/forward.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

namespace slim::properties::mutants {
namespace {

namespace by_reference = slim::reference;

/// The values of a layer that its backward sweep needs, for each sequence.
template <class T>
struct KeptLayer {
  Heads<T> q, k, v;  ///< [B, H, L, d]
  Heads<T> start;    ///< RS [B, H, d + 1, M], or empty
  std::vector<Matrix<T>> attention_in, ffn_in;
  std::vector<by_reference::NormalisedRows<T>> norm1, norm2;
  std::vector<by_reference::FeedForward<T>> ffn;
};

template <class T>
class ModelAround {
 public:
  ModelAround(const AttentionFunction<T>& attention, const RowMaps<T>& maps,
              const GradientTask<T>& task)
      : attention_(attention),
        maps_(maps),
        task_(task),
        model_(task.model),
        B_(task.sequences.batch()),
        L_(task.sequences.length()) {}

  void answer(GradientResult<T>& result) {
    GradientResult<T> fresh = zero_result();
    std::vector<Matrix<T>> X;
    for (Index b = 0; b < B_; ++b) {
      X.push_back(maps_.embedding(task_, b));
    }
    std::vector<KeptLayer<T>> kept;
    for (Index r = 0; r < model_.layers; ++r) kept.push_back(forward_layer(r, X));
    std::vector<Matrix<T>> dX;
    const T divisor = by_reference::loss_divisor(task_);
    for (Index b = 0; b < B_; ++b) dX.push_back(through_loss(b, X[at(b)], divisor, fresh));
    for (Index r = model_.layers - 1; r >= 0; --r) backward_layer(r, kept[at(r)], dX, fresh);
    for (Index b = 0; b < B_; ++b) {
      maps_.embedding_pullback(task_, b, dX[at(b)], fresh.gradient);
    }
    result = std::move(fresh);
  }

 private:
  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  [[nodiscard]] Index column(Index h, Index i) const {
    return maps_.column(h, i, model_.heads, model_.head_dim());
  }
  [[nodiscard]] bool normalises_input() const { return model_.norm == Norm::branch_input; }
  [[nodiscard]] T layer_norm_epsilon() const {
    return static_cast<T>(model_.conventions.layer_norm_epsilon);
  }
  [[nodiscard]] HeadsSizes row_sizes() const {
    return {.batch = B_, .heads = model_.heads, .rows = L_, .cols = model_.head_dim()};
  }

  GradientResult<T> zero_result() const {
    const bool states = task_.wants_state;
    const bool logits = task_.wants_logits;
    return {.loss = T(0),
            .gradient = Parameters<T>(model_, MemoryTag::gradient),
            .logits = Matrix<T>(logits ? B_ * L_ : 0, logits ? model_.vocab_size : 0),
            .end = states ? State<T>(model_, B_) : State<T>(),
            .start_cotangent = states ? State<T>(model_, B_) : State<T>()};
  }

  /// The heads of layer r of a state [B, H, d + 1, M]; empty if there is no state.
  Heads<T> heads_of(const State<T>* state, Index r) const {
    if (state == nullptr) return {};
    Heads<T> heads({.batch = B_,
                    .heads = model_.heads,
                    .rows = model_.head_dim() + 1,
                    .cols = model_.features()},
                   MemoryTag::state);
    for (Index b = 0; b < B_; ++b) {
      for (Index h = 0; h < model_.heads; ++h) heads(b, h) = state->RS(b, r, h);
    }
    return heads;
  }
  void put(State<T>& state, Index r, const Heads<T>& heads) const {
    if (!task_.wants_state) return;
    for (Index b = 0; b < B_; ++b) {
      for (Index h = 0; h < model_.heads; ++h) state.RS(b, r, h) = heads(b, h);
    }
  }
  void split(Heads<T>& heads, Index b, const Matrix<T>& X) const {
    for (Index h = 0; h < model_.heads; ++h) {
      for (Index i = 0; i < model_.head_dim(); ++i) heads(b, h).col(i) = X.col(column(h, i));
    }
  }
  Matrix<T> joined(const Heads<T>& heads, Index b) const {
    Matrix<T> X(L_, model_.hidden_dim);
    for (Index h = 0; h < model_.heads; ++h) {
      for (Index i = 0; i < model_.head_dim(); ++i) X.col(column(h, i)) = heads(b, h).col(i);
    }
    return X;
  }

  AttentionTask<T> heads_task(Index r, const KeptLayer<T>& kept) const {
    AttentionTask<T> task{.q = kept.q.view(),
                          .k = kept.k.view(),
                          .v = kept.v.view(),
                          .slice_length = task_.slice_length,
                          .feature_map = model_.feature_map};
    task.conventions.epsilons[EpsilonPlace::denominator] = model_.conventions.denominator_epsilon;
    task.conventions.relu_slope_at_zero = model_.conventions.relu_slope_at_zero;
    task.conventions.absolute_slope_at_zero = model_.conventions.absolute_slope_at_zero;
    if (!kept.start.empty()) task.start = kept.start.view();
    if (!task_.omega.empty()) {
      const HeadsSizes sizes{
          .batch = 1, .heads = model_.heads, .rows = model_.head_dim(), .cols = model_.features()};
      task.omega = {
          .data = task_.omega.head(r, 0).data(), .sizes = sizes, .strides = contiguous(sizes)};
    }
    return task;
  }

  KeptLayer<T> forward_layer(Index r, std::vector<Matrix<T>>& X) const {
    const auto theta = task_.theta.layer(r);
    KeptLayer<T> kept;
    for (Heads<T>* heads : {&kept.q, &kept.k, &kept.v}) {
      *heads = Heads<T>(row_sizes(), MemoryTag::slice);
    }
    kept.start = heads_of(task_.start, r);
    for (Index b = 0; b < B_; ++b) {
      if (normalises_input()) {
        kept.norm1.push_back(maps_.layer_norm(theta.layernorm1, layer_norm_epsilon(), X[at(b)]));
      }
      kept.attention_in.push_back(normalises_input() ? kept.norm1.back().Y : X[at(b)]);
      split(kept.q, b, maps_.linear(theta.q_map, kept.attention_in.back()));
      split(kept.k, b, maps_.linear(theta.k_map, kept.attention_in.back()));
      split(kept.v, b, maps_.linear(theta.v_map, kept.attention_in.back()));
    }
    AttentionResult<T> heads;
    attention_(heads_task(r, kept), heads);
    for (Index b = 0; b < B_; ++b) {
      Matrix<T> Y = joined(heads.out, b);
      if (!normalises_input()) {
        kept.norm1.push_back(maps_.layer_norm(theta.layernorm1, layer_norm_epsilon(), Y));
        Y = kept.norm1.back().Y;
      }
      const Matrix<T> H = X[at(b)] + Y;
      if (normalises_input()) {
        kept.norm2.push_back(maps_.layer_norm(theta.layernorm2, layer_norm_epsilon(), H));
      }
      kept.ffn_in.push_back(normalises_input() ? kept.norm2.back().Y : H);
      kept.ffn.push_back(maps_.feed_forward(theta, kept.ffn_in.back(),
                                            by_reference::gelu_form(model_.conventions)));
      Matrix<T> branch = kept.ffn.back().Y;
      if (!normalises_input()) {
        kept.norm2.push_back(maps_.layer_norm(theta.layernorm2, layer_norm_epsilon(), branch));
        branch = kept.norm2.back().Y;
      }
      X[at(b)] = H + branch;
    }
    return kept;
  }

  Matrix<T> through_loss(Index b, const Matrix<T>& X, const T& divisor,
                         GradientResult<T>& result) const {
    const Matrix<T> logits = maps_.linear(task_.theta.output_logit_map(), X);
    const auto loss = by_reference::cross_entropy(logits, task_.sequences, b, divisor);
    result.loss += loss.loss;
    if (task_.wants_logits) result.logits.middleRows(b * L_, L_) = logits;
    return maps_.linear_pullback(task_.theta.output_logit_map(), X, loss.dlogits,
                                 result.gradient.output_logit_map());
  }

  void backward_layer(Index r, const KeptLayer<T>& kept, std::vector<Matrix<T>>& dX,
                      GradientResult<T>& result) const {
    const auto theta = task_.theta.layer(r);
    auto gradient = result.gradient.layer(r);
    std::vector<Matrix<T>> dH;
    Heads<T> dY(row_sizes(), MemoryTag::slice);
    for (Index b = 0; b < B_; ++b) {
      Matrix<T> dffn = dX[at(b)];
      if (!normalises_input()) {
        dffn = maps_.layer_norm_pullback(theta.layernorm2, kept.norm2[at(b)], dffn,
                                         gradient.layernorm2);
      }
      Matrix<T> back =
          maps_.feed_forward_pullback(theta, kept.ffn_in[at(b)], kept.ffn[at(b)], dffn, gradient);
      if (normalises_input()) {
        back = maps_.layer_norm_pullback(theta.layernorm2, kept.norm2[at(b)], back,
                                         gradient.layernorm2);
      }
      dH.push_back(back + dX[at(b)]);
      Matrix<T> dmha = dH.back();
      if (!normalises_input()) {
        dmha = maps_.layer_norm_pullback(theta.layernorm1, kept.norm1[at(b)], dmha,
                                         gradient.layernorm1);
      }
      split(dY, b, dmha);
    }
    const Heads<T> end_cotangent = heads_of(task_.end_cotangent, r);
    AttentionTask<T> task = heads_task(r, kept);
    task.wants_pullback = true;
    task.out_cotangent = dY.view();
    if (!end_cotangent.empty()) task.end_cotangent = end_cotangent.view();
    AttentionResult<T> heads;
    attention_(task, heads);
    put(result.end, r, heads.end);
    put(result.start_cotangent, r, heads.start_gradient);
    for (Index b = 0; b < B_; ++b) {
      const Matrix<T>& in = kept.attention_in[at(b)];
      Matrix<T> back = maps_.linear_pullback(theta.q_map, in, joined(heads.dq, b), gradient.q_map) +
                       maps_.linear_pullback(theta.k_map, in, joined(heads.dk, b), gradient.k_map) +
                       maps_.linear_pullback(theta.v_map, in, joined(heads.dv, b), gradient.v_map);
      if (normalises_input()) {
        back = maps_.layer_norm_pullback(theta.layernorm1, kept.norm1[at(b)], back,
                                         gradient.layernorm1);
      }
      dX[at(b)] = back + dH[at(b)];
    }
  }

  const AttentionFunction<T>& attention_;
  const RowMaps<T>& maps_;
  const GradientTask<T>& task_;
  const Model& model_;
  Index B_;
  Index L_;
};

}  // namespace

template <class T>
GradientFunction<T> model_of(const AttentionFunction<T>& attention,
                             std::shared_ptr<const RowMaps<T>> row_maps) {
  if (!attention) return {};
  return [attention, maps = std::move(row_maps)](const GradientTask<T>& task,
                                                 GradientResult<T>& result) {
    require_valid(task);
    require(!task.sequences.has_padding(), "this model takes no padded batches");
    ModelAround<T>(attention, *maps, task).answer(result);
  };
}
template GradientFunction<float> model_of(const AttentionFunction<float>&,
                                          std::shared_ptr<const RowMaps<float>>);
template GradientFunction<double> model_of(const AttentionFunction<double>&,
                                           std::shared_ptr<const RowMaps<double>>);
template GradientFunction<Digits50> model_of(const AttentionFunction<Digits50>&,
                                             std::shared_ptr<const RowMaps<Digits50>>);

GradientFunctions in_a_model(const AttentionFunctions& attention) {
  GradientFunctions functions;
  functions.in<float>() =
      model_of<float>(attention.in<float>(), std::make_shared<RowMaps<float>>());
  functions.in<double>() =
      model_of<double>(attention.in<double>(), std::make_shared<RowMaps<double>>());
  functions.in<Digits50>() =
      model_of<Digits50>(attention.in<Digits50>(), std::make_shared<RowMaps<Digits50>>());
  return functions;
}

}  // namespace slim::properties::mutants
