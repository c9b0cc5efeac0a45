// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/softmax_transformer.hpp"

#include "chunked/rows/cross_entropy.hpp"
#include "chunked/rows/row_maps.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <vector>

namespace slim::experiments {
namespace {

using namespace slim::chunked;

/// A matrix that is counted in the ledger.
template <class T>
class Kept {
 public:
  Kept(Index rows, Index cols) : rows_(rows), cols_(cols), values_(MemoryTag::slice, rows * cols) {}
  MatrixView<T> operator()() { return {values_.data(), rows_, cols_}; }
  [[nodiscard]] MatrixView<const T> read() const { return {values_.data(), rows_, cols_}; }
  /// Columns of head h of `width`.
  StridedView<T> head(Index h, Index width) {
    return {values_.data() + h * width, rows_, width, Eigen::OuterStride<>(cols_)};
  }

 private:
  Index rows_;
  Index cols_;
  Buffer<T> values_;
};

template <class T>
struct KeptMoments {
  Kept<T> values;
  explicit KeptMoments(Index rows) : values(2, rows) {}
  RowMoments<T> operator()() {
    T* first = values().data();
    const Index rows = values().cols();
    return {{first, rows}, {first + rows, rows}};
  }
};

template <class T>
struct KeptLayer {
  Kept<T> X, Q, K, V, Y, H, U, F;
  KeptMoments<T> moments1, moments2;
  std::vector<Kept<T>> P;  ///< softmax weights of every head

  KeptLayer(const Model& model, Index L)
      : X(L, model.hidden_dim),
        Q(L, model.hidden_dim),
        K(L, model.hidden_dim),
        V(L, model.hidden_dim),
        Y(L, model.hidden_dim),
        H(L, model.hidden_dim),
        U(L, model.ffn_dim),
        F(L, model.hidden_dim),
        moments1(L),
        moments2(L) {
    for (Index h = 0; h < model.heads; ++h) P.emplace_back(L, L);
  }
};

template <class T, class Row, class Weight>
T row_sum(const Row& row, Index count, const Weight& weight) {
  if constexpr (is_hardware_float<T>) {
    T total(0);
    for (Index j = 0; j < count; ++j) total += weight(row, j);
    return total;
  } else {
    return pairwise_sum<T>(0, count, [&](Index j) -> T { return weight(row, j); });
  }
}

/// P_ij = exp(c q_i·k_j − max) / Σ over j ≤ i, Y = P V, c = 1/√d.
template <class T>
void attend(KeptLayer<T>& kept, Index h, Index d) {
  MatrixView<T> P = kept.P[static_cast<std::size_t>(h)]();
  const T c = T(1) / sqrt(number<T>(d));
  multiply<T>(kept.Q.head(h, d), kept.K.head(h, d).transpose(), P, Into::overwrite);
  for (Index i = 0; i < P.rows(); ++i) {
    auto row = P.row(i);
    const T largest = row.head(i + 1).maxCoeff();
    for (Index j = 0; j <= i; ++j) row(j) = exp(T((row(j) - largest) * c));
    const T total = row_sum<T>(row, i + 1, [](const auto& p, Index j) -> T { return p(j); });
    for (Index j = 0; j <= i; ++j) row(j) /= total;
    for (Index j = i + 1; j < P.cols(); ++j) row(j) = T(0);
  }
  multiply<T>(P, kept.V.head(h, d), kept.Y.head(h, d), Into::overwrite);
}

/// dV = Pᵀ dY; dS_ij = c P_ij (dY_i·v_j − Σ_j P_ij dY_i·v_j); dQ = dS K, dK = dSᵀ Q.
template <class T>
struct AttentionCotangents {
  Kept<T> dP, dQ, dK, dV;
  AttentionCotangents(Index L, Index hidden)
      : dP(L, L), dQ(L, hidden), dK(L, hidden), dV(L, hidden) {}
};

template <class T>
void pull_back_attend(KeptLayer<T>& kept, Kept<T>& dY, AttentionCotangents<T>& c, Index h,
                      Index d) {
  MatrixView<T> P = kept.P[static_cast<std::size_t>(h)]();
  MatrixView<T> dP = c.dP();
  const T scale = T(1) / sqrt(number<T>(d));
  multiply<T>(P.transpose(), dY.head(h, d), c.dV.head(h, d), Into::overwrite);
  multiply<T>(dY.head(h, d), kept.V.head(h, d).transpose(), dP, Into::overwrite);
  for (Index i = 0; i < P.rows(); ++i) {
    const T mean =
        row_sum<T>(dP.row(i), i + 1, [&](const auto& g, Index j) -> T { return P(i, j) * g(j); });
    for (Index j = 0; j < P.cols(); ++j) {
      dP(i, j) = j <= i ? T(scale * P(i, j) * (dP(i, j) - mean)) : T(0);
    }
  }
  multiply<T>(dP, kept.K.head(h, d), c.dQ.head(h, d), Into::overwrite);
  multiply<T>(dP.transpose(), kept.Q.head(h, d), c.dK.head(h, d), Into::overwrite);
}

template <class T>
class Transformer {
 public:
  Transformer(const GradientTask<T>& task, Parameters<T>& gradient)
      : model_(task.model),
        theta_(task.theta),
        tokens_(task.sequences),
        gradient_(gradient),
        workers_(task.threads),
        embedding_(task.model),
        L_(task.sequences.length()),
        out_(L_, model_.hidden_dim),
        dX_(L_, model_.hidden_dim),
        dY_(L_, model_.hidden_dim),
        hidden_(L_, std::max(model_.ffn_dim, model_.vocab_size)),
        dHidden_(L_, model_.ffn_dim),
        cotangents_(L_, model_.hidden_dim) {
    layers_.reserve(static_cast<std::size_t>(model_.layers));
    for (Index r = 0; r < model_.layers; ++r) layers_.emplace_back(model_, L_);
  }

