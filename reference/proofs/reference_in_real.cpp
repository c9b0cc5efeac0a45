// SPDX-License-Identifier: Apache-2.0
#include "reference/proofs/reference_in_real.hpp"

#include "reference/performer/gradient_definition.hpp"

namespace slim::reference {

template void gradient(const GradientTask<proofs::Real>&, GradientResult<proofs::Real>&);

}  // namespace slim::reference

namespace slim::reference::proofs {

Matrix<Real> layer_norm_of(const LayerNorm<const Real>& norm, Real epsilon, const Matrix<Real>& X) {
  return layer_norm<Real>(norm, epsilon, X).Y;
}

Matrix<Real> layer_norm_cotangent(const LayerNorm<const Real>& norm, Real epsilon,
                                  const Matrix<Real>& X, const Matrix<Real>& dY) {
  Vector<Real> dgain = Vector<Real>::Zero(X.cols());
  Vector<Real> dbias = Vector<Real>::Zero(X.cols());
  return layer_norm_pullback<Real>(norm, layer_norm<Real>(norm, epsilon, X), dY,
                                   {{dgain.data(), dgain.size()}, {dbias.data(), dbias.size()}});
}

Real gelu_of(Real x) {
  return gelu<Real>(Matrix<Real>::Constant(1, 1, x)).Y(0, 0);
}

Real gelu_slope(Real x) {
  const Matrix<Real> X = Matrix<Real>::Constant(1, 1, x);
  return gelu_pullback<Real>(X, gelu<Real>(X), Matrix<Real>::Constant(1, 1, 1))(0, 0);
}

LossOfLogits loss_of_logits(const Matrix<Real>& logits, const Sequences& sequences, Real divisor) {
  const CrossEntropy<Real> result = cross_entropy<Real>(logits, sequences, 0, divisor);
  return {result.loss, result.dlogits};
}

Matrix<Real> position_code_of(Index first, Index rows, Index width) {
  return position_code<Real>(first, rows, width, 1e4);
}

Matrix<Real> attention_of(const Head& head, Real epsilon) {
  return prefix_attention<Real>({head.gQ, head.gK, head.V}, {head.R, head.S}, epsilon).Y;
}

}  // namespace slim::reference::proofs
