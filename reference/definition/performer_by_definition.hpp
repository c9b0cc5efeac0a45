// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/subject.hpp"

#include <cmath>
#include <vector>

// A second implementation of the model, from its equations alone: attention is a masked L×L matrix,
// everything else a loop over a row. It includes only the vocabulary, so that an error in the
// reference stays undetected only if it is made here, too.

namespace slim::reference {

/// The results of the forward pass. `loss` excludes the inner product with the cotangent.
template <class T>
struct DefinedForward {
  T loss;
  Matrix<T> logits;  ///< [B·L, V]
  State<T> end;
};

namespace by_definition {

template <class T>
using Row = std::vector<T>;
template <class T>
using Rows = std::vector<Row<T>>;

inline std::size_t at(Index i) {
  return static_cast<std::size_t>(i);
}

template <class T>
T dot(const Row<T>& x, const Row<T>& y) {
  T total(0);
  for (std::size_t i = 0; i < x.size(); ++i) total += x[i] * y[i];
  return total;
}

/// y_j = b_j + Σ_i W_ji x_i
template <class T>
Row<T> affine(const LinearMap<const T>& map, const Row<T>& x) {
  Row<T> y;
  for (Index j = 0; j < map.weight.rows(); ++j) {
    T total = map.bias(j);
    for (Index i = 0; i < map.weight.cols(); ++i) total += map.weight(j, i) * x[at(i)];
    y.push_back(total);
  }
  return y;
}

/// y_i = w_i (x_i − μ)/√(σ² + ε) + b_i, with the row's mean μ and variance σ²
template <class T>
Row<T> normalised(const LayerNorm<const T>& norm, double epsilon, const Row<T>& x) {
  using std::sqrt;
  const T n(static_cast<double>(x.size()));
  T mean(0);
  for (const T& entry : x) mean += entry / n;
  T variance(0);
  for (const T& entry : x) variance += (entry - mean) * (entry - mean) / n;
  Row<T> y;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto place = static_cast<Index>(i);
    y.push_back(norm.weight(place) * (x[i] - mean) / sqrt(variance + T(epsilon)) +
                norm.bias(place));
  }
  return y;
}

template <class T>
T erfc_of(const T& x) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::erfc(x);
  } else {
    T result;
    mpfr_erfc(result.backend().data(), x.backend().data(), MPFR_RNDN);
    return result;
  }
}

/// GeLU(u) = u erfc(−u/√2)/2, or u (1 + tanh(√(2/π)(u + 0.044715 u³)))/2
template <class T>
T gelu_of(const Conventions& conventions, const T& u) {
  using std::atan;
  using std::sqrt;
  using std::tanh;
  if (conventions.gelu_tanh == 0.0) return u * erfc_of(T(-u / sqrt(T(2)))) / T(2);
  const T pi = 4 * atan(T(1));
  return u * (1 + tanh(T(sqrt(2 / pi) * (u + T(0.044715) * u * u * u)))) / T(2);
}

/// W₂ GeLU(W₁ x + b₁) + b₂
template <class T>
Row<T> feed_forward(const Conventions& conventions, const LayerParameters<const T>& theta,
                    const Row<T>& x) {
  Row<T> hidden = affine(theta.U_map, x);
  for (T& u : hidden) u = gelu_of(conventions, u);
  return affine(theta.V_map, hidden);
}

/// g(x): x², max(x, 0), ELU(x) + 1, |x|, or exp(ω_m·y − |y|²/2) with y = x/d^(1/4)
template <class T>
Row<T> features(const FeatureMap& map, const MatrixView<const T>& omega, const Row<T>& x) {
  using std::exp;
  using std::pow;
  Row<T> g;
  for (const T& entry : x) {
    if (map.kind == FeatureKind::square) g.push_back(entry * entry);
    if (map.kind == FeatureKind::relu) g.push_back(entry > 0 ? entry : T(0));
    if (map.kind == FeatureKind::elu_plus_one) g.push_back(entry > 0 ? entry + 1 : T(exp(entry)));
    if (map.kind == FeatureKind::absolute) g.push_back(entry > 0 ? entry : T(-entry));
  }
  if (map.kind != FeatureKind::favor_plus) return g;
  const T root = pow(T(static_cast<double>(x.size())), T(0.25));
  for (Index m = 0; m < omega.cols(); ++m) {
    T exponent(0);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const T y = x[i] / root;
      exponent += omega(static_cast<Index>(i), m) * y - y * y / 2;
    }
    g.push_back(exp(exponent));
  }
  return g;
}

