// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/quantities.hpp"
#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <filesystem>
#include <functional>

namespace slim::experiments {

/// Limits the address space of this process. Stack space is reserved first, because a process whose
/// stack cannot grow is ended by a signal, without a message.
/// Requires bytes > 0. Throws std::runtime_error.
void cap_address_space(std::int64_t bytes);

/// The longest L whose gradient completes, found by bisection among the setting's length and its
/// halves down to 64; this assumes that shorter sequences need less memory. Each L is tried in a
/// fresh process that limits its own address space before it allocates anything. The full pass has
/// C = L. Text, parameters and program are included, as they would be on a small device. The
/// gradient of the longest L is then compared with that of `other`, without a cap and in slices,
/// unless `other` is null. Throws std::runtime_error when a process fails for any reason other than
/// memory.
Longest measure_longest(const Setting& setting, const Subject* other,
                        const std::filesystem::path& program = "/proc/self/exe");

/// The longest of `most`, most/2, most/4, … ≥ 64 that completes, if all shorter ones complete; 0 if
/// none does.
Index longest_of(Index most, const std::function<bool(Index)>& completes);

}  // namespace slim::experiments
