// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/faulty_features.hpp"
#include "properties/mutants/faulty_weights.hpp"

#include <algorithm>
#include <optional>

namespace slim::properties::mutants {

/// One head of one sequence: its inputs, its results and their gradients.
template <class T>
struct FaultyHead {
  Matrix<T> V, dY;      ///< the inputs [L, ·]
  Matrix<T> gQ, gK;     ///< [L, M]
  Matrix<T> scores;     ///< g(q_i)·g(k_j) [L, L]
  Matrix<T> R0, dR;     ///< [d, M], start and end cotangent
  RowVector<T> S0, dS;  ///< [M]
  Matrix<T> N;          ///< numerators [L, d]
  Vector<T> D;          ///< denominators [L]
  Matrix<T> Y;          ///< [L, d]
  Matrix<T> sums;       ///< by which queries are divided [L, M]; empty: they are not
  Vector<T> columns;    ///< what each key is divided by, if keys are in place of rows
  Matrix<T> dgQ, dgK, dV, dstart;
};

/// Reads a task's arrays, with the faults of layouts, masks and states.
template <class T>
class FaultyInputs {
 public:
  FaultyInputs(const Faults& faults, const AttentionTask<T>& task)
      : faults_(faults),
        task_(task),
        B(task.v.sizes.batch),
        H(task.v.sizes.heads),
        L(task.v.sizes.rows),
        d(task.v.sizes.cols),
        M(task.features()),
        C(std::min(task.slice_length, L)) {
    if (task.key_mask.empty() || !knows_mask()) return;
    for (Index b = 0; b < B; ++b) {
      for (Index j = 0; j < L; ++j) {
        const bool takes_part = task.takes_part(is(Fault::mask_of_first_sequence) ? 0 : b, j);
        mask_.push_back(takes_part ? 1 : 0);
      }
    }
  }

  [[nodiscard]] bool is(Fault fault) const { return faults_.has(fault); }
  [[nodiscard]] const Faults& faults() const { return faults_; }
  [[nodiscard]] const AttentionTask<T>& task() const { return task_; }
  [[nodiscard]] std::size_t place(Index b, Index h) const {
    return static_cast<std::size_t>(b * H + h);
  }
  [[nodiscard]] bool is_masked(Index b, Index j) const {
    return !mask_.empty() && mask_[static_cast<std::size_t>(b * L + j)] == 0;
  }
  /// Whether the rows of masked keys, or values, are set to 0 in place of being left out.
  [[nodiscard]] bool zeroes_keys() const { return is(Fault::mask_before_map); }
  [[nodiscard]] bool zeroes_values() const {
    return zeroes_keys() || is(Fault::mask_zeroes_values_only);
  }
  void zero_masked_rows(Index b, Matrix<T>& X) const {
    for (Index j = 0; j < L; ++j) {
      if (!task_.takes_part(b, j)) X.row(j).setZero();
    }
  }
  void zero_unused_columns(ColumnsOf array, Matrix<T>& X) const {
    const Index used = faults_.columns_used(array, X.cols());
    if (used < X.cols()) X.rightCols(X.cols() - used).setZero();
  }
  /// g(q) or g(k) of all heads.
  FaultyFeatures<T> features(bool is_query) const {
    const bool has_maxima =
        task_.conventions.key_stabiliser != Stabiliser::none || is(Fault::stabiliser_over_length);
    const AttentionConventions& own = task_.conventions;
    const bool uses_mask = !is_query && (own.keys.divides_over_rows() || looks_ahead(own) ||
                                         (has_maxima && !is(Fault::stabiliser_over_masked_keys)));
    return {faults_,
            {.map = of_side(task_.feature_map, task_.conventions, is_query),
             .conventions = of_side(task_.conventions, is_query),
             .is_query = is_query,
             .omega = faulty_projections(faults_, task_.omega, task_.k, is_query),
             .X = rows_of(is_query),
             .key_mask = uses_mask ? std::span<const std::uint8_t>(mask_)
                                   : std::span<const std::uint8_t>()},
            task_.features_given,
            H};
  }
  Matrix<T> values(Index b, Index h) const {
    Matrix<T> V = read(task_.v, b, h, false);
    const Index D = task_.q.sizes.cols;
    if (is(Fault::width_of_keys_for_values) && D < d) V.rightCols(d - D).setZero();
    zero_unused_columns(ColumnsOf::values, V);
    if (faults_.narrows(KeptArray::inputs)) V = narrowed_to(faults_.detail().type, V);
    if (zeroes_values()) zero_masked_rows(b, V);
    return V;
  }
  /// The cotangent of the output as computed: faults that move outputs move cotangents back.
  Matrix<T> output_cotangent(Index b, Index h) const {
    Matrix<T> dY = Matrix<T>::Zero(L, d);
    if (task_.out_cotangent.empty()) return dY;
    if (is(Fault::outputs_summed_over_heads)) {
      for (Index other = 0; other < H; ++other) dY += read(task_.out_cotangent, b, other, true);
      return dY;
    }
    if (!moves_output()) return read(task_.out_cotangent, b, h, true);
    for (Index l = 0; l < L; ++l) {
      for (Index c = 0; c < d; ++c) {
        const Index at = output_place(b, h, l, c);
        const auto of_head = task_.out_cotangent(at / (L * d) / H, at / (L * d) % H);
        dY(l, c) = of_head(at / d % L, at % d);
      }
    }
    return dY;
  }
  [[nodiscard]] bool moves_output() const {
    return is(Fault::output_with_heads_and_rows_swapped) ||
           is(Fault::output_with_sequences_and_heads_swapped) || is(Fault::output_rows_reversed);
  }
  /// Where in the output [B, H, L, d] an entry is written.
  [[nodiscard]] Index output_place(Index b, Index h, Index l, Index c) const {
    if (is(Fault::output_with_heads_and_rows_swapped)) return ((b * L + l) * H + h) * d + c;
    if (is(Fault::output_with_sequences_and_heads_swapped)) return ((h * B + b) * L + l) * d + c;
    if (is(Fault::output_rows_reversed)) l = L - 1 - l;
    return ((b * H + h) * L + l) * d + c;
  }
  /// RS [d + 1, M], zero if there is none.
  Matrix<T> sums(const HeadsView<T>& view, Index b, Index h) const {
    return view.empty() ? Matrix<T>(Matrix<T>::Zero(d + 1, M)) : Matrix<T>(view(b, h));
  }
  /// Whether the start state has an effect on nothing, not even on its gradient.
  [[nodiscard]] bool detaches_start() const {
    return (is(Fault::start_ignored_in_one_slice) && C == L) ||
           (is(Fault::start_ignored_in_one_row) && L == 1);
  }
  Matrix<T> start(Index b, Index h) const {
    Matrix<T> RS = sums(task_.start, b, h);
    if (is(Fault::start_ignored) || detaches_start()) RS.setZero();
    if (is(Fault::start_added_twice)) RS *= T(2);
    if (is(Fault::start_without_key_sum)) RS.row(d).setZero();
    return RS;
  }
  Matrix<T> end_cotangent(Index b, Index h) const {
    Matrix<T> RS = sums(task_.end_cotangent, b, h);
    if (is(Fault::end_cotangent_ignored)) RS.setZero();
    return RS;
  }

