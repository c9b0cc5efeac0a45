#pragma once

#include "experiments/measures/quantities.hpp"
#include "experiments/setting.hpp"

#include <filesystem>

namespace slim::experiments {

/// Limits the address space of this process. Requires bytes > 0; throws std::runtime_error.
void cap_address_space(std::int64_t bytes);

/// Doubles L from 64 on, each in a fresh process that caps its own address space before it prepares
/// anything, until one fails or the setting's length is reached. `full` slices are as long as the
/// sequence. Text, parameters and program count, as they would on a small device.
Longest measure_longest(const Setting& setting,
                        const std::filesystem::path& program = "/proc/self/exe");

}  // namespace slim::experiments
