// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/faulty_attention.hpp"

#include "properties/mutants/faulty_features.hpp"
#include "reference/performer/denominator.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/task/attention_inputs.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace slim::properties::mutants {
namespace {

template <class T>
struct Narrower {
  using type = double;
};
template <>
struct Narrower<double> {
  using type = float;
};
template <>
struct Narrower<float> {
  using type = BFloat16;
};
template <class T>
T in_low_precision(const T& x) {
  using Narrow = typename Narrower<T>::type;
  return static_cast<T>(rounded_to<Narrow>(x));
}

/// One head of one sequence.
template <class T>
struct FaultyHead {
  Matrix<T> V, dY;      ///< the inputs [L, ·]
  Matrix<T> gQ, gK;     ///< [L, M]
  Matrix<T> scores;     ///< g(q_i)·g(k_j) [L, L]
  Matrix<T> R0, dR;     ///< [d, M], start and end cotangent
  RowVector<T> S0, dS;  ///< [M]
};

/// The definition W_ij = weight(i, j) g(q_i)·g(k_j), and its gradient; every fault is a condition.
template <class T>
class FaultyAttention {
 public:
  FaultyAttention(Faults faults, const AttentionTask<T>& task, AttentionResult<T>& result)
      : faults_(faults),
        task_(task),
        result_(result),
        L_(task.v.sizes.rows),
        d_(task.v.sizes.cols),
        M_(task.features()),
        C_(std::min(task.slice_length, L_)),
        denominator_(changed(task.conventions), task.q.sizes.cols, M_) {}

  void answer() {
    if (!is_accepted()) return;
    ++calls_of_this_thread();
    if (was_cached()) return;
    compute_weights();
    resize();
    write_into_input();
    gQ_.emplace(features(true));
    gK_.emplace(features(false));
    for (Index b = 0; b < task_.v.sizes.batch; ++b) {
      for (Index h = 0; h < task_.v.sizes.heads; ++h) answer_head(b, h);
    }
    if (task_.wants_pullback) put_gradients_of_inputs();
    set_non_finite_to_zero();
    write_out_of_bounds();
    keep_for_next_call();
  }

 private:
  using Head = FaultyHead<T>;

  [[nodiscard]] bool is_accepted() const {
    try {
      require_valid(task_);
    } catch (const ContractError&) {
      if (is(Fault::refusal_without_a_name)) throw std::runtime_error("bad arguments");
      if (!is(Fault::bad_task_answered_with_nothing)) throw;
      return false;
    }
    return true;
  }

  [[nodiscard]] bool is(Fault fault) const { return faults_.has(fault); }
  [[nodiscard]] std::size_t place(Index b, Index h) const {
    return static_cast<std::size_t>(b * task_.v.sizes.heads + h);
  }

  /// The declared scale of an output without normaliser, if it is normalised all the same.
  [[nodiscard]] T scale_of_output() const {
    const AttentionConventions& own = task_.conventions;
    if (own.normaliser == Normaliser::denominator || !is(Fault::normalised_all_the_same)) {
      return T(1);
    }
    return reference::output_scale<T>(own, task_.q.sizes.cols, M_);
  }
  /// The conventions of the denominator, changed by the faults.
  AttentionConventions changed(const AttentionConventions& given) const {
    AttentionConventions own = given;
    if (given.normaliser == Normaliser::none) {
      if (!is(Fault::normalised_all_the_same)) return own;
      own = {};
      return own;
    }
    const double epsilon = given.epsilons.largest_in_denominator();
    const auto only = [&](EpsilonPlace at, double value) {
      for (const EpsilonPlace other : places_in_denominator) own.epsilons[other] = 0.0;
      own.epsilons[at] = value;
    };
    if (is(Fault::epsilon_added_to_sums)) only(EpsilonPlace::sums, epsilon);
    if (is(Fault::epsilon_of_a_millionth)) only(EpsilonPlace::denominator, 1e-6);
    if (is(Fault::epsilon_clamped)) only(EpsilonPlace::clamped, epsilon);
    if (is(Fault::epsilon_when_small)) only(EpsilonPlace::when_small, epsilon);
    if (is(Fault::no_epsilon)) only(EpsilonPlace::denominator, 0.0);
    return own;
  }
  [[nodiscard]] Index slice(Index l) const { return l / C_; }
  [[nodiscard]] bool begins_slice(Index l) const { return l % C_ == 0; }
  [[nodiscard]] bool ends_slice(Index l) const { return l % C_ == C_ - 1; }