  /// Returns the summed loss of sequence b, and adds its contribution to the gradient.
  T run(Index b, const T& scale) {
    embedding_(workers_, theta_.input_map(), tokens_, b, 0, 0, layers_.front().X());
    for (Index r = 0; r < model_.layers; ++r) up(r);
    const T losses = loss(b, scale);
    for (Index r = model_.layers - 1; r >= 0; --r) down(r);
    embedding_.pull_back(tokens_, b, 0, dX_.read(), gradient_.input_map());
    return losses;
  }

 private:
  KeptLayer<T>& layer(Index r) { return layers_[static_cast<std::size_t>(r)]; }
  MatrixView<T> hidden(Index width) { return {hidden_().data(), L_, width}; }

  void up(Index r) {
    KeptLayer<T>& a = layer(r);
    const LayerParameters<const T> theta = theta_.layer(r);
    const double epsilon = model_.conventions.layer_norm_epsilon;
    apply<T>(workers_, theta.q_map, a.X.read(), a.Q());
    apply<T>(workers_, theta.k_map, a.X.read(), a.K());
    apply<T>(workers_, theta.v_map, a.X.read(), a.V());
    workers_.run(model_.heads, [&](Index h) { attend(a, h, model_.head_dim()); });
    const MatrixView<const T> X = a.X.read();
    layer_norm<T>(workers_, theta.layernorm1, epsilon, a.Y.read(), &X, a.H(), a.moments1());
    apply<T>(workers_, theta.U_map, a.H.read(), a.U());
    const MatrixView<T> A = hidden(model_.ffn_dim);
    gelu<T>(workers_, false, a.U.read(), A);
    apply<T>(workers_, theta.V_map, {A.data(), L_, model_.ffn_dim}, a.F());
    const MatrixView<const T> H = a.H.read();
    MatrixView<T> out = r + 1 == model_.layers ? out_() : layer(r + 1).X();
    layer_norm<T>(workers_, theta.layernorm2, epsilon, a.F.read(), &H, out, a.moments2());
  }

  T loss(Index b, const T& scale) {
    const MatrixView<T> Z = hidden(model_.vocab_size);
    apply<T>(workers_, theta_.output_logit_map(), out_.read(), Z);
    std::vector<T> losses(static_cast<std::size_t>(L_), T(0));
    for_each_row(workers_, L_, [&](Index l) {
      MatrixView<T> rows = Z;
      if (tokens_.counts(b, l)) {
        losses[static_cast<std::size_t>(l)] =
            cross_entropy_with_gradient<T>(rows.row(l), tokens_.target(b, l), scale);
      } else {
        rows.row(l).setConstant(T(0));
      }
    });
    const MatrixView<const T> dZ(Z.data(), L_, model_.vocab_size);
    pull_back_weights<T>(workers_, dZ, out_.read(), gradient_.output_logit_map());
    pull_back_input<T>(workers_, theta_.output_logit_map(), dZ, dX_(), Into::overwrite);
    return pairwise_sum<T>(0, L_, [&](Index l) { return losses[static_cast<std::size_t>(l)]; });
  }

