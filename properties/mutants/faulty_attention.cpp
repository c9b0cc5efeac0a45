// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/faulty_attention.hpp"

#include "properties/mutants/faulty_program.hpp"
#include "properties/mutants/faulty_pullback.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <array>

namespace slim::properties::mutants {
namespace {

/// Attention of one task, with the faults.
template <class T>
class FaultyAttention {
 public:
  FaultyAttention(const Faults& faults, const AttentionTask<T>& task, AttentionResult<T>& result)
      : in_(faults, task),
        weights_(faults, task.causal, in_.L, in_.C, lost_key(faults, in_.L)),
        heads_(static_cast<std::size_t>(in_.B * in_.H)),
        sums_(in_, weights_, heads_),
        gQ_(in_.features(true)),
        gK_(in_.features(false)),
        result_(result) {}

  void answer() {
    for (Index b = 0; b < in_.B; ++b) {
      for (Index h = 0; h < in_.H; ++h) load(b, h);
    }
    for (Index b = 0; b < in_.B; ++b) {
      for (Index h = 0; h < in_.H; ++h) {
        load_states(b, h);
        sums_.attend(b, h);
        result_.end(b, h) = sums_.end(at(b, h), b);
      }
    }
    put_outputs();
    if (!in_.task().wants_pullback) return;
    FaultyPullback<T>(in_, weights_, sums_, heads_).pull_back();
    put_gradients();
  }

 private:
  using Head = FaultyHead<T>;

  [[nodiscard]] bool is(Fault fault) const { return in_.is(fault); }
  Head& at(Index b, Index h) { return heads_[in_.place(b, h)]; }

  void load(Index b, Index h) {
    Head& head = at(b, h);
    head.V = in_.values(b, h);
    head.dY = in_.output_cotangent(b, h);
    for (Index i = 0; i < in_.L; ++i) head.dY.row(i) *= sums_.factor_of_gradient(b, i);
    head.gQ = gQ_.of(in_.place(b, h));
    head.gK = gK_.of(in_.place(b, h));
    in_.zero_unused_columns(ColumnsOf::features, head.gQ);
    in_.zero_unused_columns(ColumnsOf::features, head.gK);
    if (is(Fault::mask_on_queries)) {
      for (Index i = 0; i < in_.L; ++i) {
        if (in_.is_masked(b, i)) head.gQ.row(i).setZero();
      }
    }
    head.scores.resize(in_.L, in_.L);
    for (Index i = 0; i < in_.L; ++i) {
      for (Index j = 0; j < in_.L; ++j) head.scores(i, j) = head.gQ.row(i).dot(head.gK.row(j));
    }
    if (in_.faults().narrows(KeptArray::scores)) {
      head.scores = narrowed_to(in_.faults().detail().type, head.scores);
    }
  }
  void load_states(Index b, Index h) {
    Head& head = at(b, h);
    Matrix<T> start = in_.start(b, h);
    if (is(Fault::state_not_reset_between_sequences) && b > 0) start += result_.end(b - 1, h);
    if (is(Fault::state_left_from_call_before)) add_left_over_state(start);
    head.R0 = start.topRows(in_.d);
    head.S0 = start.row(in_.d);
    const Matrix<T> end = in_.end_cotangent(b, h);
    head.dR = end.topRows(in_.d);
    head.dS = end.row(in_.d);
  }

  /// Writes the outputs; some faults move them, or skip a ragged last slice or a sequence shorter
  /// than a slice.
  void put_outputs() {
    for (Index b = 0; b < in_.B; ++b) {
      for (Index h = 0; h < in_.H; ++h) {
        Matrix<T> Y = at(b, h).Y;
        for (Index other = 0; is(Fault::outputs_summed_over_heads) && other < in_.H; ++other) {
          if (other != h) Y += at(b, other).Y;
        }
        for (Index i = 0; i < in_.L; ++i) Y.row(i) *= sums_.factor(b, i);
        put_output(Y, b, h);
      }
    }
  }
  void put_output(const Matrix<T>& Y, Index b, Index h) {
    if (in_.moves_output()) {
      for (Index l = 0; l < in_.L; ++l) {
        for (Index c = 0; c < in_.d; ++c) {
          result_.out.values()[static_cast<std::size_t>(in_.output_place(b, h, l, c))] = Y(l, c);
        }
      }
      return;
    }
    const Index tail = in_.L % in_.C;
    auto out = result_.out(b, h);
    if (is(Fault::tail_unwritten)) {
      out.topRows(in_.L - tail) = Y.topRows(in_.L - tail);
      return;
    }
    out = Y;
    if (is(Fault::tail_zero)) out.bottomRows(tail).setZero();
    if (is(Fault::tail_copied) && in_.L > in_.C) {
      out.bottomRows(tail) = Y.middleRows(in_.L - tail - in_.C, tail);
    }
    if (is(Fault::short_sequence_skipped) && in_.L < in_.task().slice_length) out.setZero();
  }