  // ---- inputs ----

  /// The entry at an offset, limited to the last entry.
  static const T& entry(const HeadsView<T>& view, Index at) {
    const auto& [b, h, l, i] = view.strides;
    const Index last = (view.sizes.batch - 1) * b + (view.sizes.heads - 1) * h +
                       (view.sizes.rows - 1) * l + (view.sizes.cols - 1) * i;
    return view.data[std::min(at, last)];
  }
  Matrix<T> read(const HeadsView<T>& view, Index b, Index h, bool is_cotangent) const {
    if (is(Fault::first_sequence_for_all)) b = 0;
    const bool flat =
        is_cotangent ? is(Fault::cotangent_read_as_contiguous) : is(Fault::rows_read_as_contiguous);
    const bool swapped = is(Fault::heads_and_rows_swapped);
    if (!flat && !swapped) return view(b, h);
    const auto& [B, H, rows, cols] = view.sizes;
    Matrix<T> X(rows, cols);
    for (Index l = 0; l < rows; ++l) {
      for (Index i = 0; i < cols; ++i) {
        X(l, i) = entry(view, swapped ? ((b * rows + l) * H + h) * cols + i
                                      : ((b * H + h) * rows + l) * cols + i);
      }
    }
    return X;
  }
  Matrix<T> read_sums(const HeadsView<T>& view, Index b, Index h) const {
    if (view.empty()) return Matrix<T>::Zero(d_ + 1, M_);
    return view(b, h);
  }
  [[nodiscard]] bool is_masked(Index b, Index j) const {
    if (is(Fault::mask_ignored) || is(Fault::mask_before_map)) return false;
    return !task_.takes_part(is(Fault::mask_of_first_sequence) ? 0 : b, j);
  }
  Head load(Index b, Index h) {
    Head head;
    head.V = read(task_.v, b, h, false);
    const Index D = task_.q.sizes.cols;
    if (is(Fault::width_of_keys_for_values) && D < d_) head.V.rightCols(d_ - D).setZero();
    if (is(Fault::values_beyond_eight_columns_dropped) && d_ > 8)
      head.V.rightCols(d_ - 8).setZero();
    head.dY = task_.out_cotangent.empty() ? Matrix<T>(Matrix<T>::Zero(L_, d_))
                                          : read(task_.out_cotangent, b, h, true);
    if (is(Fault::mask_before_map)) {
      for (Index j = 0; j < L_; ++j) {
        if (!task_.takes_part(b, j)) head.V.row(j).setZero();
      }
    }
    head.gQ = gQ_->of(place(b, h));
    head.gK = gK_->of(place(b, h));
    if (is(Fault::mask_on_queries)) {
      for (Index i = 0; i < L_; ++i) {
        if (is_masked(b, i)) head.gQ.row(i).setZero();
      }
    }
    head.scores.resize(L_, L_);
    for (Index i = 0; i < L_; ++i) {
      for (Index j = 0; j < L_; ++j) head.scores(i, j) = head.gQ.row(i).dot(head.gK.row(j));
    }
    head.dY *= scale_of_output();
    load_start(head, b, h);
    Matrix<T> end = read_sums(task_.end_cotangent, b, h);
    if (is(Fault::end_cotangent_ignored)) end.setZero();
    head.dR = end.topRows(d_);
    head.dS = end.row(d_);
    return head;
  }
  void load_start(Head& head, Index b, Index h) {
    Matrix<T> start = read_sums(task_.start, b, h);
    if (is(Fault::start_ignored)) start.setZero();
    if (is(Fault::start_added_twice)) start *= T(2);
    if (is(Fault::start_without_key_sum)) start.row(d_).setZero();
    if (is(Fault::state_not_reset_between_sequences) && b > 0) start += result_.end(b - 1, h);
    if (is(Fault::state_left_from_call_before) && left_over().rows() == d_ + 1 &&
        left_over().cols() == M_) {
      start += left_over();
    }
    head.R0 = start.topRows(d_);
    head.S0 = start.row(d_);
  }
  /// Queries or keys of all heads.
  reference::HeadMatrices<T> rows_of(bool is_query) const {
    const bool of_q = is_query != is(Fault::queries_and_keys_swapped);
    reference::HeadMatrices<T> all;
    for (Index b = 0; b < task_.v.sizes.batch; ++b) {
      for (Index h = 0; h < task_.v.sizes.heads; ++h) {
        Matrix<T> X = read(of_q ? task_.q : task_.k, b, h, false);
        for (Index j = 0; j < (is(Fault::mask_before_map) && !is_query ? L_ : 0); ++j) {
          if (!task_.takes_part(b, j)) X.row(j).setZero();
        }
        all.push_back(std::move(X));
      }
    }
    return all;
  }
  FaultyFeatures<T> features(bool is_query) const {
    const bool stabilised = task_.conventions.key_stabiliser != Stabiliser::none;
    const bool knows_mask = !is_query && stabilised && !is(Fault::mask_ignored) &&
                            !is(Fault::mask_before_map) && !is(Fault::mask_of_first_sequence) &&
                            !is(Fault::masked_keys_get_gradient);
    return {faults_,
            {.map = task_.feature_map,
             .conventions = task_.conventions,
             .is_query = is_query,
             .omega = faulty_projections(faults_, task_.omega, task_.k, is_query),
             .X = rows_of(is_query),
             .key_mask = knows_mask ? task_.key_mask : std::span<const std::uint8_t>()},
            task_.features_given,
            task_.v.sizes.heads};
  }

