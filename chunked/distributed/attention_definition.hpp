// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/attention/attention_definition.hpp"
#include "chunked/distributed/attention.hpp"

namespace slim::chunked::distributed {

/// The causal attention of a part without rows: its sums are 0.
template <class T>
void pass_on(const AttentionTask<T>& task, AttentionResult<T>& result, Index b,
             Exchange<accumulator_t<T>>& exchange) {
  using A = accumulator_t<T>;
  const StateSizes sizes = sizes_of_state(task);
  const State<A> zero(sizes, 1);
  State<A> sums(sizes, 1);
  const LayerSums<const A> own = layer_sums(zero, 0, 0, sizes.heads);
  detail::write_sums(task.start, b, sums, sizes.heads);
  exchange.add_before(own, layer_sums(sums, 0, 0, sizes.heads));
  if (exchange.is_last()) detail::put_sums(sums, result.end, b);
  if (!task.wants_pullback) return;
  detail::write_sums(task.end_cotangent, b, sums, sizes.heads);
  exchange.add_after(own, layer_sums(sums, 0, 0, sizes.heads));
}

/// Sends the rows of every rank, and the end state, to rank 0.
template <class T>
void collect(const AttentionTask<T>& task, AttentionResult<T>& result,
             const Exchange<accumulator_t<T>>& exchange) {
  using A = accumulator_t<T>;
  Communicator& ranks = exchange.ranks();
  constexpr Traffic traffic = Traffic::answer;
  const Index P = ranks.size();
  const auto rows_of = [&](Heads<T>& array, Index b, Index h, Index rank) {
    const Part part = exchange.part(array.sizes().rows, rank);
    return std::span<T>(array(b, h).data() + part.first * array.sizes().cols,
                        static_cast<std::size_t>(part.rows * array.sizes().cols));
  };
  for (Heads<T>* array : {&result.out, &result.dq, &result.dk, &result.dv}) {
    for (Index b = 0; b < array->sizes().batch; ++b) {
      for (Index h = 0; h < array->sizes().heads; ++h) {
        if (ranks.rank() > 0) ranks.send<T>(0, traffic, rows_of(*array, b, h, ranks.rank()));
        for (Index from = 1; ranks.rank() == 0 && from < P; ++from) {
          ranks.receive<T>(from, traffic, rows_of(*array, b, h, from));
        }
      }
    }
  }
  if (!task.causal || P == 1) return;
  if (ranks.rank() + 1 == P) ranks.send<A>(0, traffic, result.end.values());
  if (ranks.rank() == 0) ranks.receive<A>(P - 1, traffic, result.end.values());
}

template <class T>
void attention(const AttentionTask<T>& task, AttentionResult<T>& result,
               Exchange<accumulator_t<T>>& exchange,
               const PrefixSum<accumulator_t<T>>& prefix_sum) {
  using A = accumulator_t<T>;
  require_valid(task);
  require_own(task.conventions, task.feature_map);
  detail::prepare(task, result);
  const Index batch = task.v.sizes.batch;
  const StateSizes sizes = sizes_of_state(task);
  const Part part = exchange.part(task.v.sizes.rows);
  const Cut cut(part.rows, std::max(part.rows, Index{1}), part.first);
  if (!task.causal) {
    detail::TotalAttention<T> total(
        task, result, cut, prefix_sum, sizes,
        {.add_sums = [&](std::span<A> sums) { exchange.add_up_all(Direction::forward, sums); },
         .add_cotangents = [&](std::span<A> dRS) { exchange.add_up_all(Direction::backward, dRS); },
         .add_given = !exchange.is_first()});
    for (Index b = 0; b < batch; ++b) total(b);
  } else if (part.rows == 0) {
    for (Index b = 0; b < batch; ++b) pass_on(task, result, b, exchange);
  } else {
    Scanned<A> scanned(exchange);
    State<A> end(sizes, 1);
    detail::CausalAttention<T> causal(task, result, cut, scanned, prefix_sum, sizes);
    for (Index b = 0; b < batch; ++b) {
      detail::write_sums(task.end_cotangent, b, end, sizes.heads);
      scanned.set_end({&end, 0});
      causal(b);
    }
  }
  collect(task, result, exchange);
}

}  // namespace slim::chunked::distributed
