#pragma once

#include "experiments/measures/quantities.hpp"
#include "experiments/records/setting.hpp"

#include <filesystem>
#include <functional>

namespace slim::experiments {

/// Limits the address space of this process. What its stack may need is taken before: where a stack
/// cannot grow, a signal ends the process, and nobody can tell why.
/// Requires bytes > 0; throws std::runtime_error.
void cap_address_space(std::int64_t bytes);

/// The longest L whose gradient completes, of the setting's length and its halves down to 64, by
/// bisection: what takes less memory completes, too. Each L is tried in a fresh process that caps
/// its own address space before it prepares anything. The slices of a full pass are as long as the
/// sequence. Text, parameters and program count, as they would on a small device. Throws
/// std::runtime_error when a process fails for anything but memory.
Longest measure_longest(const Setting& setting,
                        const std::filesystem::path& program = "/proc/self/exe");

/// The longest of `most`, most/2, most/4, … ≥ 64 that completes, when all shorter ones do; 0: none.
Index longest_of(Index most, const std::function<bool(Index)>& completes);

}  // namespace slim::experiments