  // ---- how often a query attends to a key ----

  [[nodiscard]] int weight(Index i, Index j) const {
    return weights_[static_cast<std::size_t>(i * L_ + j)];
  }
  void compute_weights() {
    weights_.reserve(static_cast<std::size_t>(L_ * L_));
    for (Index i = 0; i < L_; ++i) {
      for (Index j = 0; j < L_; ++j) weights_.push_back(weight_of(i, j));
    }
  }
  [[nodiscard]] int weight_of(Index i, Index j) const {
    if (is(Fault::first_key_unseen) && j == 0) return 0;
    const bool causal =
        (task_.causal && !is(Fault::causal_flag_dropped)) || is(Fault::always_causal);
    if (!causal) return is(Fault::totals_of_own_slice_only) && slice(i) != slice(j) ? 0 : 1;
    int times = j <= i ? 1 : 0;
    if (is(Fault::own_key_unseen) && j == i) times = 0;
    if (is(Fault::own_key_unseen_from_row_24) && j == i && i >= 24) times = 0;
    if (is(Fault::last_row_of_whole_vectors_stale) && j == i && i + 1 == L_ && L_ % 16 == 0) {
      times = 0;
    }
    if (is(Fault::next_key_seen) && j == i + 1) times = 1;
    if (is(Fault::own_slice_whole) && slice(j) == slice(i)) times = 1;
    if (is(Fault::own_slice_unseen) && slice(j) == slice(i)) times = 0;
    if (is(Fault::last_row_of_slice_dropped) && ends_slice(j) && slice(j) < slice(i)) times = 0;
    if (is(Fault::first_row_of_slice_dropped) && begins_slice(j) && slice(j) < slice(i)) times = 0;
    if (is(Fault::first_row_of_slice_stale) && i == j && i > 0 && i % C_ == 0) times = 0;
    if (is(Fault::state_never_carried) && slice(j) != slice(i)) times = 0;
    if (is(Fault::state_of_one_slice_only) && slice(i) - slice(j) > 1) times = 0;
    if (is(Fault::slice_carried_twice) && slice(i) - slice(j) == 1) times *= 2;
    return times;
  }
  /// The same in the pullback.
  [[nodiscard]] int weight_back(Index i, Index j) const {
    int times = weight(i, j);
    if (is(Fault::carried_gradient_lost) && slice(i) != slice(j)) times = 0;
    if (is(Fault::carried_gradient_in_wrong_order) && slice(i) != slice(j)) {
      times = slice(i) < slice(j) ? 1 : 0;
    }
    const bool from_later = slice(j) < slice(i);
    if (is(Fault::carried_gradient_without_first_row) && begins_slice(i) && from_later) times = 0;
    if (is(Fault::carried_gradient_without_last_row) && ends_slice(i) && from_later) times = 0;
    if (is(Fault::boundary_row_counted_twice) && ends_slice(j) && slice(j) < slice(i)) times *= 2;
    if (is(Fault::boundary_row_overwritten) && ends_slice(j) && slice(j) == slice(i) &&
        j + 1 < L_) {
      times = 0;
    }
    return times;
  }

