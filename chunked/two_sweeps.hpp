// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/boundaries/boundary.hpp"
#include "chunked/prefix_sums/prefix_sum.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::chunked {

/// The gradient in slices of `task.slice_length` rows, one sequence after another.
///
/// Forward sweep, n = 0 … N-2: each slice adds its sums to the boundary and stores nothing else.
/// Backward sweep, n = N-1 … 0: each slice is recomputed from B⁽ⁿ⁾ and pulled back with G, the
/// cotangent of the sums after it. One slice (C ≥ L) needs no forward sweep; this is the full pass.
///
/// The forward sweep is lazy unless `task.first_sweep` is plain: slice N-1 is left out, and of the
/// last layer only keys, values and their sums are computed. The plain sweep adds the losses from
/// the first slice to the last, the lazy one leaves them to the backward sweep: the two losses may
/// differ in their last bits, the gradients do not.
///
/// With a narrow scalar, parameters and activations are stored in it, everything is computed and
/// summed in its accumulator, and the gradient is rounded to it at the end.
/// Source: SLiM Performer, algorithm 1.
/// Throws ContractError when the task is not valid.
template <class T>
void gradient(const GradientTask<T>& task, GradientResult<T>& result,
              Boundary<accumulator_t<T>>& boundary, const PrefixSum<accumulator_t<T>>& prefix_sum);

}  // namespace slim::chunked
