// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/setting.hpp"

#include <cstdint>

namespace slim::experiments {

/// Memory of the machine, or the limit of this process's control group. Units: bytes.
double machine_bytes();

/// The address space in use by this process, a lower bound of any cap. Units: bytes.
std::int64_t own_address_space();

/// Throws ContractError when parameters and gradient alone exceed the machine's memory, or when the
/// memory cap is smaller than the program's own use.
void require_fits(const Setting& setting);

}  // namespace slim::experiments
