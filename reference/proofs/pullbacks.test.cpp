// SPDX-License-Identifier: Apache-2.0
// The pullback of every function against its forward pass on dual numbers: with the Jacobian J by
// dual numbers, ⟨dY, J ẋ⟩ = ⟨pullback(dY), ẋ⟩ for random dY and ẋ.

#include "reference/numbers/dual.hpp"
#include "reference/performer/cross_entropy.hpp"
#include "reference/performer/feature_map.hpp"
#include "reference/performer/gelu.hpp"
#include "reference/performer/layer_norm.hpp"
#include "reference/performer/prefix_attention.hpp"
#include "reference/performer/random_features.hpp"
#include "reference/performer/softmax_attention.hpp"
#include "reference/proofs/every_option.hpp"
#include "reference/proofs/proof_line.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace slim::reference {
namespace {

Dual constant_dual(const Digits50& x) {
  return Dual(BinaryDigits50(x));
}

/// An argument: its value in 50 digits, its direction, and both as dual numbers.
struct Argument {
  Matrix<Digits50> x, direction;
  Matrix<Dual> moving;

  Argument(Index rows, Index cols, std::uint64_t stream, bool positive = false)
      : x(rows, cols), direction(rows, cols), moving(rows, cols) {
    const auto entries = static_cast<std::size_t>(rows * cols);
    fill(std::span(x.data(), entries), stream, positive);
    fill(std::span(direction.data(), entries), stream + 1000, false);
    for (Index i = 0; i < x.size(); ++i) {
      moving.data()[i] = dual(BinaryDigits50(x.data()[i]), BinaryDigits50(direction.data()[i]));
    }
  }
};

/// The difference of both sides of the identity, and Σ |terms| as its scale.
class Adjoint {
 public:
  template <class Y, class D>
  void output(const Y& y, const D& dY) {
    for (Index i = 0; i < dY.size(); ++i) {
      error_ += Digits50(slope_of(y.data()[i])) * dY.data()[i];
    }
  }
  template <class D>
  void input(const Argument& argument, const D& dx) {
    for (Index i = 0; i < dx.size(); ++i) {
      const Digits50 term = dx.data()[i] * argument.direction.data()[i];
      error_ -= term;
      gauge_ += abs(term);
    }
  }
  void expect_equal(const std::string& what) const {
    ProofLine line;
    line.add(abs(error_), gauge_);
    EXPECT_LE(line.worst(), Digits50("1e-40")) << what;
    EXPECT_GT(gauge_, 0) << what;
    line.print("pullback of " + what);
  }

