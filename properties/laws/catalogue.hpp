#pragma once

#include "properties/engine/law.hpp"

#include <span>
#include <string_view>

namespace slim::properties::laws {

/// Every law, in the order in which a reader meets them.
std::span<const Law> catalogue();

/// Throws ContractError that names what is allowed, and the nearest name.
const Law& find_law(std::string_view name);

}  // namespace slim::properties::laws
