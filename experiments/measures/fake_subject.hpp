// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/workload/workload.hpp"

#include <functional>
#include <string_view>

namespace slim::experiments {

/// For tests: a subject of known cost. One call does 3 multiplications, 2 additions and 1 division,
/// and holds 8 bytes of state and 16 · min(C, L) bytes of slice work at the same time. Its gradient
/// is θ, its loss is 0.5. Each call starts with `on_call`.
Subject fake_subject(const std::function<void()>& on_call = [] {});

/// A catalogue with one subject, which is also the reference.
FindSubject only(const Subject& subject);

}  // namespace slim::experiments
