// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/faulty_sums.hpp"

namespace slim::properties::mutants {

/// The pullback of FaultySums: the derivative of its forward pass, with the faults of gradients.
///   dN_i = dY_i/D_i,  dD_i = −Y_i·dY_i/D_i
///   dg(q_i) = Σ_j w_ij (dN_i·v_j + dD_i) g(k_j),  dg(k_j) = Σ_i w_ij (dN_i·v_j + dD_i) g(q_i)
///   dv_j = Σ_i w_ij (g(q_i)·g(k_j)) dN_i
template <class T>
class FaultyPullback {
 public:
  using Head = FaultyHead<T>;

  FaultyPullback(const FaultyInputs<T>& in, const FaultyWeights& weights, const FaultySums<T>& sums,
                 std::vector<Head>& heads)
      : in_(in), weights_(weights), sums_(sums), heads_(heads) {}

  /// Adds up the gradients of all heads.
  void pull_back() {
    for (Head& head : heads_) {
      head.dgQ.setZero(in_.L, in_.M);
      head.dgK.setZero(in_.L, in_.M);
      head.dV.setZero(in_.L, in_.d);
      head.dstart.resize(in_.d + 1, in_.M);
      head.dstart.topRows(in_.d) = head.dR;
      head.dstart.row(in_.d) = head.dS;
    }
    for (Index b = 0; b < in_.B; ++b) {
      for (Index h = 0; h < in_.H; ++h) pull_back(b, h);
    }
    for (Index b = 0; b < in_.B; ++b) {
      for (Index h = 0; h < in_.H; ++h) finish(b, at(b, h));
    }
  }

 private:
  [[nodiscard]] bool is(Fault fault) const { return in_.is(fault); }
  Head& at(Index b, Index h) const { return heads_[in_.place(b, h)]; }

  /// The cotangents of numerators and of the sums of weights of one head.
  struct Cotangents {
    Matrix<T> dN;                ///< [L, d]
    Vector<T> of_query, of_key;  ///< dD for the gradients of queries and of keys [L]
    Vector<T> of_start;          ///< for that of the start state
  };

  /// −Y·dY/D of a row.
  [[nodiscard]] T denominator_gradient(const Head& head, Index i) const {
    const bool is_constant = is(Fault::not_normalised) || is(Fault::normalised_by_count) ||
                             is(Fault::normalised_over_queries) || is(Fault::denominator_detached);
    if (is_constant || !sums_.conventions().moves(head.D(i))) return T(0);
    const T inner = head.dY.row(i).dot(head.Y.row(i));
    if (is(Fault::denominator_gradient_added)) return inner / head.D(i);
    if (is(Fault::denominator_gradient_undivided)) return -inner;
    if (is(Fault::normalised_twice)) return T(-2) * inner / head.D(i);
    return -inner / head.D(i);
  }
  [[nodiscard]] Cotangents cotangents(const Head& head) const {
    Cotangents result{.dN = Matrix<T>(in_.L, in_.d),
                      .of_query = Vector<T>(in_.L),
                      .of_key = Vector<T>(in_.L),
                      .of_start = Vector<T>(in_.L)};
    for (Index i = 0; i < in_.L; ++i) {
      result.dN.row(i) = head.dY.row(i) / head.D(i);
      if (is(Fault::normalised_twice)) result.dN.row(i) /= head.D(i);
      if (is(Fault::scaled_after_normalising)) result.dN.row(i) *= sums_.scale_after_normalising();
      T dD = denominator_gradient(head, i);
      if (sums_.is_guarded(head.D(i))) {
        result.dN.row(i).setZero();
        dD = T(0);
      }
      const bool is_of_queries = !is(Fault::no_denominator_gradient_for_queries);
      const bool is_of_keys =
          !is(Fault::no_denominator_gradient_for_keys) && !is(Fault::key_sum_detached);
      result.of_query(i) = is_of_queries ? dD : T(0);
      result.of_key(i) = is_of_keys ? dD : T(0);
      result.of_start(i) = is(Fault::key_sum_detached) ? T(0) : dD;
      if (!is(Fault::denominator_from_first_channel)) continue;
      result.dN(i, 0) += dD;
      result.of_query(i) = result.of_key(i) = result.of_start(i) = T(0);
    }
    return result;
  }

