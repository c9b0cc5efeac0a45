// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace slim {

/// Parses untrusted JSON. Rejects what a plain parser accepts: a name given twice in one object
/// (the last would silently win), nesting below `deepest`, and data after a null byte. Throws
/// ContractError on these and on text that is not JSON in UTF-8; the message names `what`.
nlohmann::json parse_strictly(std::string_view text, int deepest, const std::string& what);

}  // namespace slim