  // ---- forward ----

  [[nodiscard]] const T& score(const Head& head, Index i, Index j) const {
    return head.scores(i, j);
  }
  /// Σ_j term(j), from the first key to the last or in reverse.
  template <class Term>
  T sum_over_keys(const Term& term) const {
    const bool backwards =
        is(Fault::order_changes_from_call_to_call) && calls_of_this_thread() % 2 == 1;
    T sum(0);
    for (Index n = 0; n < L_; ++n) {
      sum += term(backwards ? L_ - 1 - n : n);
      if (is(Fault::sums_in_low_precision)) sum = in_low_precision(sum);
    }
    return sum;
  }
  /// Σ_j weight(i, j) x(j) over unmasked keys, or the result of a fault that subtracts.
  template <class Of>
  T weighted_sum(Index b, Index i, const Of& x) const {
    const auto part = [&](Index j) { return is_masked(b, j) ? T(0) : x(j); };
    if (is(Fault::total_less_future) && task_.causal) {
      return sum_over_keys(part) - sum_over_keys([&](Index j) { return j > i ? part(j) : T(0); });
    }
    if (is(Fault::prefix_by_subtraction) && task_.causal) {
      const Index next = std::min(i + 1, L_ - 1);
      const T ahead = sum_over_keys([&](Index j) { return j <= next ? part(j) : T(0); });
      return next == i ? ahead : T(ahead - part(next));
    }
    return sum_over_keys([&](Index j) {
      const int times = weight(i, j);
      if (is(Fault::mask_by_multiplication)) return T(T(static_cast<double>(times)) * part(j));
      return times == 0 ? T(0) : T(T(static_cast<double>(times)) * part(j));
    });
  }
  [[nodiscard]] T with_epsilon(const T& sum, const Head& head, Index i) const {
    return denominator_.of(T(sum + epsilon_of_sums() * head.gQ.row(i).sum()));
  }
  [[nodiscard]] T epsilon_of_sums() const { return denominator_.seen(T(0)); }
  /// Whether the sum of weights D − ε is below ε.
  [[nodiscard]] bool is_below_epsilon(const T& D) const {
    const auto epsilon = static_cast<T>(task_.conventions.epsilons.largest_in_denominator());
    return D < epsilon + epsilon;
  }
  [[nodiscard]] T denominator(const Head& head, Index b, Index i) const {
    if (is(Fault::not_normalised)) return T(1);
    if (is(Fault::normalised_by_count)) return T(static_cast<double>(i + 1));
    const auto of_key = [&](Index j) { return score(head, i, j); };
    const T before = head.S0.dot(head.gQ.row(i));
    if (is(Fault::normalised_by_total)) {
      const T all = sum_over_keys([&](Index j) { return is_masked(b, j) ? T(0) : of_key(j); });
      return with_epsilon(before + all, head, i);
    }
    if (!is(Fault::mask_zeroes_values_only)) {
      return with_epsilon(before + weighted_sum(b, i, of_key), head, i);
    }
    T sum = before;
    for (Index j = 0; j < L_; ++j) sum += T(static_cast<double>(weight(i, j))) * of_key(j);
    return with_epsilon(sum, head, i);
  }
  [[nodiscard]] T normalised_by_each_feature(const Head& head, Index b, Index i, Index c) const {
    T y(0);
    for (Index m = 0; m < M_; ++m) {
      const T S = head.S0(m) + weighted_sum(b, i, [&](Index j) { return head.gK(j, m); });
      const T R = head.R0(c, m) +
                  weighted_sum(b, i, [&](Index j) { return T(head.V(j, c) * head.gK(j, m)); });
      y +=
          R * head.gQ(i, m) / with_epsilon(S * head.gQ(i, m), head, i) / T(static_cast<double>(M_));
    }
    return y;
  }
  void attend(const Head& head, Index b, Vector<T>& D, Matrix<T>& Y) const {
    using std::sqrt;
    for (Index i = 0; i < L_; ++i) {
      D(i) = denominator(head, b, i);
      for (Index c = 0; c < d_; ++c) {
        const T A = head.R0.row(c).dot(head.gQ.row(i)) + weighted_sum(b, i, [&](Index j) {
                      return T(score(head, i, j) * head.V(j, c));
                    });
        Y(i, c) = A / D(i);
        if (is(Fault::normalised_twice)) Y(i, c) /= D(i);
        if (is(Fault::sums_below_epsilon_answered_with_zero) && is_below_epsilon(D(i))) {
          Y(i, c) = T(0);
        }
        if (is(Fault::scaled_after_normalising)) {
          Y(i, c) /= T(sqrt(T(static_cast<double>(task_.q.sizes.cols))));
        }
        if (is(Fault::normalised_by_feature)) Y(i, c) = normalised_by_each_feature(head, b, i, c);
        if (is(Fault::running_mean_of_channels)) {
          Y(i, c) = head.V.row(i).head(c + 1).sum() / T(static_cast<double>(c + 1));
        }
      }
    }
  }
  /// Y_i from the same row of the heads up to this one.
  void attend_over_heads(const Head& head, Index b, Index h, Vector<T>& D, Matrix<T>& Y) {
    D.setConstant(static_cast<T>(task_.conventions.epsilons[EpsilonPlace::denominator]));
    Y.setZero();
    for (Index other = 0; other <= h; ++other) {
      const Head other_head = load(b, other);
      for (Index i = 0; i < L_; ++i) {
        if (is_masked(b, i)) continue;
        const T w = head.gQ.row(i).dot(other_head.gK.row(i));
        D(i) += w;
        Y.row(i) += w * other_head.V.row(i);
      }
    }
    for (Index i = 0; i < L_; ++i) Y.row(i) /= D(i);
  }
  void put_end(const Head& head, Index b, Index h) {
    Matrix<T> RS(d_ + 1, M_);
    for (Index m = 0; m < M_; ++m) {
      const auto of_keys = [&](const auto& x) {
        return sum_over_keys([&](Index j) {
          if (is_masked(b, j) && !is(Fault::end_with_masked_keys)) return T(0);
          if (is(Fault::end_without_last_row) && j + 1 == L_) return T(0);
          return T(x(j) * head.gK(j, m));
        });
      };
      for (Index c = 0; c < d_; ++c) {
        RS(c, m) = head.R0(c, m) + of_keys([&](Index j) { return head.V(j, c); });
      }
      RS(d_, m) = head.S0(m) + of_keys([](Index) { return T(1); });
    }
    if (is(Fault::end_without_start)) {
      RS.topRows(d_) -= head.R0;
      RS.row(d_) -= head.S0;
    }
    if (is(Fault::end_without_key_sum)) RS.row(d_).setZero();
    result_.end(b, h) = RS;
  }
  /// Writes the output; some faults skip a ragged last slice or a sequence shorter than a slice.
  void put_output(const Matrix<T>& Y, Index b, Index h) {
    const Index tail = L_ % C_;
    auto out = result_.out(b, h);
    if (is(Fault::tail_unwritten)) {
      out.topRows(L_ - tail) = Y.topRows(L_ - tail);
      return;
    }
    out = Y;
    if (is(Fault::tail_zero)) out.bottomRows(tail).setZero();
    if (is(Fault::tail_copied) && L_ > C_)
      out.bottomRows(tail) = Y.middleRows(L_ - tail - C_, tail);
    if (is(Fault::short_sequence_skipped) && L_ < task_.slice_length) out.setZero();
  }

