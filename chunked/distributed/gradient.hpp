// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/distributed/exchange.hpp"
#include "chunked/prefix_sums/prefix_sum.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::chunked::distributed {

/// One rank's work on a gradient that P ranks compute together; every rank calls it with the same
/// task. Rank r has part r of the rows of every sequence (part_of). Rank 0's `result` becomes the
/// result of the task, that of another rank its gradient and loss only.
///
/// C of at least the rows of a part: a part is one slice. All ranks work at the same time; in each
/// layer they wait for an exclusive scan of the parts' sums forward, and of the cotangents of sums
/// backward. Memory: the activations of a part, O(L/P).
/// Smaller C: a part has slices of C rows. The ranks take turns: each sends the state of all layers
/// on when its forward sweep is complete. Memory: O(C), and the states of `within`.
/// At the end the gradient and the loss are added over all ranks.
///
/// The bits of the result depend on P and on the scan, not on timing, nor on how ranks communicate.
/// Throws ContractError, as two_sweeps.hpp; RanksError when the ranks cannot continue.
template <class T>
void gradient(const GradientTask<T>& task, GradientResult<T>& result,
              Exchange<accumulator_t<T>>& exchange, Boundary<accumulator_t<T>>& within,
              const PrefixSum<accumulator_t<T>>& prefix_sum);

}  // namespace slim::chunked::distributed
