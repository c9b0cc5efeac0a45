// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/proofs/proof.hpp"
#include "reference/proofs/slopes.hpp"

// Properties of the row maps that hold for all inputs.

namespace slim::reference::proofs {

/// Normalised rows have mean 0 and mean square σ²/(σ² + ε). A shift of a row and (without ε) a
/// scale do not change them, so that the cotangent has sum 0 and inner product 0 with the row.
inline double layer_norm_moments() {
  Worst worst;
  constexpr Index L = 4;
  constexpr Index n = 6;
  const Matrix<Real> X = drawn_matrix(L, n, 1).array() + Real(3);
  const Vector<Real> gain = drawn_matrix(n, 1, 2);
  const Vector<Real> bias = drawn_matrix(n, 1, 3);
  const LayerNorm<const Real> norm{{gain.data(), n}, {bias.data(), n}};
  const Real bound = 1e-16L * largest(entries(X));
  const Matrix<Real> Y = layer_norm_of(norm, 0.5L, X);
  const Matrix<Real> dX = layer_norm_cotangent(norm, 0, X, drawn_matrix(L, n, 4));
  for (Index l = 0; l < L; ++l) {
    Real mean = 0;
    Real square = 0;
    Real row_mean = 0;
    Real row_square = 0;
    Real sum_of_cotangent = 0;
    Real inner = 0;
    for (Index i = 0; i < n; ++i) {
      const Real y = (Y(l, i) - bias(i)) / gain(i);
      mean += y / n;
      square += y * y / n;
      row_mean += X(l, i) / n;
      row_square += X(l, i) * X(l, i) / n;
      sum_of_cotangent += dX(l, i);
      inner += dX(l, i) * X(l, i);
    }
    const Real variance = row_square - row_mean * row_mean;
    worst.see(mean, bound);
    worst.see(square - variance / (variance + 0.5L), bound);
    worst.see(sum_of_cotangent, bound);
    worst.see(inner, bound);
  }
  return worst.multiple();
}

/// GeLU(x) − GeLU(−x) = x, and its pullback is its derivative.
inline double gelu_reflection_and_slope() {
  Worst worst;
  for (int quarters = -16; quarters <= 16; ++quarters) {
    const Real x = quarters * 0.25L;
    worst.see(gelu_of(x) - gelu_of(-x) - x, 1e-17L);
    const Real slope = five_point_slope([&](Real step) { return gelu_of(x + step); });
    worst.see(gelu_slope(x) - slope, 1e-13L);
  }
  return worst.multiple();
}

/// Equal logits have loss log V. Adding a number to a row of logits changes nothing, so that its
/// cotangent has sum 0. Only the target's entry of a counted row is negative.
inline double cross_entropy_shift() {
  Worst worst;
  const Sequences sequences = draw_sequences(1, 4, 6, 4);
  const Matrix<Real> logits = drawn_matrix(4, 6, 6);
  const LossOfLogits drawn = loss_of_logits(logits, sequences, 4);
  const LossOfLogits shifted = loss_of_logits(logits.array() + Real(2), sequences, 4);
  const LossOfLogits equal = loss_of_logits(Matrix<Real>::Constant(4, 6, 3), sequences, 4);
  worst.see(equal.loss - std::log(Real(6)), 1e-17L);
  worst.see(shifted.loss - drawn.loss, 1e-17L);
  compare(worst, entries(shifted.dlogits), entries(drawn.dlogits), 1e-17L);
  for (Index l = 0; l < 4; ++l) {
    worst.see(drawn.dlogits.row(l).sum(), 1e-17L);
    for (Index j = 0; j < 6; ++j) {
      worst.require((drawn.dlogits(l, j) < 0) == (j == sequences.target(0, l)));
    }
  }
  return worst.multiple();
}

/// The code of position p + q is that of p rotated by the angles of q. Position 0 has sines 0 and
/// cosines 1. The first frequency is 1, the last base^(−(w−2)/w). Row l of a code that starts at p
/// is row 0 of one that starts at p + l.
inline double positions_rotate() {
  Worst worst;
  constexpr Index width = 8;
  constexpr Index half = width / 2;
  const auto code = [](Index p) { return position_code_of(p, 1, width); };
  worst.see(code(1)(0, 0) - std::sin(1.0L), 1e-17L);
  worst.see(code(1)(0, half - 1) - std::sin(std::pow(1e4L, -0.75L)), 1e-17L);
  for (const Index p : {0, 1, 7, 100}) {
    for (const Index q : {0, 1, 30}) {
      const Matrix<Real> a = code(p);
      const Matrix<Real> b = code(q);
      const Matrix<Real> both = position_code_of(p, q + 1, width);
      for (Index i = 0; i < half; ++i) {
        const Index j = half + i;
        worst.see(both(q, i) - (a(0, i) * b(0, j) + a(0, j) * b(0, i)), 1e-16L);
        worst.see(both(q, j) - (a(0, j) * b(0, j) - a(0, i) * b(0, i)), 1e-16L);
        worst.see(code(p + q)(0, i) - both(q, i), 1e-17L);
        worst.require(code(0)(0, i) == 0 && code(0)(0, j) == 1);
      }
    }
  }
  return worst.multiple();
}

}  // namespace slim::reference::proofs