  // ---- pullback ----

  void pull_back(const Head& head, const Vector<T>& D, const Matrix<T>& Y, Index b, Index h) {
    Matrix<T> dgQ = Matrix<T>::Zero(L_, M_);
    Matrix<T> dgK = Matrix<T>::Zero(L_, M_);
    Matrix<T> dV = Matrix<T>::Zero(L_, d_);
    Matrix<T> dstart(d_ + 1, M_);
    dstart.topRows(d_) = head.dR;
    dstart.row(d_) = head.dS;
    for (Index i = 0; i < L_; ++i) {
      const RowVector<T> dA = head.dY.row(i) / D(i);
      const T dD = denominator_gradient(head, D, Y, i);
      const T dD_of_query = is(Fault::no_denominator_gradient_for_queries) ? T(0) : dD;
      const T dD_of_key = is(Fault::no_denominator_gradient_for_keys) ? T(0) : dD;
      for (Index j = 0; j < L_; ++j) {
        if (is_masked(b, j) && !is(Fault::masked_keys_get_gradient)) continue;
        const T values = dA.dot(head.V.row(j));
        const auto times = static_cast<T>(weight_back(i, j));
        if (!is_masked(b, j)) {
          const auto forward = static_cast<T>(weight(i, j));
          dgQ.row(i) += forward * (values + dD_of_query) * head.gK.row(j);
        }
        dgK.row(j) += times * (values + dD_of_key) * head.gQ.row(i);
        dV.row(j) += times * score(head, i, j) * dA;
      }
      dgQ.row(i) += dA * head.R0 + dD_of_query * head.S0;
      dgQ.row(i).array() += dD_of_query * epsilon_of_sums();
      dstart.topRows(d_) += dA.transpose() * head.gQ.row(i);
      if (!is(Fault::start_gradient_without_key_sum)) dstart.row(d_) += dD * head.gQ.row(i);
    }
    for (Index j = 0; j < L_; ++j) {
      if (is_masked(b, j) && !is(Fault::masked_keys_get_gradient)) continue;
      dgK.row(j) += head.V.row(j) * head.dR + head.dS;
      if (is(Fault::end_cotangent_ignored_by_values)) continue;
      dV.row(j) += head.gK.row(j) * head.dR.transpose();
    }
    put_gradients(dV, dstart, b, h);
    dgQ_.push_back(std::move(dgQ));
    dgK_.push_back(std::move(dgK));
  }
  [[nodiscard]] T denominator_gradient(const Head& head, const Vector<T>& D, const Matrix<T>& Y,
                                       Index i) const {
    if (is(Fault::denominator_detached) || !denominator_.moves(D(i))) return T(0);
    const T inner = head.dY.row(i).dot(Y.row(i));
    if (is(Fault::denominator_gradient_added)) return inner / D(i);
    if (is(Fault::denominator_gradient_undivided)) return -inner;
    return -inner / D(i);
  }
  void put_gradients(const Matrix<T>& dV, const Matrix<T>& dstart, Index b, Index h) {
    const bool stale = is(Fault::values_gradient_left_stale) && task_.end_cotangent.empty();
    if (!stale) result_.dv(b, h) = dV;
    auto start = result_.start_gradient(b, h);
    start = dstart;
    if (is(Fault::start_gradient_missing)) start.setZero();
    if (is(Fault::start_gradient_in_low_precision)) {
      start = dstart.unaryExpr([](const T& x) { return in_low_precision(x); });
    }
  }
  /// dq and dk of all heads, from the gradients of their features.
  void put_gradients_of_inputs() {
    const reference::HeadMatrices<T> dQ = gQ_->pulled_back(dgQ_);
    const reference::HeadMatrices<T> dK = gK_->pulled_back(dgK_);
    for (Index b = 0; b < task_.v.sizes.batch; ++b) {
      for (Index h = 0; h < task_.v.sizes.heads; ++h) {
        const std::size_t at = place(b, h);
        if (is(Fault::queries_gradient_accumulated)) {
          result_.dq(b, h) += dQ[at];
        } else {
          result_.dq(b, h) = dQ[at];
        }
        result_.dk(b, h) = dK[at];
        if (is(Fault::gradients_of_keys_and_values_swapped) && task_.k.sizes.cols == d_) {
          const Matrix<T> dV = result_.dv(b, h);
          result_.dv(b, h) = dK[at];
          result_.dk(b, h) = dV;
        }
      }
    }
  }

