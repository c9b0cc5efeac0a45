// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/third_party/protocol/declaration.hpp"

#include <nlohmann/json_fwd.hpp>

namespace slim::properties::foreign {

/// The model of its own architecture that this field "own_model" declares. Throws ContractError
/// that names the missing, unknown or malformed field.
OwnModel own_model_of(const nlohmann::json& json);

}  // namespace slim::properties::foreign
