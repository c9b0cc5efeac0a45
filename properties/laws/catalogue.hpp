// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"

#include <span>
#include <string_view>

namespace slim::properties::laws {

/// Every law, in the order of reports.
std::span<const Law> catalogue();

/// The law of this name. Throws ContractError with the nearest name and all names.
const Law& find_law(std::string_view name);

}  // namespace slim::properties::laws