  /// dX is the cotangent of the layer's output on entry, and of its input on return.
  void down(Index r) {
    KeptLayer<T>& a = layer(r);
    const LayerParameters<const T> theta = theta_.layer(r);
    const LayerParameters<T> gradient = gradient_.layer(r);
    const Index d = model_.head_dim();
    pull_back_layer_norm<T>(workers_, theta.layernorm2, a.F.read(), a.moments2(), dX_.read(), dY_(),
                            Into::overwrite, gradient.layernorm2);
    const MatrixView<T> A = hidden(model_.ffn_dim);
    pull_back_input<T>(workers_, theta.V_map, dY_.read(), dHidden_(), Into::overwrite);
    gelu_and_slope<T>(workers_, false, a.U(), A);
    scale_by<T>(workers_, a.U.read(), dHidden_());
    pull_back_weights<T>(workers_, dY_.read(), {A.data(), L_, model_.ffn_dim}, gradient.V_map);
    pull_back_weights<T>(workers_, dHidden_.read(), a.H.read(), gradient.U_map);
    pull_back_input<T>(workers_, theta.U_map, dHidden_.read(), dX_(), Into::add);

    pull_back_layer_norm<T>(workers_, theta.layernorm1, a.Y.read(), a.moments1(), dX_.read(), dY_(),
                            Into::overwrite, gradient.layernorm1);
    for (Index h = 0; h < model_.heads; ++h) pull_back_attend(a, dY_, cotangents_, h, d);
    pull_back_weights<T>(workers_, cotangents_.dQ.read(), a.X.read(), gradient.q_map);
    pull_back_weights<T>(workers_, cotangents_.dK.read(), a.X.read(), gradient.k_map);
    pull_back_weights<T>(workers_, cotangents_.dV.read(), a.X.read(), gradient.v_map);
    pull_back_input<T>(workers_, theta.q_map, cotangents_.dQ.read(), dX_(), Into::add);
    pull_back_input<T>(workers_, theta.k_map, cotangents_.dK.read(), dX_(), Into::add);
    pull_back_input<T>(workers_, theta.v_map, cotangents_.dV.read(), dX_(), Into::add);
  }

  const Model& model_;
  const Parameters<T>& theta_;
  const Sequences& tokens_;
  Parameters<T>& gradient_;
  Workers workers_;
  Embedding<T> embedding_;
  Index L_;
  std::vector<KeptLayer<T>> layers_;
  Kept<T> out_, dX_, dY_, hidden_, dHidden_;
  AttentionCotangents<T> cotangents_;
};

template <class T>
void softmax_gradient(const GradientTask<T>& task, GradientResult<T>& result) {
  require_valid(task);
  require(task.model.norm == Norm::branch_output,
          "softmax needs a model with its norm on the branch output");
  require(!task.wants_logits && !task.wants_state && task.start == nullptr &&
              task.end_cotangent == nullptr && task.first_position == 0,
          "softmax computes only loss and gradient of whole sequences");
  if (result.gradient.slots() == task.theta.slots()) {
    result.gradient.set_zero();
  } else {
    result.gradient = Parameters<T>(task.model, MemoryTag::gradient);
  }
  const Index counted =
      task.counted_targets > 0 ? task.counted_targets : task.sequences.counted_targets();
  const double divisor = static_cast<double>(counted) + task.model.conventions.loss_epsilon;
  const T scale = divisor > 0.0 ? T(T(1) / static_cast<T>(divisor)) : T(0);
  Transformer<T> transformer(task, result.gradient);
  T loss(0);
  for (Index b = 0; b < task.sequences.batch(); ++b) loss += transformer.run(b, scale);
  result.loss = loss * scale;
}

}  // namespace

const Subject& softmax_transformer() {
  static const Subject subject = [] {
    Subject softmax;
    softmax.name = "softmax";
    softmax.summary = "softmax attention instead of kernel attention, whole sequence at once";
    softmax.capabilities.sliced = false;
    softmax.capabilities.resumable = false;
    softmax.gradient.in<float>() = softmax_gradient<float>;
    softmax.gradient.in<Digits50>() = softmax_gradient<Digits50>;
    softmax.gradient.in<Counted>() = softmax_gradient<Counted>;
    return softmax;
  }();
  return subject;
}

}  // namespace slim::experiments