  // ---- one call ----

  void answer_head(Index b, Index h) {
    const Head head = load(b, h);
    Vector<T> D(L_);
    Matrix<T> Y(L_, d_);
    if (is(Fault::running_sum_over_heads)) {
      attend_over_heads(head, b, h, D, Y);
    } else {
      attend(head, b, D, Y);
    }
    put_output(scale_of_output() * Y, b, h);
    put_end(head, b, h);
    if (task_.wants_pullback) pull_back(head, D, Y, b, h);
  }
  void resize() {
    const HeadsSizes none;
    const bool wants = task_.wants_pullback;
    result_.out.resize(task_.out_sizes(), MemoryTag::result);
    result_.end.resize(task_.state_sizes(), MemoryTag::result);
    result_.dq.resize(wants ? task_.q.sizes : none, MemoryTag::result);
    result_.dk.resize(wants ? task_.k.sizes : none, MemoryTag::result);
    result_.dv.resize(wants ? task_.v.sizes : none, MemoryTag::result);
    result_.start_gradient.resize(wants ? task_.state_sizes() : none, MemoryTag::result);
  }
  void write_into_input() {
    if (!is(Fault::input_written_in_place)) return;
    // Defined behaviour only because the caller's memory is not const.
    T& first = const_cast<T&>(*task_.k.data);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    first *= T(0.5);
  }
  void set_non_finite_to_zero() {
    if (!is(Fault::overflow_answered_with_zero)) return;
    for (Heads<T>* heads : {&result_.out, &result_.end, &result_.dq, &result_.dk, &result_.dv,
                            &result_.start_gradient}) {
      for (T& x : heads->values()) {
        if (!std::isfinite(to_double(x))) x = T(0);
      }
    }
  }
  /// Writes one byte, the same in every scalar. Laws put fences around the ledger's blocks.
  void write_out_of_bounds() {
    const auto put = [](std::span<T> values, std::ptrdiff_t distance) {
      *(reinterpret_cast<unsigned char*>(values.data()) + distance) = 0;
    };
    const std::span<T> out = result_.out.values();
    if (is(Fault::output_written_past_its_end)) {
      put(out, static_cast<std::ptrdiff_t>(out.size_bytes()));
    }
    if (is(Fault::output_written_before_its_beginning)) put(out, -1);
    if (is(Fault::work_space_written_past_its_end)) {
      Buffer<T> denominators(MemoryTag::slice, L_);
      put(denominators.span(), static_cast<std::ptrdiff_t>(denominators.span().size_bytes()));
    }
  }
  static Matrix<T>& left_over() {
    thread_local Matrix<T> sums;
    return sums;
  }
  struct Cached {
    const T* q = nullptr;
    HeadsSizes sizes{};
    AttentionResult<T> result;
  };
  static Cached& cache() {
    thread_local Cached cached;
    return cached;
  }
  bool was_cached() {
    if (!is(Fault::cached_by_pointer)) return false;
    const Cached& kept = cache();
    if (kept.q != task_.q.data || kept.sizes != task_.v.sizes ||
        kept.result.end.sizes() != task_.state_sizes() ||
        kept.result.dq.empty() == task_.wants_pullback) {
      return false;
    }
    result_ = kept.result;
    return true;
  }
  void keep_for_next_call() {
    if (is(Fault::state_left_from_call_before)) left_over() = result_.end(0, 0);
    if (is(Fault::cached_by_pointer)) {
      cache() = {.q = task_.q.data, .sizes = task_.v.sizes, .result = result_};
    }
  }

