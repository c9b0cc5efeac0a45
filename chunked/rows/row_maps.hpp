// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/rows/gelu.hpp"
#include "chunked/rows/products.hpp"
#include "chunked/rows/scalar_functions.hpp"
#include "reference/vocabulary/model/sequences.hpp"

#include <map>
#include <vector>

namespace slim::chunked {

/// Rows per task in maps that treat every row independently.
inline constexpr Index row_block = 16;

template <class Body>
void for_each_row(Workers& workers, Index rows, const Body& body) {
  for_each_block(workers, rows, row_block, [&](Index begin, Index count) {
    for (Index l = begin; l < begin + count; ++l) body(l);
  });
}

/// Mean and 1/deviation of each input row of a LayerNorm.
/// Shapes: [C].
template <class T>
struct RowMoments {
  VectorView<T> mean;
  VectorView<T> inverse_deviation;
};

/// Z = (X - mean)/√(variance + ε) ∘ gain + bias (+ residual), row by row; stores the moments.
/// Shapes: X, Z, residual [C, d_model]; `residual` may be null.
template <class T>
void layer_norm(Workers& workers, const LayerNorm<const T>& norm, double epsilon,
                const MatrixView<const T>& X, const MatrixView<const T>* residual, MatrixView<T> Z,
                RowMoments<T> moments) {
  const T width = number<T>(X.cols());
  for_each_row(workers, X.rows(), [&](Index l) {
    const auto x = X.row(l);
    const T mean = x.sum() / width;
    const T variance = (x.array() - mean).square().sum() / width;
    const T inverse = T(1) / sqrt(T(variance + static_cast<T>(epsilon)));
    moments.mean(l) = mean;
    moments.inverse_deviation(l) = inverse;
    auto z = Z.row(l);
    z.array() = (x.array() - mean) * inverse * norm.weight.transpose().array() +
                norm.bias.transpose().array();
    if (residual != nullptr) z += residual->row(l);
  });
}

/// The pullback of layer_norm: with x̂ = (x - mean)/deviation and a = dz ∘ gain,
/// dx (+)= (a - mean(a) - x̂ mean(a ∘ x̂))/deviation, dgain += Σ dz ∘ x̂, dbias += Σ dz.
/// `dX` may be `dZ` itself when overwriting.
template <class T>
void pull_back_layer_norm(Workers& workers, const LayerNorm<const T>& norm,
                          const MatrixView<const T>& X, const RowMoments<T>& moments,
                          const MatrixView<const T>& dZ, MatrixView<T> dX, Into into,
                          LayerNorm<T> gradient) {
  constexpr Index columns = 64;
  for_each_block(workers, X.cols(), columns, [&](Index begin, Index width) {
    auto gain = gradient.weight.segment(begin, width).transpose().array();
    auto bias = gradient.bias.segment(begin, width).transpose().array();
    if constexpr (is_hardware_float<T>) {
      for (Index l = 0; l < X.rows(); ++l) {
        const auto dz = dZ.row(l).segment(begin, width).array();
        gain += dz * ((X.row(l).segment(begin, width).array() - moments.mean(l)) *
                      moments.inverse_deviation(l));
        bias += dz;
      }
    } else {
      for (Index i = 0; i < width; ++i) {
        gain(i) += pairwise_sum<T>(0, X.rows(), [&](Index l) -> T {
          return dZ(l, begin + i) *
                 ((X(l, begin + i) - moments.mean(l)) * moments.inverse_deviation(l));
        });
      }
      add_rows<T>(dZ.middleCols(begin, width), gradient.bias.segment(begin, width));
    }
  });
  const T count = number<T>(X.cols());
  for_each_row(workers, X.rows(), [&](Index l) {
    const T inverse = moments.inverse_deviation(l);
    const auto centred = (X.row(l).array() - moments.mean(l)) * inverse;
    const auto a = dZ.row(l).array() * norm.weight.transpose().array();
    const T mean_a = a.sum() / count;
    const T mean_ax = (a * centred).sum() / count;
    auto dx = dX.row(l).array();
    if (into == Into::add) {
      dx += (a - mean_a - centred * mean_ax) * inverse;
    } else {
      dx = (a - mean_a - centred * mean_ax) * inverse;
    }
  });
}

/// Calls body(function) with GeLU, or its tanh approximation.
template <class T, class Body>
void with_gelu(bool by_tanh, const Body& body) {
  if (by_tanh) {
    body(TanhGelu<T>());
  } else {
    body(Gelu<T>());
  }
}

/// A = GeLU(U), row by row. Shapes: U, A [C, d_ff].
template <class T>
void gelu(Workers& workers, bool by_tanh, const MatrixView<const T>& U, MatrixView<T> A) {
  with_gelu<T>(by_tanh, [&](const auto& function) {
    for_each_block(workers, U.rows(), row_block, [&](Index begin, Index count) {
      const Index at = begin * U.cols();
      function.apply(U.data() + at, A.data() + at, count * U.cols());
    });
  });
}

/// A = GeLU(U) and, in place, U = GeLU'(U), in one evaluation.
/// Shapes: U, A [C, d_ff].
template <class T>
void gelu_and_slope(Workers& workers, bool by_tanh, MatrixView<T> U, MatrixView<T> A) {
  with_gelu<T>(by_tanh, [&](const auto& function) {
    for_each_block(workers, U.rows(), row_block, [&](Index begin, Index count) {
      const Index at = begin * U.cols();
      function.apply_and_differentiate(U.data() + at, A.data() + at, count * U.cols());
    });
  });
}

/// dU = dA ∘ slope, in place over dA.
template <class T>
void scale_by(Workers& workers, const MatrixView<const T>& slope, MatrixView<T> dA) {
  for_each_block(workers, dA.rows(), row_block, [&](Index begin, Index count) {
    dA.middleRows(begin, count).array() *= slope.middleRows(begin, count).array();
  });
}

/// Embedding and position of a token: X_l = [E[token_l], sin(p_l f), cos(p_l f)] at its absolute
/// position p_l, with f_i = base^(-2i/(d_model/2)), i < d_model/4.
/// Source: the paper's code.
template <class T>
class Embedding {
 public:
  explicit Embedding(const Model& model)
      : half_(model.hidden_dim / 2), frequencies_(MemoryTag::slice, model.hidden_dim / 4) {
    const Wide<T> log_base = log(Wide<T>(model.conventions.position_base));
    for (Index i = 0; i < frequencies_.size(); ++i) {
      frequencies_[i] = exp(Wide<T>(-log_base * number<Wide<T>>(2 * i) / number<Wide<T>>(half_)));
    }
  }

