#pragma once

#include "chunked/boundaries/boundary.hpp"
#include "chunked/prefix_sums/prefix_sum.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::chunked {

/// The gradient in slices of `task.slice_length` rows, one sequence after another.
///
/// Up, n = 0 … N-2: each slice adds its sums to the boundary and leaves nothing else. Down, n = N-1
/// … 0: each slice is run again from B⁽ⁿ⁾, and pulled back with G, the cotangent of the sums after
/// it. One slice (C ≥ L) needs no sweep up, and is the full pass. Source: SLiM Performer, algorithm
/// 1; the sweep up is lazy: slice N-1 stays out of it, and of the last layer only keys, values and
/// their sums are made, unless `task.first_sweep` is plain. The plain sweep sums the loss from the
/// first slice to the last, the lazy one leaves that to the sweep down: the two may differ in their
/// last bits, the gradients may not. Of a narrow scalar parameters and activations are stored in
/// it, and everything is computed and summed in its accumulator; the gradient is rounded to it at
/// the end. Throws ContractError when the task is not valid.
template <class T>
void gradient(const GradientTask<T>& task, GradientResult<T>& result,
              Boundary<accumulator_t<T>>& boundary, const PrefixSum<accumulator_t<T>>& prefix_sum);

}  // namespace slim::chunked
