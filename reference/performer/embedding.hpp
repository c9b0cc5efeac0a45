// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/numbers/constants.hpp"
#include "reference/vocabulary/model/parameters.hpp"
#include "reference/vocabulary/model/sequences.hpp"

#include <cmath>

namespace slim::reference {

/// The position code of positions `first`, `first` + 1, …: sines, then cosines, of position times
/// frequency, with frequencies base^(−2i/width), i from 0 to width/2 − 1.
/// Shapes: result [rows, width]. Source: the released code of SLiM Performer.
template <class T>
Matrix<T> position_code(Index first, Index rows, Index width, double base) {
  using std::cos;
  using std::exp;
  using std::log;
  using std::sin;
  using Wide = accumulator_t<T>;
  const Index half = width / 2;
  const Wide log_base = log(Wide(base));
  Matrix<T> code(rows, width);
  for (Index i = 0; i < half; ++i) {
    const Wide frequency = exp(-log_base * number<Wide>(2 * i) / number<Wide>(width));
    for (Index l = 0; l < rows; ++l) {
      const Wide angle = number<Wide>(first + l) * frequency;
      code(l, i) = T(sin(angle));
      code(l, half + i) = T(cos(angle));
    }
  }
  return code;
}

/// The position of the first token of sequence b, if that of the first row of the batch is `first`.
inline Index position_of_first_token(const Model& model, const Sequences& sequences, Index b,
                                     Index first) {
  return first + (model.conventions.positions_count_padding == 0.0 ? 0 : sequences.first_row(b));
}

/// The rows of sequence b that are no padding, l from 0, at positions p + l:
///   X_l = (E_token(l), code of p + l), the learned half, then the position code; or
///   X_l = E_token(l) + P_(p + l), with learned positions.
/// `first` is the position of the first row of the batch. Shapes: E [V, d_model/2], X [L, d_model];
/// with learned positions E [V, d_model], P [L_max, d_model].
template <class T>
Matrix<T> embedding(const Model& model, const Parameters<T>& theta, const Sequences& sequences,
                    Index b, Index first) {
  const MatrixView<const T> E = theta.input_map();
  const Index width = E.cols();
  const Index first_row = sequences.first_row(b);
  const Index p = position_of_first_token(model, sequences, b, first);
  Matrix<T> X(sequences.end_row(b) - first_row, model.hidden_dim);
  for (Index l = 0; l < X.rows(); ++l) {
    X.row(l).head(width) = E.row(sequences.input(b, first_row + l));
  }
  if (model.learns_positions()) {
    X += theta.position_map().middleRows(p, X.rows());
  } else {
    X.rightCols(width) = position_code<T>(p, X.rows(), width, model.conventions.position_base);
  }
  return X;
}

/// Adds each row's dX to its token's row of the gradient of E, and to its position's row of that of
/// P, if positions are learned.
template <class T>
void embedding_pullback(const Model& model, const Sequences& sequences, Index b, Index first,
                        const Matrix<T>& dX, Parameters<accumulator_t<T>>& gradient) {
  using Wide = accumulator_t<T>;
  MatrixView<Wide> dE = gradient.input_map();
  const Index first_row = sequences.first_row(b);
  for (Index l = 0; l < dX.rows(); ++l) {
    dE.row(sequences.input(b, first_row + l)) += dX.row(l).head(dE.cols()).template cast<Wide>();
  }
  if (!model.learns_positions()) return;
  const Index p = position_of_first_token(model, sequences, b, first);
  MatrixView<Wide> dP = gradient.position_map();
  for (Index l = 0; l < dX.rows(); ++l) dP.row(p + l) += dX.row(l).template cast<Wide>();
}

}  // namespace slim::reference
