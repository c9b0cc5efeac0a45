// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/faulty_inputs.hpp"
#include "reference/performer/denominator.hpp"

#include <cmath>
#include <utility>

namespace slim::properties::mutants {

/// The forward pass of all heads by the definition, with the faults of sums and denominators:
///   N_i = Σ_j w_ij (g(q_i)·g(k_j)) v_j + R₀ g(q_i),  D_i = Σ_j w_ij g(q_i)·g(k_j) + S₀·g(q_i)
/// and Y_i = N_i/D_i, with D as the conventions of the task say.
template <class T>
class FaultySums {
 public:
  using Head = FaultyHead<T>;

  FaultySums(const FaultyInputs<T>& in, const FaultyWeights& weights, std::vector<Head>& heads)
      : in_(in),
        weights_(weights),
        heads_(heads),
        denominator_(changed(in.task().conventions), in.L) {}

  [[nodiscard]] const reference::Denominator<T>& conventions() const { return denominator_; }
  [[nodiscard]] T epsilon_of_sums() const { return denominator_.seen(T(0)); }
  /// By what the output of row i is multiplied: the scale, over what the normaliser counts.
  [[nodiscard]] T factor(Index b, Index i) const {
    const AttentionConventions& own = in_.task().conventions;
    T scale = scale_of_output();
    switch (own.normaliser) {
      case Normaliser::length:
        return scale / T(static_cast<double>(is(Fault::length_of_own_slice) ? std::min(in_.C, in_.L)
                                                                            : in_.L));
      case Normaliser::position:
        return scale / T(static_cast<double>(is(Fault::position_from_zero) ? std::max<Index>(i, 1)
                                                                           : i + 1));
      case Normaliser::keys: {
        Index keys = 0;
        for (Index j = 0; j < in_.L; ++j) {
          const bool counts = !in_.is_masked(b, j) || is(Fault::masked_keys_counted);
          if (counts && (!in_.task().causal || j <= i)) ++keys;
        }
        return scale / T(static_cast<double>(std::max<Index>(keys, 1)));
      }
      default:
        return scale;
    }
  }
  /// Added to the weight of the own key of row i.
  [[nodiscard]] T own_weight(Index b, Index i) const {
    const AttentionConventions& own = in_.task().conventions;
    if (in_.is_masked(b, i)) return T(0);
    return own.own_weight_is_length ? T(static_cast<double>(in_.L)) : T(own.own_weight);
  }
  /// The same in the denominator.
  [[nodiscard]] T own_weight_in_sum(Index b, Index i) const {
    return is(Fault::own_weight_in_numerator_only) ? T(0) : own_weight(b, i);
  }
  /// By what the cotangent of row i is multiplied.
  [[nodiscard]] T factor_of_gradient(Index b, Index i) const {
    const T all = factor(b, i);
    return is(Fault::output_scale_left_out_of_gradient) ? T(all / scale_of_output()) : all;
  }
  [[nodiscard]] T scale_after_normalising() const {
    using std::sqrt;
    if (!is(Fault::scaled_after_normalising)) return T(1);
    return T(1) / T(sqrt(T(static_cast<double>(in_.task().q.sizes.cols))));
  }
  /// Whether the output is 0 because the sum of weights D − ε is below ε.
  [[nodiscard]] bool is_guarded(const T& D) const {
    const auto epsilon = static_cast<T>(epsilon_of_denominator(in_.task().conventions, in_.L));
    return is(Fault::sums_below_epsilon_answered_with_zero) && D < epsilon + epsilon;
  }
  /// g(q_i)·g(k_j) of queries of one head and keys of another.
  [[nodiscard]] T score(const Head& head, const Head& other, Index i, Index j) const {
    return &head == &other ? head.scores(i, j) : T(head.gQ.row(i).dot(other.gK.row(j)));
  }
  /// The same for column c of values, of which some faults use one feature.
  [[nodiscard]] T score(const Head& head, const Head& other, Index i, Index j, Index c) const {
    if (!is(Fault::product_of_channels)) return score(head, other, i, j);
    return head.gQ(i, c % in_.M) * other.gK(j, c % in_.M);
  }
  /// The same for the denominator.
  [[nodiscard]] T score_in_sum(const Head& head, const Head& other, Index i, Index j) const {
    if (is(Fault::denominator_from_first_feature)) return head.gQ(i, 0) * other.gK(j, 0);
    return score(head, other, i, j);
  }

