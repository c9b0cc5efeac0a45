#pragma once

#include "experiments/records/setting.hpp"

#include <cstdint>

namespace slim::experiments {

/// What the machine has, or the control group that this process lives in allows it. Units: bytes.
double machine_bytes();

/// The address space that this process has taken, which a cap cannot be below. Units: bytes.
std::int64_t own_address_space();

/// Refuses a setting whose parameters and their gradient alone are more than the machine has, and a
/// memory cap below what the program itself takes. Throws ContractError.
void require_fits(const Setting& setting);

}  // namespace slim::experiments
