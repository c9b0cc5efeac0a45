// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/third_party/protocol/declaration.hpp"

#include <nlohmann/json_fwd.hpp>

namespace slim::properties::foreign {

/// Reads the capability `own_map`: {"features": [c0, c1, c2], "differs_by_row": false,
/// "differs_by_length": false}.
void read_own_map(const nlohmann::json& json, Declaration& declared);

/// Throws ContractError unless the own map, the declared maps and the parts of the attention fit
/// together and the numbers are within their limits.
void require_valid_maps(const Declaration& declared);

}  // namespace slim::properties::foreign