  /// The output of one head; the end states of earlier sequences are known.
  void attend(Index b, Index h) {
    Head& head = at(b, h);
    head.N.resize(in_.L, in_.d);
    head.D.resize(in_.L);
    head.Y.resize(in_.L, in_.d);
    if (in_.task().conventions.divides_by_key_sums) divide_queries(head, b);
    if (is(Fault::normalised_over_queries)) head.columns = sums_of_columns(head, b);
    if (keeps_state_narrow()) {
      attend_by_state(head, b);
    } else {
      for (Index i = 0; i < in_.L; ++i) put_numerator(head, b, h, i);
    }
    for (Index i = 0; i < in_.L; ++i) {
      if (!keeps_state_narrow()) head.D(i) = denominator(head, b, h, i);
      if (in_.faults().narrows(KeptArray::denominator)) {
        head.D(i) = narrowed_to(in_.faults().detail().type, head.D(i));
      }
      for (Index c = 0; c < in_.d; ++c) head.Y(i, c) = output(head, b, i, c);
    }
  }
  /// RS after the last row.
  [[nodiscard]] Matrix<T> end(const Head& head, Index b) const {
    if (keeps_state_narrow()) return end_;
    Matrix<T> RS(in_.d + 1, in_.M);
    for (Index m = 0; m < in_.M; ++m) {
      const auto of_keys = [&](const auto& x) {
        return sum_over_keys(
            [&](Index j) { return is_in_end(b, j) ? T(x(j) * head.gK(j, m)) : T(0); });
      };
      for (Index c = 0; c < in_.d; ++c) {
        const bool is_kept = !is(Fault::product_of_channels) || m == c % in_.M;
        RS(c, m) =
            is_kept ? T(head.R0(c, m) + of_keys([&](Index j) { return head.V(j, c); })) : T(0);
      }
      RS(in_.d, m) = head.S0(m) + of_keys([](Index) { return T(1); });
    }
    if (is(Fault::end_without_start)) {
      RS.topRows(in_.d) -= head.R0;
      RS.row(in_.d) -= head.S0;
    }
    if (is(Fault::end_without_key_sum)) RS.row(in_.d).setZero();
    return RS;
  }

 private:
  [[nodiscard]] bool is(Fault fault) const { return in_.is(fault); }
  Head& at(Index b, Index h) const { return heads_[in_.place(b, h)]; }

  /// The declared scale of the output, rounded or kept as the faults say.
  [[nodiscard]] T scale_of_output() const {
    const auto scale = [&](Index D, Index M) {
      return reference::output_scale<T>(in_.task().conventions, D, M);
    };
    const Index D = in_.task().q.sizes.cols;
    if (is(Fault::scale_in_float32)) return narrowed_to(NarrowType::float32, scale(D, in_.M));
    if (is(Fault::scale_kept_from_first_call)) {
      thread_local const std::pair<Index, Index> first(D, in_.M);
      return scale(first.first, first.second);
    }
    return scale(D, in_.M);
  }
  /// g(q_i)_m/S_im with the sums of the keys that row i attends to.
  void divide_queries(Head& head, Index b) const {
    head.sums.resize(in_.L, in_.M);
    for (Index i = 0; i < in_.L; ++i) {
      for (Index m = 0; m < in_.M; ++m) {
        head.sums(i, m) =
            denominator_.seen(head.S0(m)) + weighted_sum(
                                                b, i, [&](Index j) { return weights_.times(i, j); },
                                                [&](Index j) { return head.gK(j, m); });
        head.gQ(i, m) /= head.sums(i, m);
      }
      for (Index j = 0; j < in_.L; ++j) head.scores(i, j) = head.gQ.row(i).dot(head.gK.row(j));
    }
  }

  /// The conventions of the denominator, changed by the faults.
  [[nodiscard]] AttentionConventions changed(const AttentionConventions& given) const {
    AttentionConventions own = with_epsilons_of<T>(in_.faults(), given, in_.M);
    if (given.normaliser != Normaliser::denominator) {
      return is(Fault::normalised_all_the_same) ? AttentionConventions() : own;
    }
    const double epsilon = own.epsilons.largest_in_denominator();
    const auto only = [&](EpsilonPlace place, double value) {
      for (const EpsilonPlace other : places_in_denominator) own.epsilons[other] = 0.0;
      own.epsilons[place] = value;
    };
    if (is(Fault::epsilon_added_to_sums)) only(EpsilonPlace::sums, epsilon);
    if (is(Fault::epsilon_of_a_millionth)) only(EpsilonPlace::denominator, 1e-6);
    if (is(Fault::epsilon_clamped)) only(EpsilonPlace::clamped, epsilon);
    if (is(Fault::epsilon_when_small)) only(EpsilonPlace::when_small, epsilon);
    if (is(Fault::no_epsilon)) only(EpsilonPlace::denominator, 0.0);
    if (is(Fault::epsilon_times_features)) {
      for (const EpsilonPlace place : places_in_denominator) {
        own.epsilons[place] *= static_cast<double>(in_.M);
      }
    }
    return own;
  }