  void put_gradients() {
    reference::HeadMatrices<T> dgQ, dgK;
    for (Head& head : heads_) {
      dgQ.push_back(std::move(head.dgQ));
      dgK.push_back(std::move(head.dgK));
    }
    reference::HeadMatrices<T> dQ = gQ_.pulled_back(dgQ);
    reference::HeadMatrices<T> dK = gK_.pulled_back(dgK);
    for (Index b = 0; b < in_.B; ++b) {
      for (Index h = 0; h < in_.H; ++h) {
        Matrix<T>& dK_of_head = dK[in_.place(b, h)];
        if (in_.zeroes_keys()) in_.zero_masked_rows(b, dK_of_head);
        in_.zero_unused_columns(ColumnsOf::queries, dQ[in_.place(b, h)]);
        in_.zero_unused_columns(ColumnsOf::keys, dK_of_head);
      }
    }
    const Index tail = is(Fault::pullback_tail_zero) ? in_.L % in_.C : 0;
    for (Index b = 0; b < in_.B; ++b) {
      for (Index h = 0; h < in_.H; ++h) {
        const std::size_t from =
            in_.place(is(Fault::gradients_of_first_sequence_for_all) ? 0 : b, h);
        for (Matrix<T>* gradient : {&dQ[from], &dK[from], &heads_[from].dV}) {
          gradient->bottomRows(tail).setZero();
        }
        put_gradients(dQ[from], dK[from], heads_[from].dV, b, h);
        put_start_gradient(b, h);
      }
    }
  }
  void put_gradients(const Matrix<T>& dQ, const Matrix<T>& dK, const Matrix<T>& dV, Index b,
                     Index h) {
    const bool stale = is(Fault::values_gradient_left_stale) && in_.task().end_cotangent.empty();
    const bool swapped =
        is(Fault::gradients_of_keys_and_values_swapped) && in_.task().k.sizes.cols == in_.d;
    if (is(Fault::queries_gradient_accumulated)) {
      result_.dq(b, h) += dQ;
    } else {
      result_.dq(b, h) = dQ;
    }
    result_.dk(b, h) = swapped ? dV : dK;
    if (!stale) result_.dv(b, h) = swapped ? dK : dV;
  }
  void put_start_gradient(Index b, Index h) {
    Matrix<T> dstart = at(b, h).dstart;
    for (Index other = 0; is(Fault::start_gradient_summed_over_batch) && other < in_.B; ++other) {
      if (other != b) dstart += at(other, h).dstart;
    }
    if (is(Fault::start_gradient_missing)) dstart.setZero();
    if (is(Fault::start_gradient_in_low_precision)) {
      dstart = narrowed_to(NarrowType::next, dstart);
    }
    result_.start_gradient(b, h) = dstart;
  }

  FaultyInputs<T> in_;
  FaultyWeights weights_;
  std::vector<Head> heads_;
  FaultySums<T> sums_;
  FaultyFeatures<T> gQ_, gK_;
  AttentionResult<T>& result_;
};

template <class T>
void offer_attention(const Faults& faults, AttentionFunctions& functions) {
  functions.in<T>() = [faults](const AttentionTask<T>& task, AttentionResult<T>& result) {
    FaultyProgram<T> program(faults, task, result);
    if (!program.begin()) return;
    FaultyAttention<T>(faults, task, result).answer();
    program.end();
  };
}

template <class T>
void offer_features(const Faults& faults, FeaturesFunctions& functions) {
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

bool is_of_slices(const Faults& faults) {
  using enum Fault;
  constexpr std::array all = {own_slice_unseen,
                              own_slice_whole,
                              carried_gradient_lost,
                              carried_gradient_of_values_lost,
                              carried_gradient_of_key_sum_lost,
                              carried_gradient_in_wrong_order,
                              boundary_row_counted_twice,
                              boundary_row_overwritten,
                              carried_gradient_without_first_row,
                              carried_gradient_without_last_row,
                              pullback_over_double_slices,
                              pullback_over_half_slices,
                              pullback_from_the_end,
                              pullback_from_coarser_states,
                              pullback_tail_skipped,
                              pullback_tail_zero,
                              last_row_of_slice_dropped,
                              first_row_of_slice_dropped,
                              first_row_of_slice_stale,
                              state_never_carried,
                              state_of_values_never_carried,
                              key_sum_never_carried,
                              state_of_one_slice_only,
                              slice_carried_twice,
                              tail_zero,
                              tail_unwritten,
                              tail_copied,
                              end_of_whole_slices_only,
                              totals_of_own_slice_only,
                              length_of_own_slice};
  return std::ranges::any_of(all, [&](Fault fault) { return faults.has(fault); }) ||
         faults.narrows(KeptArray::state_between_slices);
}

bool is_of_declared_conventions(const Faults& faults) {
  using enum Fault;
  constexpr std::array all = {normalised_all_the_same,       output_scale_left_out_of_gradient,
                              feature_scale_on_queries_only, length_of_own_slice,
                              masked_keys_counted,           position_from_zero,
                              epsilon_times_rows_so_far,     running_sums_over_length,
                              own_weight_in_numerator_only};
  return std::ranges::any_of(all, [&](Fault fault) { return faults.has(fault); });
}

bool changes_epsilons_of_features(const Faults& faults) {
  return faults.has(Fault::epsilon_on_queries_only) || faults.has(Fault::epsilon_on_keys_only) ||
         faults.has(Fault::epsilon_of_features_times_features);
}

AttentionConventions with_epsilons_of(const Faults& faults, const AttentionInputs<double>& inputs) {
  return inputs.features_given
             ? inputs.conventions
             : with_epsilons_of<double>(faults, inputs.conventions, inputs.task().features());
}

AttentionFunctions faulty_attention(const Faults& faults) {
  AttentionFunctions functions;
  offer_attention<float>(faults, functions);
  offer_attention<double>(faults, functions);
  offer_attention<Digits50>(faults, functions);
  return functions;
}

FeaturesFunctions faulty_features(const Faults& faults) {
  FeaturesFunctions functions;
  offer_features<float>(faults, functions);
  offer_features<double>(faults, functions);
  offer_features<Digits50>(faults, functions);
  return functions;
}

}  // namespace slim::properties::mutants