  Faults faults_;
  const AttentionTask<T>& task_;
  AttentionResult<T>& result_;
  Index L_;
  Index d_;
  Index M_;
  Index C_;
  reference::Denominator<T> denominator_;
  std::optional<FaultyFeatures<T>> gQ_, gK_;
  reference::HeadMatrices<T> dgQ_, dgK_;  ///< by head
  std::vector<int> weights_;              ///< weight(i, j), row by row
};

template <class T>
void offer_attention(Faults faults, AttentionFunctions& functions) {
  functions.in<T>() = [faults](const AttentionTask<T>& task, AttentionResult<T>& result) {
    FaultyAttention<T>(faults, task, result).answer();
  };
}

template <class T>
void offer_features(Faults faults, FeaturesFunctions& functions) {
  functions.in<T>() = [faults](const FeaturesTask<T>& task, FeaturesResult<T>& result) {
    require_valid(task);
    ++calls_of_this_thread();
    result.out.resize(task.out_sizes(), MemoryTag::result);
    reference::HeadMatrices<T> X;
    const auto& [B, H, L, D] = task.x.sizes;
    for (Index at = 0; at < B * H; ++at) X.push_back(task.x(at / H, at % H));
    const FaultyFeatures<T> features(
        faults,
        {.map = task.feature_map,
         .conventions = task.conventions,
         .is_query = task.is_query,
         .omega = faulty_projections(faults, task.omega, task.x, task.is_query),
         .X = std::move(X)},
        false, H);
    for (Index at = 0; at < B * H; ++at) {
      result.out(at / H, at % H) = features.of(static_cast<std::size_t>(at));
    }
  };
}

}  // namespace

