// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/attention.hpp"

#include <cmath>
#include <functional>
#include <optional>
#include <vector>

// A second implementation of attention under every convention, forward only, from the equations
// alone. It includes only the vocabulary, so that an error in the reference stays undetected only
// if it is made here, too. On dual numbers it also proves the reference's pullback.

namespace slim::reference::by_parts {

template <class T>
using Row = std::vector<T>;

template <class T>
struct DefinedAttention {
  Heads<T> out;  ///< [B, H, L, d]
  Heads<T> end;  ///< RS [B, H, d + 1, M]
};

/// Removes the derivative of a number; the identity for numbers that have none.
template <class T>
using Detach = std::function<T(const T&)>;

/// Everything that turns a row into features, except for the row.
template <class T>
struct Part {
  const FeatureMap& map;
  const AttentionConventions& conventions;
  bool is_query;
  Detach<T> detach;

  /// What is declared for both sides, or for keys alone.
  template <class Value>
  [[nodiscard]] Value own(const std::optional<Value>& of_keys, Value of_both) const {
    return is_query || !of_keys ? of_both : *of_keys;
  }
  [[nodiscard]] FeatureKind kind() const { return own(conventions.keys.map, map.kind); }
  [[nodiscard]] T epsilon(EpsilonPlace place) const { return T(conventions.epsilons[place]); }
  [[nodiscard]] T epsilon(EpsilonPlace both, EpsilonPlace queries, EpsilonPlace keys) const {
    return epsilon(both) + epsilon(is_query ? queries : keys);
  }
};

template <class T>
T norm_squared(const Row<T>& x) {
  T total(0);
  for (const T& entry : x) total += entry * entry;
  return total;
}

/// x/|x|, scaled, with |x|² of the rows that have a length together.
template <class T>
Row<T> scaled(const Part<T>& part, Row<T> x, const T& square) {
  using std::sqrt;
  const AttentionConventions& c = part.conventions;
  const auto d = static_cast<double>(x.size());
  if (part.own(c.keys.unit_length, c.unit_length) != UnitLength::none) {
    T length = sqrt(square + part.epsilon(EpsilonPlace::length_squared));
    const T least = part.epsilon(EpsilonPlace::length_clamped);
    if (length < least) length = least;
    for (T& entry : x) entry /= length;
  }
  const T root = sqrt(T(d));
  T divisor(1);
  const bool by_map = c.scaling == Scaling::by_feature_map;
  if (c.scaling == Scaling::both || (by_map && part.kind() == FeatureKind::favor_plus)) {
    divisor = sqrt(root);
  }
  if (c.scaling == (part.is_query ? Scaling::queries : Scaling::keys)) divisor = root;
  const T factor(part.own(c.keys.input_scale, c.input_scale));
  for (T& entry : x) entry = entry * factor / divisor;
  return x;
}

template <class T, class Omega>
Row<T> projected(const Part<T>& part, const std::optional<Omega>& omega, const Row<T>& x) {
  if (!part.map.is_projected()) return x;
  Row<T> u;
  for (Index m = 0; m < omega->cols(); ++m) {
    T total(0);
    for (std::size_t i = 0; i < x.size(); ++i) total += x[i] * (*omega)(static_cast<Index>(i), m);
    u.push_back(total);
  }
  return u;
}

/// f of one u, for maps of one u.
template <class T>
T f(const AttentionConventions& c, FeatureKind kind, const T& u) {
  using std::erf;
  using std::exp;
  using std::log;
  using std::sqrt;
  using std::tanh;
  T positive = u > 0 ? u : T(0);
  switch (kind) {
    case FeatureKind::square:
      return u * u;
    case FeatureKind::relu:
      return positive;
    case FeatureKind::elu_plus_one:
      return u > 0 ? T(u + T(1)) : T(exp(u));
    case FeatureKind::absolute:
      return u > 0 ? u : T(-u);
    case FeatureKind::softplus:
      return c.softplus_threshold > 0 && u > c.softplus_threshold ? u : T(log(T(1) + exp(u)));
    case FeatureKind::sigmoid:
      return (T(1) + tanh(u / T(2))) / T(2);
    case FeatureKind::squared_relu:
      return positive * positive;
    case FeatureKind::gelu:
      return u / T(2) * (T(1) + erf(T(u / sqrt(T(2)))));
    case FeatureKind::gelu_tanh: {
      const T factor = sqrt(T(2) / (T(4) * atan(T(1))));
      return u / T(2) * (T(1) + tanh(T(factor * (u + T(0.044715) * u * u * u))));
    }
    case FeatureKind::silu:
      return u / (T(1) + exp(-u));
    case FeatureKind::relu_plus_one:
      return positive + T(1);
    default:
      return u;
  }
}

/// f(u) of a row; `exponent` is added to the exponents of exponential maps.
template <class T>
Row<T> mapped(const Part<T>& part, const Row<T>& u, const T& exponent) {
  using std::cos;
  using std::exp;
  using std::sin;
  using std::sqrt;
  Row<T> g;
  const FeatureKind kind = part.kind();
  const bool is_taylor = kind == FeatureKind::taylor || kind == FeatureKind::taylor_all;
  T total(0);
  for (const T& entry : u) total += exp(entry);
  if (is_taylor) g.push_back(T(1));
  for (const T& entry : u) {
    if (kind == FeatureKind::softmax) {
      g.push_back(exp(entry) / total);
    } else if (has_exponent(kind)) {
      g.push_back(exp(entry + exponent));
    } else if (kind == FeatureKind::trigonometric) {
      g.push_back(exp(exponent) * cos(entry));
    } else {
      g.push_back(is_taylor ? entry : f(part.conventions, kind, entry));
    }
  }
  for (const T& entry : u) {
    if (kind == FeatureKind::hyperbolic) g.push_back(exp(exponent - entry));
    if (kind == FeatureKind::trigonometric) g.push_back(exp(exponent) * sin(entry));
  }
  for (std::size_t i = 0; i < u.size(); ++i) {
    for (std::size_t j = 0; j < u.size(); ++j) {
      if (kind == FeatureKind::taylor_all) g.push_back(u[i] * u[j] / sqrt(T(2)));
      if (kind == FeatureKind::taylor && i < j) g.push_back(u[i] * u[j]);
    }
  }
  for (const T& entry : u) {
    if (kind == FeatureKind::taylor) g.push_back(entry * entry / sqrt(T(2)));
  }
  return g;
}

/// Scaled, + ε, divided, + ε
template <class T>
Row<T> divided(const Part<T>& part, Row<T> g) {
  using std::sqrt;
  using enum EpsilonPlace;
  const AttentionConventions& c = part.conventions;
  const bool of_rows = part.is_query || !c.keys.divides_over_rows();
  const T factor(part.own(c.keys.feature_scale, c.feature_scale));
  T divisor(1);
  for (T& entry : g) entry = entry * factor + part.epsilon(feature, query_feature, key_feature);
  if (of_rows && part.own(c.keys.divides_by_root_features, c.divides_by_root_features))
    divisor = sqrt(T(static_cast<double>(g.size())));
  if (of_rows && part.own(c.keys.divides_by_sum, c.divides_by_sum)) {
    divisor = part.epsilon(feature_sum);
    for (const T& entry : g) divisor += entry;
  }
  for (T& entry : g) {
    entry =
        entry / divisor + part.epsilon(divided_feature, divided_query_feature, divided_key_feature);
  }
  return g;
}

/// Divides by the sums over the rows of the head that are not masked, or over those of them up to
/// each row, before the last ε.
template <class T>
void divide_over_length(const Part<T>& part, const AttentionTask<T>& task, Index b,
                        std::vector<Row<T>>& head) {
  using enum EpsilonPlace;
  const T after = part.epsilon(divided_feature, divided_query_feature, divided_key_feature);
  const std::vector<Row<T>> given = head;
  for (std::size_t l = 0; l < head.size(); ++l) {
    if (!task.takes_part(b, static_cast<Index>(l))) continue;
    const std::size_t last = part.conventions.keys.divides_by_running_sum ? l + 1 : head.size();
    for (std::size_t m = 0; m < head[l].size(); ++m) {
      T total(0);
      for (std::size_t j = 0; j < last; ++j) {
        if (task.takes_part(b, static_cast<Index>(j))) total += given[j][m] - after;
      }
      head[l][m] = (given[l][m] - after) / total + after;
    }
  }
}

/// |x|² of the row, or of all rows of its head or sequence that take part.
template <class T>
T square_of_length(const Part<T>& part, const AttentionTask<T>& task, Index b, Index h, Index l) {
  const HeadsView<T>& X = part.is_query ? task.q : task.k;
  const UnitLength of = part.own(part.conventions.keys.unit_length, part.conventions.unit_length);
  T total(0);
  for (Index head = 0; head < X.sizes.heads; ++head) {
    if (of != UnitLength::sequence && head != h) continue;
    for (Index row = 0; row < X.sizes.rows; ++row) {
      const bool counts = part.is_query || task.takes_part(b, row);
      if (of == UnitLength::row || of == UnitLength::none ? row != l : !counts) continue;
      for (Index i = 0; i < X.sizes.cols; ++i) total += X(b, head)(row, i) * X(b, head)(row, i);
    }
  }
  return total;
}

/// Features of all rows of all heads, [B·H][L][M].
template <class T>
std::vector<std::vector<Row<T>>> features(const Part<T>& part, const AttentionTask<T>& task) {
  const HeadsView<T>& X = part.is_query ? task.q : task.k;
  const auto& [B, H, L, D] = X.sizes;
  using Head = std::optional<HeadView<T>>;
  std::vector<std::vector<Row<T>>> x_of, u_of;
  std::optional<T> of_all;
  std::vector<std::optional<T>> of_head;
  const Stabiliser stabiliser =
      part.is_query ? part.conventions.query_stabiliser : part.conventions.key_stabiliser;
  for (Index at = 0; at < B * H; ++at) {
    x_of.emplace_back();
    u_of.emplace_back();
    of_head.emplace_back();
    const Head omega = task.omega.empty() ? Head() : Head(task.omega(0, at % H));
    for (Index l = 0; l < L; ++l) {
      const auto row = X(at / H, at % H).row(l);
      Row<T> x;
      for (Index i = 0; i < D; ++i) x.push_back(row(i));
      x_of.back().push_back(task.features_given
                                ? x
                                : scaled(part, x, square_of_length(part, task, at / H, at % H, l)));
      u_of.back().push_back(task.features_given ? x : projected(part, omega, x_of.back().back()));
      if (!part.is_query && !task.takes_part(at / H, l)) continue;
      for (const T& u : u_of.back().back()) {
        if (!of_head.back() || u > *of_head.back()) of_head.back() = u;
        if (!of_all || u > *of_all) of_all = u;
      }
    }
  }
  if (task.features_given) return x_of;
  for (std::size_t at = 0; at < u_of.size(); ++at) {
    for (std::size_t l = 0; l < u_of[at].size(); ++l) {
      const bool favor = part.kind() == FeatureKind::favor_plus;
      const T half = norm_squared(x_of[at][l]) / T(2);
      T exponent(0);
      if (favor || part.own(part.conventions.keys.norm_factor, part.conventions.norm_factor)) {
        exponent = part.kind() == FeatureKind::trigonometric ? half : T(-half);
      }
      exponent += part.epsilon(EpsilonPlace::exponent);
      T peak(0);
      if (stabiliser == Stabiliser::over_length) peak = of_head[at].value_or(T(0));
      if (stabiliser == Stabiliser::over_all) peak = of_all.value_or(T(0));
      if (stabiliser == Stabiliser::per_row) {
        peak = u_of[at][l][0];
        for (const T& u : u_of[at][l]) peak = u > peak ? u : peak;
      }
      exponent -= part.conventions.stabiliser_detached ? part.detach(peak) : peak;
      u_of[at][l] = divided(part, mapped(part, u_of[at][l], exponent));
    }
    if (!part.is_query && part.conventions.keys.divides_over_rows()) {
      divide_over_length(part, task, static_cast<Index>(at) / H, u_of[at]);
    }
  }
  return u_of;
}

template <class T>
T dot(const Row<T>& a, const Row<T>& b) {
  T total(0);
  for (std::size_t i = 0; i < a.size(); ++i) total += a[i] * b[i];
  return total;
}

/// What stands in place of the denominator where the normaliser counts rows.
template <class T>
T counted(const AttentionTask<T>& task, Index b, Index i) {
  int keys = 0;
  for (Index j = 0; j < task.k.sizes.rows; ++j) {
    if ((!task.causal || j <= i) && task.takes_part(b, j)) ++keys;
  }
  switch (task.conventions.normaliser) {
    case Normaliser::length:
      return T(static_cast<double>(task.k.sizes.rows));
    case Normaliser::keys:
      return T(keys == 0 ? 1 : keys);
    case Normaliser::position:
      return T(static_cast<double>(i + 1));
    default:
      return T(1);
  }
}

/// c/D of row i from its sum of weights S·g(q) and from Σ_m g(q)_m.
template <class T>
T factor(const AttentionTask<T>& task, Index b, Index i, const T& weights, const T& sum_of_query) {
  using std::sqrt;
  using enum EpsilonPlace;
  const AttentionConventions& c = task.conventions;
  T scale(c.output_scale);
  if (c.output_scale_by != OutputScale::number) {
    scale = T(1) / sqrt(T(static_cast<double>(c.output_scale_by == OutputScale::root_width
                                                  ? task.q.sizes.cols
                                                  : task.features())));
  }
  if (c.normaliser != Normaliser::denominator) return scale / counted(task, b, i);
  const T rows(c.epsilon_times_length ? static_cast<double>(task.k.sizes.rows) : 1.0);
  T D = weights + rows * T(c.epsilons[sums]) * sum_of_query;
  const T small = rows * T(c.epsilons[when_small]);
  if (small > T(0) && D <= small && D >= -small) D += small + small;
  D += rows * T(c.epsilons[denominator]);
  const T least = rows * T(c.epsilons[clamped]);
  if (least > T(0) && D < least) D = least;
  return scale / D;
}

/// Attention of one task: with w_ij = g(q_i)·g(k_j) over the keys j that i attends to,
///   y_i = c (Σ_j w_ij v_j + R₀ g(q_i)) / D_i,  R = R₀ + Σ_j v_j g(k_j)ᵀ,  S = S₀ + Σ_j g(k_j)
template <class T>
DefinedAttention<T> attention(const AttentionTask<T>& task, const Detach<T>& detach) {
  require_valid(task);
  const auto& [B, H, L, d] = task.v.sizes;
  const Index M = task.features();
  const T own_weight(task.conventions.own_weight_is_length ? static_cast<double>(L)
                                                           : task.conventions.own_weight);
  const auto gQ = features(Part<T>{task.feature_map, task.conventions, true, detach}, task);
  const auto gK = features(Part<T>{task.feature_map, task.conventions, false, detach}, task);
  DefinedAttention<T> defined;
  defined.out.resize(task.out_sizes(), MemoryTag::result);
  defined.end.resize(task.state_sizes(), MemoryTag::result);
  for (Index b = 0; b < B; ++b) {
    for (Index h = 0; h < H; ++h) {
      const auto at = static_cast<std::size_t>(b * H + h);
      const auto row = [](Index i) { return static_cast<std::size_t>(i); };
      const auto start = [&](Index i, Index m) {
        return task.start.empty() ? T(0) : T(task.start(b, h)(i, m));
      };
      for (Index i = 0; i < L; ++i) {
        Row<T> g = gQ[at][row(i)];
        for (Index m = 0; task.conventions.divides_by_key_sums && m < M; ++m) {
          T total = start(d, m) + T(task.conventions.epsilons[EpsilonPlace::sums]);
          for (Index j = 0; j < L; ++j) {
            if ((!task.causal || j <= i) && task.takes_part(b, j)) total += gK[at][row(j)][row(m)];
          }
          g[row(m)] /= total;
        }
        std::vector<T> A(row(d + 1), T(0));  // numerators, then S·g(q)
        T of_query(0);
        for (Index m = 0; m < M; ++m) {
          of_query += g[row(m)];
          for (Index c = 0; c <= d; ++c) A[row(c)] += start(c, m) * g[row(m)];
        }
        for (Index j = 0; j < L; ++j) {
          if ((task.causal && j > i) || !task.takes_part(b, j)) continue;
          T w = dot(g, gK[at][row(j)]);
          if (i == j) w += own_weight;
          for (Index c = 0; c < d; ++c) A[row(c)] += w * task.v(b, h)(j, c);
          A.back() += w;
        }
        const T by = factor(task, b, i, A.back(), of_query);
        for (Index c = 0; c < d; ++c) defined.out(b, h)(i, c) = A[row(c)] * by;
      }
      for (Index m = 0; m < M; ++m) {
        for (Index c = 0; c <= d; ++c) {
          T total = start(c, m);
          for (Index j = 0; j < L; ++j) {
            if (!task.takes_part(b, j)) continue;
            const T& g = gK[at][row(j)][row(m)];
            total += c < d ? T(task.v(b, h)(j, c) * g) : g;
          }
          defined.end(b, h)(c, m) = total;
        }
      }
    }
  }
  return defined;
}

}  // namespace slim::reference::by_parts
