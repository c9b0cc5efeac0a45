#pragma once

#include "experiments/plans/sweep.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <functional>
#include <string_view>

namespace slim::experiments {

/// For tests: a subject whose cost is known. One call does 3 multiplications, 2 additions and 1
/// division, and holds 8 bytes of state and 16 · min(C, L) bytes of slice work beside each other.
/// Its gradient is θ, its loss is 0.5. `on_call` is called first.
Subject fake_subject(const std::function<void()>& on_call = [] {});

/// A catalogue of one subject, which is its own reference.
FindSubject only(const Subject& subject);

}  // namespace slim::experiments
