#pragma once

#include "reference/performer/gradient.hpp"

namespace slim::reference::proofs {

/// What proofs run the reference in: difference quotients show more than 10 digits, and no matrix
/// library's kernels have to be compiled.
using Real = long double;

// What proofs look at besides gradient<Real>. These are defined in reference_in_real.cpp, the only
// file that is compiled against the spoiled headers.

/// Y of layer_norm.
Matrix<Real> layer_norm_of(const LayerNorm<const Real>& norm, Real epsilon, const Matrix<Real>& X);
/// dX of its pullback.
Matrix<Real> layer_norm_cotangent(const LayerNorm<const Real>& norm, Real epsilon,
                                  const Matrix<Real>& X, const Matrix<Real>& dY);

Real gelu_of(Real x);
/// dX of its pullback of 1.
Real gelu_slope(Real x);

/// Loss of sequence 0 and its gradient in the logits.
struct LossOfLogits {
  Real loss;
  Matrix<Real> dlogits;
};
LossOfLogits loss_of_logits(const Matrix<Real>& logits, const Sequences& sequences, Real divisor);

/// Of positions first, first + 1, … with base 10⁴.
Matrix<Real> position_code_of(Index first, Index rows, Index width);

/// One head's rows and the prefix sums that it starts from.
struct Head {
  Matrix<Real> gQ, gK, V;
  Matrix<Real> R;
  Vector<Real> S;
};
/// Y [L, d] of prefix_attention.
Matrix<Real> attention_of(const Head& head, Real epsilon);

}  // namespace slim::reference::proofs