  /// Σ_j term(j), from the first key to the last or in reverse.
  template <class Term>
  T sum_over_keys(const Term& term) const {
    const bool backwards =
        is(Fault::order_changes_from_call_to_call) && calls_of_this_thread() % 2 == 1;
    T sum(0);
    for (Index n = 0; n < in_.L; ++n) {
      sum += term(backwards ? in_.L - 1 - n : n);
      if (is(Fault::sums_in_low_precision)) sum = narrowed_to(NarrowType::next, sum);
    }
    return sum;
  }
  /// Σ_j times(j) x(j) over unmasked keys, or the result of a fault that subtracts.
  template <class Times, class Of>
  T weighted_sum(Index b, Index i, const Times& times, const Of& x) const {
    const auto part = [&](Index j) { return in_.is_masked(b, j) ? T(0) : x(j); };
    if (is(Fault::total_less_future) && in_.task().causal) {
      return sum_over_keys(part) - sum_over_keys([&](Index j) { return j > i ? part(j) : T(0); });
    }
    if (is(Fault::prefix_by_subtraction) && in_.task().causal) {
      const Index next = std::min(i + 1, in_.L - 1);
      const T ahead = sum_over_keys([&](Index j) { return j <= next ? part(j) : T(0); });
      return next == i ? ahead : T(ahead - part(next));
    }
    return sum_over_keys([&](Index j) {
      const int n = times(j);
      if (n == 1) return part(j);
      if (n == 0 && !is(Fault::mask_by_multiplication)) return T(0);
      return T(T(static_cast<double>(n)) * part(j));
    });
  }
  /// Σ_j over the keys of all heads and sequences that row i of head h meets.
  template <class Of>
  T sum_over_heads(Sum sum, Index b, Index h, Index i, const Of& x) const {
    T total(0);
    for (Index sequence = 0; sequence < in_.B; ++sequence) {
      for (Index other = 0; other < in_.H; ++other) {
        if (!weights_.meets_sequence(sum, b, sequence) || !weights_.meets(sum, h, other)) continue;
        const Head& keys = at(sequence, other);
        total += weighted_sum(
            sequence, i, [&](Index j) { return weights_.times(sum, i, j); },
            [&](Index j) { return x(keys, j); });
      }
    }
    return total;
  }