  /// Row l of X takes token `first` + l of sequence b, at position `first_position` + l.
  void operator()(Workers& workers, const MatrixView<const T>& table, const Sequences& sequences,
                  Index b, Index first, Index first_position, MatrixView<T> X) const {
    for_each_row(workers, X.rows(), [&](Index l) {
      X.row(l).head(half_) = table.row(sequences.input(b, first + l));
      const auto position = number<Wide<T>>(first_position + l);
      const Index quarter = frequencies_.size();
      for (Index i = 0; i < quarter; ++i) {
        const Wide<T> angle = position * frequencies_[i];
        X(l, half_ + i) = static_cast<T>(sin(angle));
        X(l, half_ + quarter + i) = static_cast<T>(cos(angle));
      }
    });
  }

  /// dE[token_l] += the first half of dX_l; adds rows in order for hardware scalars, else pairwise.
  void pull_back(const Sequences& sequences, Index b, Index first, const MatrixView<const T>& dX,
                 MatrixView<T> gradient) const {
    if constexpr (is_hardware_float<T>) {
      for (Index l = 0; l < dX.rows(); ++l) {
        gradient.row(sequences.input(b, first + l)) += dX.row(l).head(half_);
      }
    } else {
      std::map<Index, std::vector<Index>> rows;  // of each token
      for (Index l = 0; l < dX.rows(); ++l) rows[sequences.input(b, first + l)].push_back(l);
      for (const auto& [token, of_token] : rows) {
        for (Index i = 0; i < half_; ++i) {
          gradient(token, i) += pairwise_sum<T>(0, static_cast<Index>(of_token.size()),
                                                [&, &own = of_token](Index j) -> T {
                                                  return dX(own[static_cast<std::size_t>(j)], i);
                                                });
        }
      }
    }
  }

 private:
  Index half_;
  Buffer<Wide<T>> frequencies_;
};

/// Cross entropy of a row of logits z, log Σ exp z - z_target. Overwrites z with scale ·
/// (softmax(z) - onehot(target)), its gradient times `scale`.
template <class T, class Row>
T cross_entropy_with_gradient(Row z, Index target, const T& scale) {
  const T target_logit = z(target);
  const T largest = z.maxCoeff();
  T total(0);
  for (Index j = 0; j < z.size(); ++j) {
    z(j) = exp(T(z(j) - largest));
    total += z(j);
  }
  const T factor = scale / total;
  for (Index j = 0; j < z.size(); ++j) z(j) *= factor;
  z(target) -= scale;
  return (largest - target_logit) + log(total);
}

}  // namespace slim::chunked
