// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/distributed/gradient.hpp"
#include "chunked/two_sweeps_definition.hpp"

namespace slim::chunked::distributed {

/// One rank's sweeps over the rows of its part, one sequence after another.
template <class T>
class PartOfGradient {
 public:
  using A = accumulator_t<T>;

  PartOfGradient(const GradientTask<T>& task, GradientResult<T>& result, Exchange<A>& exchange,
                 Boundary<A>& within, const PrefixSum<A>& prefix_sum, Parameters<A>& gradient)
      : task_(task),
        placed_(task),
        result_(result),
        exchange_(exchange),
        within_(within),
        scanned_(exchange),
        part_(exchange.part(task.sequences.length())),
        one_slice_(task.slice_length >= part_of(task.sequences.length(), P(), 0).rows),
        cut_(std::max(part_.rows, Index{1}), task.slice_length, part_.first),
        pass_(placed_, cut_.C, prefix_sum, one_slice_ ? scanned_ : within),
        scale_(loss_scale(task)),
        gradient_(gradient),
        G_(task.model, task.wants_state ? task.sequences.batch() : 1) {
    placed_.first_position = exchange.position(task.first_position, part_) - part_.first;
  }

  /// Sequence b. Returns the sum of the losses of this rank's rows.
  Wide<A> operator()(Index b) {
    at_ = task_.wants_state ? b : 0;
    layers_of_G().setConstant(A(0));
    if (part_.rows == 0) return pass_on(b);
    return one_slice_ ? at_once(b) : in_slices(b);
  }
  /// On rank 0: the cotangent of the task's start.
  State<A>& start_cotangent() { return G_; }
  [[nodiscard]] const Part& part() const { return part_; }

 private:
  [[nodiscard]] Index P() const { return exchange_.ranks().size(); }
  /// All layers of a state of sequence b.
  static std::span<A> layers(State<A>& state, Index b, const Model& model) {
    return state.values().subspan(static_cast<std::size_t>(state_entries(model, b)),
                                  static_cast<std::size_t>(state_entries(model, 1)));
  }
  Eigen::Map<Eigen::Array<A, Eigen::Dynamic, 1>> layers_of_G() {
    const std::span<A> all = layers(G_, at_, task_.model);
    return {all.data(), static_cast<Index>(all.size())};
  }
  State<A>* end_of(Index n) {
    const bool is_end = task_.wants_state && exchange_.is_last() && n + 1 == cut_.slices();
    return is_end ? &result_.end : nullptr;
  }
  void write(State<A>& state, Index b, const State<A>* from, Index from_b) {
    const Index heads = task_.model.heads;
    for (Index r = 0; r < task_.model.layers; ++r) {
      Start<A>{from, from_b}.write(layer_sums(state, b, r, heads), r, heads);
    }
  }

  /// A part of one slice.
  Wide<A> at_once(Index b) {
    scanned_.begin(task_.model, 1, {task_.start, b});
    scanned_.set_end({task_.end_cotangent, b});
    const Slice slice = cut_.slice(0, b);
    pass_.restore(slice, end_of(0));
    return pull_back(slice);
  }

  /// A part of several slices: the start comes from the rank before this one and the cotangent of
  /// the end from the one after it.
  Wide<A> in_slices(Index b) {
    const Model& model = task_.model;
    const Index N = cut_.slices();
    State<A> start(model, 1);
    receive_start(start, b);
    within_.begin(model, N, {&start, 0});
    const typename Boundary<A>::RunAgain run_again = [&](Index n) {
      pass_.advance(cut_.slice(n, b));
    };
    do {
      for (Index n = 0; n + 1 < N; ++n) run_again(n);
    } while (within_.restart());
    result_.restarts += within_.restarts();
    if (!exchange_.is_last()) {
      State<A> end(model, 1);
      pass_.advance_to(cut_.slice(N - 1, b), end);
      exchange_.send(Direction::forward, end.values());
    }
    receive_end_cotangent(b);
    Wide<A> loss(0);
    for (Index n = N - 1; n >= 0; --n) {
      within_.prepare(n, run_again);
      const Slice slice = cut_.slice(n, b);
      pass_.restore(slice, end_of(n));
      loss += pull_back(slice);
    }
    if (!exchange_.is_first()) {
      exchange_.send(Direction::backward, std::span<const A>(layers(G_, at_, model)));
    }
    return loss;
  }
  void receive_start(State<A>& start, Index b) {
    if (exchange_.is_first()) {
      write(start, 0, task_.start, b);
    } else {
      exchange_.receive(Direction::forward, start.values());
    }
  }
  void receive_end_cotangent(Index b) {
    if (exchange_.is_last()) {
      write(G_, at_, task_.end_cotangent, b);
    } else {
      exchange_.receive(Direction::backward, layers(G_, at_, task_.model));
    }
  }