/// The position of a head: its sequence, layer and number.
struct Place {
  Index b, r, h;
};

/// Columns hd … hd + d − 1 of each row.
template <class T>
Rows<T> head_of(const Rows<T>& X, Index h, Index d) {
  Rows<T> part;
  for (const Row<T>& x : X) part.emplace_back(x.begin() + h * d, x.begin() + (h + 1) * d);
  return part;
}

/// Whether row l is a token, and not padding.
inline bool is_token(const Sequences& sequences, Index b, std::size_t l) {
  const auto row = static_cast<Index>(l);
  return row >= sequences.first_row(b) && row < sequences.end_row(b);
}

/// One head's Y from its Q, K, V [L][d]: with A_lj = g(q_l)·g(k_j) for j ≤ l if row j is no
/// padding, and 0 elsewhere,
///   y_l = (R₀ g(q_l) + Σ_j A_lj v_j) / (S₀·g(q_l) + Σ_j A_lj + ε)
/// and R_end = R₀ + Σ_j v_j g(k_j)ᵀ, S_end = S₀ + Σ_j g(k_j) over the same j; R₀ and S₀ are 0
/// without a start state. In rows of padding Y is 0.
template <class T>
Rows<T> attention(const GradientTask<T>& task, const Place& place, const Rows<T>& Q,
                  const Rows<T>& K, const Rows<T>& V, State<T>& end) {
  const auto [b, r, h] = place;
  const Model& model = task.model;
  const std::size_t L = Q.size();
  Rows<T> gQ;
  Rows<T> gK;
  for (std::size_t l = 0; l < L; ++l) {
    gQ.push_back(features(model.feature_map, task.omega.head(r, h), Q[l]));
    gK.push_back(features(model.feature_map, task.omega.head(r, h), K[l]));
  }
  Rows<T> A(L, Row<T>(L, T(0)));
  for (std::size_t l = 0; l < L; ++l) {
    for (std::size_t j = 0; j <= l; ++j) {
      if (is_token(task.sequences, b, j)) A[l][j] = dot(gQ[l], gK[j]);
    }
  }
  auto R = end.R(b, r, h);
  auto S = end.S(b, r, h);
  if (task.start != nullptr) {
    R = task.start->R(b, r, h);
    S = task.start->S(b, r, h);
  }
  Rows<T> Y;
  for (std::size_t l = 0; l < L; ++l) {
    if (!is_token(task.sequences, b, l)) {
      Y.emplace_back(at(R.rows()), T(0));
      continue;
    }
    T denominator(model.conventions.denominator_epsilon);
    for (Index m = 0; m < S.size(); ++m) denominator += S(m) * gQ[l][at(m)];
    for (std::size_t j = 0; j < L; ++j) denominator += A[l][j];
    Row<T> y;
    for (Index i = 0; i < R.rows(); ++i) {
      T numerator(0);
      for (Index m = 0; m < R.cols(); ++m) numerator += R(i, m) * gQ[l][at(m)];
      for (std::size_t j = 0; j < L; ++j) numerator += A[l][j] * V[j][at(i)];
      y.push_back(numerator / denominator);
    }
    Y.push_back(y);
  }
  for (std::size_t j = 0; j < L; ++j) {
    if (!is_token(task.sequences, b, j)) continue;
    for (Index m = 0; m < R.cols(); ++m) {
      for (Index i = 0; i < R.rows(); ++i) R(i, m) += V[j][at(i)] * gK[j][at(m)];
      S(m) += gK[j][at(m)];
    }
  }
  return Y;
}

/// All heads of a layer, concatenated.
template <class T>
Rows<T> multi_head_attention(const GradientTask<T>& task, Index b, Index r, const Rows<T>& X,
                             State<T>& end) {
  const LayerParameters<const T> theta = task.theta.layer(r);
  const Index d = task.model.head_dim();
  Rows<T> Q;
  Rows<T> K;
  Rows<T> V;
  for (const Row<T>& x : X) {
    Q.push_back(affine(theta.q_map, x));
    K.push_back(affine(theta.k_map, x));
    V.push_back(affine(theta.v_map, x));
  }
  Rows<T> Y(X.size());
  for (Index h = 0; h < task.model.heads; ++h) {
    const Rows<T> head =
        attention(task, Place{b, r, h}, head_of(Q, h, d), head_of(K, h, d), head_of(V, h, d), end);
    for (std::size_t l = 0; l < Y.size(); ++l)
      Y[l].insert(Y[l].end(), head[l].begin(), head[l].end());
  }
  return Y;
}