bool is_of_slices(Fault fault) {
  switch (fault) {
    case Fault::own_slice_unseen:
    case Fault::own_slice_whole:
    case Fault::carried_gradient_lost:
    case Fault::carried_gradient_in_wrong_order:
    case Fault::boundary_row_counted_twice:
    case Fault::boundary_row_overwritten:
    case Fault::carried_gradient_without_first_row:
    case Fault::carried_gradient_without_last_row:
    case Fault::last_row_of_slice_dropped:
    case Fault::first_row_of_slice_dropped:
    case Fault::first_row_of_slice_stale:
    case Fault::state_never_carried:
    case Fault::state_of_one_slice_only:
    case Fault::slice_carried_twice:
    case Fault::tail_zero:
    case Fault::tail_unwritten:
    case Fault::tail_copied:
    case Fault::totals_of_own_slice_only:
      return true;
    default:
      return false;
  }
}

AttentionFunctions faulty_attention(Faults faults) {
  AttentionFunctions functions;
  offer_attention<float>(faults, functions);
  offer_attention<double>(faults, functions);
  offer_attention<Digits50>(faults, functions);
  return functions;
}

FeaturesFunctions faulty_features(Faults faults) {
  FeaturesFunctions functions;
  offer_features<float>(faults, functions);
  offer_features<double>(faults, functions);
  offer_features<Digits50>(faults, functions);
  return functions;
}

}  // namespace slim::properties::mutants
