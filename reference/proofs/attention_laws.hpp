// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/proofs/proof.hpp"

// Properties of attention as an average of values.

namespace slim::reference::proofs {

/// With values of 1, in the start state too, the output is D/(D + ε), where D = Σ_j g(q_l)·g(k_j)
/// is computed by a separate loop. Without ε, outputs lie between the least and the largest value.
inline double attention_averages() {
  Worst worst;
  constexpr Index L = 5;
  constexpr Index d = 3;
  constexpr Index M = 4;
  const Matrix<Real> gQ = drawn_matrix(L, M, 1).cwiseAbs();
  const Matrix<Real> gK = drawn_matrix(L, M, 2).cwiseAbs();
  const Matrix<Real> V = drawn_matrix(L, d, 3);
  const Vector<Real> S = drawn_matrix(M, 1, 4).cwiseAbs();
  const Real epsilon = 0.5L;
  const Matrix<Real> ones = attention_of({.gQ = gQ,
                                          .gK = gK,
                                          .V = Matrix<Real>::Ones(L, d),
                                          .R = Vector<Real>::Ones(d) * S.transpose(),
                                          .S = S},
                                         epsilon);
  const Matrix<Real> average = attention_of(
      {.gQ = gQ, .gK = gK, .V = V, .R = Matrix<Real>::Zero(d, M), .S = Vector<Real>::Zero(M)}, 0);
  for (Index l = 0; l < L; ++l) {
    Real D = 0;
    for (Index m = 0; m < M; ++m) {
      Real keys = S(m);
      for (Index j = 0; j <= l; ++j) keys += gK(j, m);
      D += keys * gQ(l, m);
    }
    for (Index i = 0; i < d; ++i) {
      worst.see(ones(l, i) - D / (D + epsilon), 1e-17L);
      const auto values = V.col(i).head(l + 1);
      worst.require(average(l, i) >= values.minCoeff() - 1e-17L &&
                    average(l, i) <= values.maxCoeff() + 1e-17L);
    }
  }
  return worst.multiple();
}

/// With features x² and |x| and without ε, scaling all queries or all keys of a layer does not
/// change the loss, so that the maps that produce them are orthogonal to their gradients.
inline double scale_of_queries_and_keys() {
  Worst worst;
  for (const FeatureKind kind : {FeatureKind::square, FeatureKind::absolute}) {
    const auto c = drawn_case<Real>({.vocab_size = 5,
                                     .hidden_dim = 8,
                                     .layers = 2,
                                     .ffn_dim = 3,
                                     .heads = 2,
                                     .feature_map = {.kind = kind},
                                     .conventions = {.denominator_epsilon = 0.0}},
                                    1, 5, 5);
    const GradientResult<Real> answer = answer_to(c.task());
    const Real bound = 1e-15L * (1 + largest(answer.gradient.values()));
    for (Index r = 0; r < 2; ++r) {
      const auto theta = c.theta.layer(r);
      const auto gradient = answer.gradient.layer(r);
      const auto inner = [](const LinearMap<const Real>& map, const LinearMap<const Real>& slope) {
        return map.weight.cwiseProduct(slope.weight).sum() + map.bias.dot(slope.bias);
      };
      worst.see(inner(theta.q_map, gradient.q_map), bound);
      worst.see(inner(theta.k_map, gradient.k_map), bound);
    }
  }
  return worst.multiple();
}

}  // namespace slim::reference::proofs
