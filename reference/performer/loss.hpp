// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/subject.hpp"

namespace slim::reference {

/// Φ = loss + ⟨G, B_end⟩, whose gradient `gradient` returns, by the forward pass alone. It uses no
/// hand-written derivative, so that differentiating it on dual numbers is an independent check.
/// G is the task's end cotangent (null: zero), B_end the prefix sums after the last row.
template <class T>
accumulator_t<T> loss(const GradientTask<T>& task);

}  // namespace slim::reference