 private:
  const Faults& faults_;
  const AttentionTask<T>& task_;

 public:
  const Index B, H, L, d, M, C;

 private:
  [[nodiscard]] bool knows_mask() const {
    return !is(Fault::mask_ignored) && !zeroes_values() &&
           !(is(Fault::mask_ignored_with_start) && !task_.start.empty());
  }
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
        is(is_cotangent ? Fault::cotangent_read_as_contiguous : Fault::rows_read_as_contiguous);
    const bool flat_rows = is(Fault::last_axis_read_as_contiguous) ||
                           (is_cotangent && is(Fault::cotangent_last_axis_read_as_contiguous));
    const bool swapped = is(Fault::heads_and_rows_swapped);
    if (!flat && !flat_rows && !swapped) return view(b, h);
    const auto& [batch, heads, rows, cols] = view.sizes;
    const HeadsStrides& by = view.strides;
    Matrix<T> X(rows, cols);
    for (Index l = 0; l < rows; ++l) {
      const Index row = flat_rows ? b * by.batch + h * by.heads + l * by.rows
                        : swapped ? ((b * rows + l) * heads + h) * cols
                                  : ((b * heads + h) * rows + l) * cols;
      for (Index i = 0; i < cols; ++i) X(l, i) = entry(view, row + i);
    }
    return X;
  }
  /// Queries or keys of all heads.
  reference::HeadMatrices<T> rows_of(bool is_query) const {
    const bool of_q = is_query != is(Fault::queries_and_keys_swapped);
    reference::HeadMatrices<T> all;
    for (Index b = 0; b < B; ++b) {
      for (Index h = 0; h < H; ++h) {
        Matrix<T> X = read(of_q ? task_.q : task_.k, b, h, false);
        if (zeroes_keys() && !is_query) zero_masked_rows(b, X);
        zero_unused_columns(is_query ? ColumnsOf::queries : ColumnsOf::keys, X);
        if (faults_.narrows(KeptArray::inputs)) X = narrowed_to(faults_.detail().type, X);
        all.push_back(std::move(X));
      }
    }
    return all;
  }

  std::vector<std::uint8_t> mask_{};  ///< as the fault reads it [B, L]; empty: no mask
};

}  // namespace slim::properties::mutants