  /// A part without rows: its sums are 0.
  Wide<A> pass_on(Index b) {
    const Model& model = task_.model;
    State<A> start(model, 1);
    if (one_slice_) {
      const State<A> zero(StateSizes(model), 1);
      const auto own = [&](Index r) { return layer_sums(zero, 0, r, model.heads); };
      write(start, 0, task_.start, b);
      write(G_, at_, task_.end_cotangent, b);
      for (Index r = 0; r < model.layers; ++r) {
        exchange_.add_before(own(r), layer_sums(start, 0, r, model.heads));
      }
      for (Index r = model.layers - 1; r >= 0; --r) {
        exchange_.add_after(own(r), layer_sums(G_, at_, r, model.heads));
      }
    } else {
      receive_start(start, b);
      if (!exchange_.is_last()) exchange_.send(Direction::forward, start.values());
      receive_end_cotangent(b);
      exchange_.send(Direction::backward, std::span<const A>(layers(G_, at_, model)));
    }
    if (task_.wants_state && exchange_.is_last()) write(result_.end, b, &start, 0);
    return Wide<A>(0);
  }

  Wide<A> pull_back(const Slice& slice) {
    Wide<A> loss =
        pass_.loss(slice, scale_, task_.wants_logits ? &result_.logits : nullptr, gradient_);
    pass_.pull_back(slice, G_, at_, gradient_);
    return loss;
  }

  const GradientTask<T>& task_;
  GradientTask<T> placed_;  ///< the same with the positions of this part
  GradientResult<T>& result_;
  Exchange<A>& exchange_;
  Boundary<A>& within_;
  Scanned<A> scanned_;
  Part part_;
  bool one_slice_;
  Cut cut_;
  SlicePass<T> pass_;
  A scale_;
  Parameters<A>& gradient_;
  State<A> G_;
  Index at_ = 0;  ///< the sequence of G_ that holds that of the current sequence
};

/// Sends logits and the end state to rank 0, where they are needed.
template <class T>
void collect(const GradientTask<T>& task, GradientResult<T>& result,
             const Exchange<accumulator_t<T>>& exchange) {
  using A = accumulator_t<T>;
  Communicator& ranks = exchange.ranks();
  constexpr Traffic traffic = Traffic::answer;
  const Index P = ranks.size();
  const Index L = task.sequences.length();
  const auto rows_of = [&](Index rank, Index b) {
    const Part part = exchange.part(L, rank);
    const auto V = static_cast<std::size_t>(task.model.vocab_size);
    return std::span<T>(result.logits.data(), static_cast<std::size_t>(result.logits.size()))
        .subspan(static_cast<std::size_t>(b * L + part.first) * V,
                 static_cast<std::size_t>(part.rows) * V);
  };
  if (task.wants_logits) {
    for (Index b = 0; b < task.sequences.batch(); ++b) {
      if (ranks.rank() > 0) ranks.send<T>(0, traffic, rows_of(ranks.rank(), b));
      for (Index from = 1; ranks.rank() == 0 && from < P; ++from) {
        ranks.receive<T>(from, traffic, rows_of(from, b));
      }
    }
  }
  if (!task.wants_state || P == 1) return;
  if (ranks.rank() + 1 == P) ranks.send<A>(0, traffic, result.end.values());
  if (ranks.rank() == 0) ranks.receive<A>(P - 1, traffic, result.end.values());
}

template <class T>
void gradient(const GradientTask<T>& task, GradientResult<T>& result,
              Exchange<accumulator_t<T>>& exchange, Boundary<accumulator_t<T>>& within,
              const PrefixSum<accumulator_t<T>>& prefix_sum) {
  using A = accumulator_t<T>;
  require_valid(task);
  require_supported(task.model, task.sequences);
  prepare(task, result);
  GradientSums<T> sums(task.model, result.gradient);
  result.restarts = 0;
  PartOfGradient<T> part(task, result, exchange, within, prefix_sum, sums.sums());
  Wide<A> loss(0);
  for (Index b = 0; b < task.sequences.batch(); ++b) loss += part(b);
  exchange.add_up_gradient(sums.sums().values());
  exchange.add_up_loss(loss);
  sums.put();
  result.loss = static_cast<T>(static_cast<A>(loss * Wide<A>(loss_scale(task))));
  collect(task, result, exchange);
  if (task.wants_state) result.start_cotangent = std::move(part.start_cotangent());
}

}  // namespace slim::chunked::distributed
