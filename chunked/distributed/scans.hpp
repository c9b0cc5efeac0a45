// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/distributed/communicator.hpp"
#include "reference/vocabulary/memory/memory.hpp"

#include <algorithm>
#include <functional>
#include <span>

namespace slim::chunked::distributed {

/// How sums over ranks are formed. Either has one order of summation for a given number of ranks.
enum class Scan {
  chain,  ///< one rank after another: P - 1 messages deep, and each rank sends at most one
  tree,   ///< by doubling: ⌊log₂ P⌋ messages deep, and each rank sends at most ⌈log₂ P⌉
};

/// From the first rank to the last, or from the last to the first.
enum class Direction { forward, backward };

/// Adds the `own` numbers of the ranks before this one to `sum`, which on entry is the start of the
/// sum on every rank; in backward direction, those of the ranks after this one.
/// Order of summation: chain: ((start + own₀) + own₁) + …; tree: start + (the sum of the 2ⁱ ranks
/// farthest away + (… + the sum of the nearest ranks)).
/// Cost: chain: one message of each rank but the last; tree: at most ⌈log₂ P⌉ of each.
template <class T>
void exclusive_scan(Communicator& ranks, Scan scan, Direction direction, std::span<const T> own,
                    std::span<T> sum) {
  const Index P = ranks.size();
  const bool forward = direction == Direction::forward;
  const Traffic traffic = forward ? Traffic::forward : Traffic::backward;
  const Index place = forward ? ranks.rank() : P - 1 - ranks.rank();
  const auto rank_at = [&](Index at) { return forward ? at : P - 1 - at; };
  const auto size = static_cast<std::ptrdiff_t>(own.size());
  if (scan == Scan::chain) {
    if (place > 0) ranks.receive(rank_at(place - 1), traffic, sum);
    if (place + 1 == P) return;
    Buffer<T> after(MemoryTag::state, size);
    std::ranges::transform(sum, own, after.begin(), std::plus<T>());
    ranks.send<T>(rank_at(place + 1), traffic, after.span());
    return;
  }
  // The sums of the ranks from place - near + 1 on, with this rank and without it.
  Buffer<T> window(MemoryTag::state, size);
  Buffer<T> before(MemoryTag::state, size);
  Buffer<T> more(MemoryTag::state, size);
  std::ranges::copy(own, window.begin());
  for (Index near = 1; near < P; near *= 2) {
    if (place + near < P) ranks.send<T>(rank_at(place + near), traffic, window.span());
    if (place - near < 0) continue;
    ranks.receive<T>(rank_at(place - near), traffic, more.span());
    std::ranges::transform(more, window, window.begin(), std::plus<T>());
    if (near == 1) {
      std::ranges::copy(more, before.begin());
    } else {
      std::ranges::transform(more, before, before.begin(), std::plus<T>());
    }
  }
  if (place > 0) std::ranges::transform(sum, before, sum.begin(), std::plus<T>());
}

/// Replaces `numbers` by their sum over all ranks, with the same bits on every rank.
/// Order of summation: chain: ((x₀ + x₁) + x₂) + …; tree: pairs of ranks, then pairs of pairs, ….
/// Cost: chain: 2 (P - 1) messages deep; tree: 2 ⌈log₂ P⌉. Two messages of a rank at most in a
/// chain.
template <class T>
void all_reduce(Communicator& ranks, Scan scan, std::span<T> numbers) {
  const Index P = ranks.size();
  const Index rank = ranks.rank();
  constexpr Traffic traffic = Traffic::reduction;
  Buffer<T> more(MemoryTag::gradient, static_cast<std::ptrdiff_t>(numbers.size()));
  if (scan == Scan::chain) {
    if (rank > 0) {
      ranks.receive<T>(rank - 1, traffic, more.span());
      std::ranges::transform(more, numbers, numbers.begin(), std::plus<T>());
    }
    if (rank + 1 < P) {
      ranks.send<T>(rank + 1, traffic, numbers);
      ranks.receive<T>(rank + 1, traffic, numbers);
    }
    if (rank > 0) ranks.send<T>(rank - 1, traffic, numbers);
    return;
  }
  Index near = 1;
  for (; near < P && rank % (2 * near) == 0; near *= 2) {
    if (rank + near >= P) continue;
    ranks.receive<T>(rank + near, traffic, more.span());
    std::ranges::transform(numbers, more, numbers.begin(), std::plus<T>());
  }
  if (near < P) {
    ranks.send<T>(rank - near, traffic, numbers);
    ranks.receive<T>(rank - near, traffic, numbers);
  }
  for (near /= 2; near > 0; near /= 2) {
    if (rank + near < P) ranks.send<T>(rank + near, traffic, numbers);
  }
}

}  // namespace slim::chunked::distributed
