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

/// X_l = (E_token(l), code of position first + l): the learned half, then the position code.
/// Shapes: E [V, d_model/2], X [L, d_model].
template <class T>
Matrix<T> embedding(const Parameters<T>& theta, const Sequences& sequences, Index b, Index first,
                    double position_base) {
  const MatrixView<const T> E = theta.input_map();
  const Index half = E.cols();
  Matrix<T> X(sequences.length(), 2 * half);
  for (Index l = 0; l < X.rows(); ++l) X.row(l).head(half) = E.row(sequences.input(b, l));
  X.rightCols(half) = position_code<T>(first, X.rows(), half, position_base);
  return X;
}

/// Adds each row's dX to its token's row of the gradient of E.
template <class T>
void embedding_pullback(const Sequences& sequences, Index b, const Matrix<T>& dX,
                        Parameters<accumulator_t<T>>& gradient) {
  using Wide = accumulator_t<T>;
  MatrixView<Wide> dE = gradient.input_map();
  for (Index l = 0; l < dX.rows(); ++l) {
    dE.row(sequences.input(b, l)) += dX.row(l).head(dE.cols()).template cast<Wide>();
  }
}

}  // namespace slim::reference