 private:
  Digits50 error_ = 0;
  Digits50 gauge_ = 0;
};

Matrix<Digits50> cotangent(Index rows, Index cols, std::uint64_t stream) {
  return Argument(rows, cols, stream).x;
}

template <class T>
Vector<T> column(const Matrix<T>& one_column) {
  return one_column.col(0);
}

TEST(Pullbacks, OfPrefixAttention) {
  constexpr Index L = 6, d = 3, M = 4;
  const Argument gQ(L, M, 1, true), gK(L, M, 2, true), V(L, d, 3), R(d, M, 4), S(M, 1, 5, true);
  const Matrix<Digits50> dY = cotangent(L, d, 6);
  const PrefixSums<Digits50> end{cotangent(d, M, 7), column(cotangent(M, 1, 8))};

  const AttentionRows<Digits50> rows{gQ.x, gK.x, V.x};
  const auto kept = prefix_attention(rows, {R.x, column(S.x)}, 1e-16);
  const auto pulled = prefix_attention_pullback(rows, kept, dY, end);
  const auto moved = prefix_attention(AttentionRows<Dual>{gQ.moving, gK.moving, V.moving},
                                      {R.moving, column(S.moving)}, Dual(1e-16));
  Adjoint both;
  both.output(moved.Y, dY);
  both.output(moved.sums.back().R, end.R);
  both.output(moved.sums.back().S, end.S);
  both.input(gQ, pulled.rows.gQ);
  both.input(gK, pulled.rows.gK);
  both.input(V, pulled.rows.V);
  both.input(R, pulled.start.R);
  both.input(S, pulled.start.S);
  both.expect_equal("prefix attention");
}

TEST(Pullbacks, OfSoftmaxAttention) {
  constexpr Index L = 5, D = 3, d = 2;
  const Argument Q(L, D, 1), K(L, D, 2), V(L, d, 3);
  const Matrix<Digits50> dY = cotangent(L, d, 4);
  const std::vector<std::uint8_t> mask = {1, 1, 0, 1, 1};
  for (const bool causal : {true, false}) {
    const KernelRule rule{.causal = causal, .key_mask = mask};
    const SoftmaxRows<Digits50> rows{Q.x, K.x, V.x};
    const SoftmaxRows<Digits50> pulled = softmax_attention_pullback(
        rows, Scaling::both, rule, softmax_attention(rows, Scaling::both, rule), dY);
    Adjoint both;
    both.output(
        softmax_attention(SoftmaxRows<Dual>{Q.moving, K.moving, V.moving}, Scaling::both, rule).Y,
        dY);
    both.input(Q, pulled.Q);
    both.input(K, pulled.K);
    both.input(V, pulled.V);
    both.expect_equal(causal ? "causal softmax attention" : "softmax attention");
  }
}

TEST(Pullbacks, OfLayerNorm) {
  constexpr Index L = 4, n = 5;
  const Argument X(L, n, 1), weight(n, 1, 2), bias(n, 1, 3);
  const Matrix<Digits50> dY = cotangent(L, n, 4);
  const LayerNorm<const Digits50> norm{{weight.x.data(), n}, {bias.x.data(), n}};
  Vector<Digits50> dweight = Vector<Digits50>::Zero(n), dbias = dweight;
  const auto dX = layer_norm_pullback(norm, layer_norm(norm, 1e-5, X.x), dY,
                                      {{dweight.data(), n}, {dbias.data(), n}});
  const LayerNorm<const Dual> moving{{weight.moving.data(), n}, {bias.moving.data(), n}};
  Adjoint both;
  both.output(layer_norm(moving, Dual(1e-5), X.moving).Y, dY);
  both.input(X, dX);
  both.input(weight, dweight);
  both.input(bias, dbias);
  both.expect_equal("layer norm");
}

TEST(Pullbacks, OfGelu) {
  const Argument X(7, 5, 1);
  const Matrix<Digits50> dY = cotangent(7, 5, 2);
  Adjoint both;
  both.output(gelu(X.moving).Y, dY);
  both.input(X, gelu_pullback(X.x, gelu(X.x), dY));
  both.expect_equal("GeLU");
}

TEST(Pullbacks, OfEveryFeatureMap) {
  constexpr Index L = 5, d = 3;
  for (const FeatureMap& map : feature_maps) {
    const Index M = map.features(d);
    const Argument X(L, d, 1), omega(d, M, 2);
    const FeatureFunction<Digits50> g{map, {}, {omega.x.data(), d, M}};
    const Matrix<Dual> constant =
        omega.x.unaryExpr([](const Digits50& x) { return constant_dual(x); });
    const FeatureFunction<Dual> moving{map, {}, {constant.data(), d, M}};
    const Matrix<Digits50> dG = cotangent(L, M, 3);
    Adjoint both;
    both.output(features(moving, X.moving), dG);
    both.input(X, features_pullback(g, X.x, features(g, X.x), dG));
    both.expect_equal("features " + name(map));
  }
}

TEST(Pullbacks, OfEveryRandomFeature) {
  constexpr Index L = 5, d = 3, M = 4;
  const Argument X(L, d, 1), omega(d, M, 2);
  const MatrixView<const Digits50> still(omega.x.data(), d, M);
  const Matrix<Dual> constant = still.unaryExpr([](const Digits50& x) { return constant_dual(x); });
  for (const auto& [kind, label] : {std::pair(RandomFeatures::positive, "positive"),
                                    std::pair(RandomFeatures::hyperbolic, "hyperbolic"),
                                    std::pair(RandomFeatures::trigonometric, "trigonometric")}) {
    const Matrix<Digits50> dF = cotangent(L, feature_count(kind, M), 3);
    Adjoint both;
    both.output(random_features<Dual>(kind, {constant.data(), d, M}, X.moving), dF);
    const Matrix<Digits50> F = random_features(kind, still, X.x);
    both.input(X, random_features_pullback(kind, still, X.x, F, dF));
    both.expect_equal(std::string(label) + " random features");
  }
}

TEST(Pullbacks, OfCrossEntropy) {
  constexpr Index L = 3, V = 5;
  const Argument logits(L, V, 1);
  const Sequences sequences = draw_sequences(1, L, V, 1);
  const Matrix<Dual> loss =
      Matrix<Dual>::Constant(1, 1, cross_entropy(logits.moving, sequences, 0, Dual(3.0)).loss);
  Adjoint both;
  both.output(loss, Matrix<Digits50>(Matrix<Digits50>::Ones(1, 1)));
  both.input(logits, cross_entropy(logits.x, sequences, 0, Digits50(3.0)).dlogits);
  both.expect_equal("cross entropy");
}

}  // namespace
}  // namespace slim::reference