  void pull_back(Index b, Index h) {
    Head& head = at(b, h);
    const Cotangents of = cotangents(head);
    for (Index other = 0; other < in_.H; ++other) {
      if (weights_.meets(Sum::numerator, h, other)) {
        pull_back_numerator(head, at(b, other), b, of);
      }
      if (!weights_.meets(Sum::denominator, h, other)) continue;
      for (Index sequence = 0; sequence < in_.B; ++sequence) {
        if (weights_.meets_sequence(Sum::denominator, b, sequence)) {
          pull_back_sum(head, at(sequence, other), sequence, of);
        }
      }
    }
    for (Index i = 0; i < in_.L; ++i) {
      if (weights_.is_skipped(i)) continue;
      pull_back_start(head, i, of);
      head.dV.row(i) += sums_.own_weight(b, i) * of.dN.row(i);
      head.dgQ.row(i).array() += of.of_query(i) * sums_.epsilon_of_sums();
    }
  }
  [[nodiscard]] bool is_left_out(Index b, Index j) const {
    return in_.is_masked(b, j) && !is(Fault::masked_keys_get_gradient) &&
           !is(Fault::masked_keys_alone_get_gradient);
  }
  /// Of a key that is not left out, whether its value is.
  [[nodiscard]] bool is_value_left_out(Index b, Index j) const {
    return in_.is_masked(b, j) && is(Fault::masked_keys_alone_get_gradient);
  }
  /// Through Σ_j w_ij (g(q_i)·g(k_j)) v_j.
  void pull_back_numerator(Head& head, Head& keys, Index b, const Cotangents& of) {
    for (Index i = 0; i < in_.L; ++i) {
      for (Index j = 0; j < in_.L; ++j) {
        if (is_left_out(b, j)) continue;
        const int of_query =
            in_.is_masked(b, j) ? 0 : weights_.times_for_queries(Sum::numerator, i, j);
        const int of_key = weights_.times_for_keys(Sum::numerator, i, j);
        if (of_query == 0 && of_key == 0) continue;
        const auto for_query = static_cast<T>(of_query);
        const auto for_key = static_cast<T>(of_key);
        if (is(Fault::product_of_channels)) {
          for (Index c = 0; c < in_.d; ++c) {
            const Index m = c % in_.M;
            const T by_value = of.dN(i, c) * keys.V(j, c);
            head.dgQ(i, m) += for_query * by_value * keys.gK(j, m);
            keys.dgK(j, m) += for_key * by_value * head.gQ(i, m);
            keys.dV(j, c) += for_key * sums_.score(head, keys, i, j, c) * of.dN(i, c);
          }
          continue;
        }
        T values = of.dN.row(i).dot(keys.V.row(j));
        if (is(Fault::normalised_over_queries)) values /= head.columns(j);
        head.dgQ.row(i) += for_query * values * keys.gK.row(j);
        keys.dgK.row(j) += for_key * values * head.gQ.row(i);
        if (is_value_left_out(b, j)) continue;
        keys.dV.row(j) += for_key * sums_.score(head, keys, i, j) * of.dN.row(i);
      }
    }
    if (is(Fault::normalised_over_queries)) pull_back_columns(head, b);
  }
  /// Through the division of each key's value by the sum of its column.
  void pull_back_columns(Head& head, Index b) {
    for (Index j = 0; j < in_.L; ++j) {
      head.dV.row(j) /= head.columns(j);
      if (in_.is_masked(b, j) || !sums_.conventions().moves(head.columns(j))) continue;
      const T dcolumn = -head.dV.row(j).dot(head.V.row(j)) / head.columns(j);
      for (Index i = 0; i < in_.L; ++i) {
        const auto times = static_cast<T>(weights_.times(Sum::denominator, i, j));
        head.dgQ.row(i) += times * dcolumn * head.gK.row(j);
        head.dgK.row(j) += times * dcolumn * head.gQ.row(i);
      }
    }
  }
  /// Through Σ_j w_ij g(q_i)·g(k_j).
  void pull_back_sum(Head& head, Head& keys, Index b, const Cotangents& of) {
    const bool by_column = is(Fault::denominator_of_column);
    const Index used = is(Fault::denominator_from_first_feature) ? 1 : in_.M;
    for (Index i = 0; i < in_.L; ++i) {
      for (Index j = 0; j < in_.L; ++j) {
        if (is_left_out(b, j)) continue;
        const Index row = by_column ? j : i;
        const int of_query =
            in_.is_masked(b, j) ? 0 : weights_.times_for_queries(Sum::denominator, i, j);
        const int of_key = weights_.times_for_keys(Sum::denominator, i, j);
        if (of_query != 0) {
          const T dD = static_cast<T>(of_query) * of.of_query(row);
          head.dgQ.row(i).head(used) += dD * keys.gK.row(j).head(used);
        }
        if (of_key != 0) {
          const T dD = static_cast<T>(of_key) * of.of_key(row);
          keys.dgK.row(j).head(used) += dD * head.gQ.row(i).head(used);
        }
      }
    }
  }
  /// Through R₀ g(q_i) and S₀·g(q_i).
  void pull_back_start(Head& head, Index i, const Cotangents& of) {
    const bool first_alone = is(Fault::denominator_from_first_feature);
    for (Index m = 0; m < in_.M; ++m) {
      for (Index c = 0; c < in_.d; ++c) {
        if (is(Fault::product_of_channels) && m != c % in_.M) continue;
        head.dgQ(i, m) += of.dN(i, c) * head.R0(c, m);
        head.dstart(c, m) += of.dN(i, c) * head.gQ(i, m);
      }
      if (first_alone && m > 0) continue;
      head.dgQ(i, m) += of.of_query(i) * head.S0(m);
      if (!is(Fault::start_gradient_without_key_sum)) {
        head.dstart(in_.d, m) += of.of_start(i) * head.gQ(i, m);
      }
    }
  }

