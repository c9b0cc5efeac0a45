// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/subject.hpp"

namespace slim::reference {

/// The full gradient of the naive Performer: processes the whole sequence at once and keeps all
/// values, including R of every row. `task.slice_length` and `task.threads` are ignored.
/// Cost: O(L s (d_model M + d_model² + d_model d_ff)) time, O(L s (d_model M + d_ff)) memory.
template <class T>
void gradient(const GradientTask<T>& task, GradientResult<T>& result);

}  // namespace slim::reference