/// X plus a branch of it, with the norm on the output or on the input of the branch.
template <class T, class Branch>
Rows<T> with_branch(const Model& model, const LayerNorm<const T>& norm, const Rows<T>& X,
                    const Branch& branch) {
  const auto normalise = [&](Rows<T> rows) {
    for (Row<T>& row : rows) row = normalised(norm, model.conventions.layer_norm_epsilon, row);
    return rows;
  };
  Rows<T> Y = model.norm == Norm::branch_output ? normalise(branch(X)) : branch(normalise(X));
  for (std::size_t l = 0; l < X.size(); ++l) {
    for (std::size_t i = 0; i < X[l].size(); ++i) Y[l][i] += X[l][i];
  }
  return Y;
}

/// x_l = (E of its token, sin(p f_i) …, cos(p f_i) …), f_i = base^(−2i/w), w = d_model/2, at its
/// position p; or E of its token + P of its position. It is 0 in rows of padding.
template <class T>
Rows<T> embedded(const GradientTask<T>& task, Index b) {
  using std::cos;
  using std::pow;
  using std::sin;
  const Index w = task.model.hidden_dim / 2;
  Index first = task.first_position;
  if (task.model.conventions.positions_count_padding == 0.0) first -= task.sequences.first_row(b);
  Rows<T> X;
  for (Index l = 0; l < task.sequences.length(); ++l) {
    if (!is_token(task.sequences, b, at(l))) {
      X.emplace_back(at(2 * w), T(0));
      continue;
    }
    const Index token = task.sequences.input(b, l);
    Row<T> x;
    if (task.model.position_rows > 0) {
      for (Index i = 0; i < 2 * w; ++i) {
        x.push_back(task.theta.input_map()(token, i) + task.theta.position_map()(first + l, i));
      }
      X.push_back(x);
      continue;
    }
    for (Index i = 0; i < w; ++i) x.push_back(task.theta.input_map()(token, i));
    Row<T> cosines;
    for (Index i = 0; i < w / 2; ++i) {
      const T f = pow(T(task.model.conventions.position_base),
                      T(-2 * static_cast<double>(i)) / T(static_cast<double>(w)));
      const T angle = T(static_cast<double>(first + l)) * f;
      x.push_back(sin(angle));
      cosines.push_back(cos(angle));
    }
    x.insert(x.end(), cosines.begin(), cosines.end());
    X.push_back(x);
  }
  return X;
}

}  // namespace by_definition

/// Loss, logits and final prefix sums of a task, by the definition.
/// Cost: O(B s k L² (d + M)) plus the cost of the row maps; meant for small cases.
template <class T>
DefinedForward<T> performer_by_definition(const GradientTask<T>& task) {
  using std::exp;
  using std::log;
  const Model& model = task.model;
  const Sequences& sequences = task.sequences;
  const Index L = sequences.length();
  DefinedForward<T> forward{.loss = T(0),
                            .logits = Matrix<T>::Zero(sequences.batch() * L, model.vocab_size),
                            .end = State<T>(model, sequences.batch())};
  Index counted = 0;
  for (Index b = 0; b < sequences.batch(); ++b) {
    by_definition::Rows<T> X = by_definition::embedded(task, b);
    for (Index r = 0; r < model.layers; ++r) {
      const LayerParameters<const T> theta = task.theta.layer(r);
      X = by_definition::with_branch(model, theta.layernorm1, X, [&](const auto& rows) {
        return by_definition::multi_head_attention(task, b, r, rows, forward.end);
      });
      X = by_definition::with_branch(model, theta.layernorm2, X, [&](auto rows) {
        for (auto& row : rows) {
          row = by_definition::feed_forward(model.conventions, theta, row);
        }
        return rows;
      });
    }
    for (Index l = 0; l < L; ++l) {
      if (!by_definition::is_token(sequences, b, by_definition::at(l))) continue;
      const by_definition::Row<T> z =
          by_definition::affine(task.theta.output_logit_map(), X[by_definition::at(l)]);
      for (Index j = 0; j < model.vocab_size; ++j) {
        forward.logits(b * L + l, j) = z[by_definition::at(j)];
      }
      if (!sequences.counts(b, l)) continue;
      // −log of the target's softmax
      T total(0);
      for (const T& logit : z) total += exp(logit - z[by_definition::at(sequences.target(b, l))]);
      forward.loss += log(total);
      ++counted;
    }
  }
  if (task.counted_targets > 0) counted = task.counted_targets;
  if (counted > 0) {
    forward.loss /= T(static_cast<double>(counted)) + T(model.conventions.loss_epsilon);
  }
  return forward;
}

}  // namespace slim::reference