  /// Through g(q_i)_m/S_im.
  void pull_back_sums_of_keys(Index b, Head& head) const {
    for (Index i = 0; i < head.sums.rows(); ++i) {
      for (Index m = 0; m < in_.M; ++m) {
        head.dgQ(i, m) /= head.sums(i, m);
        const T dS = -(head.gQ(i, m) * head.dgQ(i, m));
        head.dstart(in_.d, m) += dS;
        for (Index j = 0; j < in_.L; ++j) {
          if (is_left_out(b, j)) continue;
          head.dgK(j, m) += static_cast<T>(weights_.times(i, j)) * dS;
        }
      }
    }
  }

  /// The cotangent of the end state, and what faults do to the gradients of a head.
  void finish(Index b, Head& head) {
    for (Index j = 0; j < in_.L; ++j) {
      const bool is_in_end = !(is(Fault::end_of_whole_slices_only) && weights_.is_in_tail(j));
      if (is_left_out(b, j) || weights_.is_skipped(j) || !is_in_end) continue;
      add_end_cotangent(head, j, !is_value_left_out(b, j));
    }
    pull_back_sums_of_keys(b, head);
    if (is(Fault::mask_on_queries)) {
      for (Index i = 0; i < in_.L; ++i) {
        if (in_.is_masked(b, i)) head.dgQ.row(i).setZero();
      }
    }
    in_.zero_unused_columns(ColumnsOf::values, head.dV);
    in_.zero_unused_columns(ColumnsOf::features, head.dgQ);
    in_.zero_unused_columns(ColumnsOf::features, head.dgK);
    if (in_.zeroes_values()) in_.zero_masked_rows(b, head.dV);
    if (in_.detaches_start()) head.dstart.setZero();
  }
  void add_end_cotangent(Head& head, Index j, bool moves_value) {
    for (Index m = 0; m < in_.M; ++m) {
      for (Index c = 0; c < in_.d; ++c) {
        if (is(Fault::product_of_channels) && m != c % in_.M) continue;
        head.dgK(j, m) += head.V(j, c) * head.dR(c, m);
        if (moves_value && !is(Fault::end_cotangent_ignored_by_values)) {
          head.dV(j, c) += head.gK(j, m) * head.dR(c, m);
        }
      }
      if (!is(Fault::key_sum_detached)) head.dgK(j, m) += head.dS(m);
    }
  }

  const FaultyInputs<T>& in_;
  const FaultyWeights& weights_;
  const FaultySums<T>& sums_;
  std::vector<Head>& heads_;
};

}  // namespace slim::properties::mutants
