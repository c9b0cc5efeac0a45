#pragma once

#include "reference/vocabulary/task/subject.hpp"

namespace slim::reference {

/// Φ = loss + ⟨G, B_end⟩, whose gradient `gradient` returns, by the way forward alone: no
/// derivative written by hand takes part, so that on dual numbers its slope is an independent one.
/// G is the task's end cotangent (null: zero), B_end the prefix sums after the last row.
template <class T>
accumulator_t<T> loss(const GradientTask<T>& task);

}  // namespace slim::reference
