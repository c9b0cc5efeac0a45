// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/gradient.hpp"

namespace slim::reference::proofs {

/// The scalar type of the proofs: difference quotients have more than 10 correct digits, and no
/// kernels of Eigen have to be compiled.
using Real = long double;

// The functions that proofs use besides gradient<Real>. They are defined in reference_in_real.cpp,
// the only file that is compiled with the mutated headers.

/// The output Y of layer_norm.
Matrix<Real> layer_norm_of(const LayerNorm<const Real>& norm, Real epsilon, const Matrix<Real>& X);
/// The dX of its pullback.
Matrix<Real> layer_norm_cotangent(const LayerNorm<const Real>& norm, Real epsilon,
                                  const Matrix<Real>& X, const Matrix<Real>& dY);

Real gelu_of(Real x);
/// The dX of GeLU's pullback for dY = 1.
Real gelu_slope(Real x);

/// The loss of sequence 0 and its gradient with respect to the logits.
struct LossOfLogits {
  Real loss;
  Matrix<Real> dlogits;
};
LossOfLogits loss_of_logits(const Matrix<Real>& logits, const Sequences& sequences, Real divisor);

/// The code of positions first, first + 1, … with base 10⁴.
Matrix<Real> position_code_of(Index first, Index rows, Index width);

/// One head's rows and initial prefix sums.
struct Head {
  Matrix<Real> gQ, gK, V;
  Matrix<Real> R;
  Vector<Real> S;
};
/// The output Y [L, d] of prefix_attention.
Matrix<Real> attention_of(const Head& head, Real epsilon);

}  // namespace slim::reference::proofs