  void put_numerator(Head& head, Index b, Index h, Index i) const {
    for (Index c = 0; c < in_.d; ++c) {
      T before = head.R0.row(c).dot(head.gQ.row(i));
      if (is(Fault::product_of_channels)) before = head.R0(c, c % in_.M) * head.gQ(i, c % in_.M);
      head.N(i, c) =
          before + sum_over_heads(Sum::numerator, b, h, i, [&](const Head& keys, Index j) {
            const T value = is(Fault::normalised_over_queries) ? T(keys.V(j, c) / head.columns(j))
                                                               : keys.V(j, c);
            return T(score(head, keys, i, j, c) * value);
          });
      head.N(i, c) += own_weight(b, i) * head.V(i, c);
    }
  }
  [[nodiscard]] T denominator(const Head& head, Index b, Index h, Index i) const {
    if (is(Fault::not_normalised) || is(Fault::normalised_over_queries)) return T(1);
    if (is(Fault::normalised_by_count)) return T(static_cast<double>(i + 1));
    if (is(Fault::denominator_from_first_channel)) return with_epsilon(head.N(i, 0), head, i);
    T before = head.S0.dot(head.gQ.row(i));
    if (is(Fault::denominator_from_first_feature)) before = head.S0(0) * head.gQ(i, 0);
    if (is(Fault::denominator_of_column)) {
      return with_epsilon(T(before + sum_of_column(head, b, i)), head, i);
    }
    const T sum = sum_over_heads(Sum::denominator, b, h, i, [&](const Head& keys, Index j) {
      return score_in_sum(head, keys, i, j);
    });
    return with_epsilon(T(before + sum + own_weight_in_sum(b, i)), head, i);
  }
  [[nodiscard]] T with_epsilon(const T& sum, const Head& head, Index i) const {
    const T with_sums = sum + epsilon_of_sums() * head.gQ.row(i).sum();
    if (!is(Fault::epsilon_times_rows_so_far)) return denominator_.of(with_sums);
    return reference::Denominator<T>(changed(in_.task().conventions), i + 1).of(with_sums);
  }
  /// Σ_i w_ij g(q_i)·g(k_j), the sum over rows in place of keys.
  [[nodiscard]] T sum_of_column(const Head& head, Index b, Index j) const {
    T sum(0);
    for (Index i = 0; i < in_.L; ++i) {
      const int n = in_.is_masked(b, j) ? 0 : weights_.times(Sum::denominator, i, j);
      if (n != 0) sum += T(static_cast<double>(n)) * head.scores(i, j);
    }
    return sum;
  }
  [[nodiscard]] Vector<T> sums_of_columns(const Head& head, Index b) const {
    Vector<T> sums(in_.L);
    for (Index j = 0; j < in_.L; ++j) sums(j) = denominator_.of(sum_of_column(head, b, j));
    return sums;
  }
  [[nodiscard]] T output(const Head& head, Index b, Index i, Index c) const {
    if (is(Fault::running_mean_of_channels)) {
      return head.V.row(i).head(c + 1).sum() / T(static_cast<double>(c + 1));
    }
    if (is(Fault::normalised_by_feature)) return normalised_by_each_feature(head, b, i, c);
    if (is_guarded(head.D(i))) return T(0);
    T y = head.N(i, c) / head.D(i);
    if (is(Fault::normalised_twice)) y /= head.D(i);
    return is(Fault::scaled_after_normalising) ? T(y * scale_after_normalising()) : y;
  }
  [[nodiscard]] T normalised_by_each_feature(const Head& head, Index b, Index i, Index c) const {
    const auto times = [&](Index j) { return weights_.times(i, j); };
    T y(0);
    for (Index m = 0; m < in_.M; ++m) {
      const T S = head.S0(m) + weighted_sum(b, i, times, [&](Index j) { return head.gK(j, m); });
      const T R = head.R0(c, m) + weighted_sum(b, i, times, [&](Index j) {
                    return T(head.V(j, c) * head.gK(j, m));
                  });
      y += R * head.gQ(i, m) / with_epsilon(T(S * head.gQ(i, m)), head, i) /
           T(static_cast<double>(in_.M));
    }
    return y;
  }
  [[nodiscard]] bool is_in_end(Index b, Index j) const {
    if (in_.is_masked(b, j) && !is(Fault::end_with_masked_keys)) return false;
    if (weights_.is_lost(j) || (is(Fault::end_without_last_row) && j + 1 == in_.L)) return false;
    return !(is(Fault::end_of_whole_slices_only) && weights_.is_in_tail(j));
  }

  // ---- a state that is kept in a narrower type ----

  [[nodiscard]] bool keeps_state_narrow() const {
    const Faults& faults = in_.faults();
    return faults.narrows(KeptArray::state) || faults.narrows(KeptArray::state_between_slices) ||
           faults.narrows(KeptArray::key_sum);
  }
  void store(Matrix<T>& RS) const {
    const NarrowType type = in_.faults().detail().type;
    if (!in_.faults().narrows(KeptArray::key_sum)) {
      RS = narrowed_to(type, RS);
      return;
    }
    for (Index m = 0; m < in_.M; ++m) RS(in_.d, m) = narrowed_to(type, RS(in_.d, m));
  }
  void attend_by_state(Head& head, Index b) {
    Matrix<T> RS(in_.d + 1, in_.M);
    RS.topRows(in_.d) = head.R0;
    RS.row(in_.d) = head.S0;
    const bool at_ends = in_.faults().narrows(KeptArray::state_between_slices);
    const auto add = [&](Index j) {
      if (!in_.is_masked(b, j)) {
        RS.topRows(in_.d) += head.V.row(j).transpose() * head.gK.row(j);
        RS.row(in_.d) += head.gK.row(j);
      }
      if (!at_ends) store(RS);
    };
    const auto look_up = [&](Index i) {
      head.N.row(i) = (RS.topRows(in_.d) * head.gQ.row(i).transpose()).transpose();
      head.N.row(i) += own_weight(b, i) * head.V.row(i);
      const T weights = RS.row(in_.d).dot(head.gQ.row(i)) + own_weight_in_sum(b, i);
      head.D(i) = with_epsilon(weights, head, i);
    };
    const bool causal = in_.task().causal;
    for (Index l = 0; l < in_.L; ++l) {
      add(l);
      if (causal) look_up(l);
      if (at_ends && (weights_.ends_slice(l) || l + 1 == in_.L)) store(RS);
    }
    for (Index l = 0; l < (causal ? 0 : in_.L); ++l) look_up(l);
    end_ = RS;
  }

  const FaultyInputs<T>& in_;
  const FaultyWeights& weights_;
  std::vector<Head>& heads_;
  reference::Denominator<T> denominator_;
  Matrix<T> end_;  ///< of the last head, if its state is kept in a narrower type
};

}  // namespace slim::properties::mutants
