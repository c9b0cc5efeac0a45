#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace slim {

/// JSON of unknown origin. Refuses what a plain parse accepts: a name given twice in one object
/// (the last would silently win), nesting below `deepest`, and a null byte with anything after it.
/// Throws ContractError on that, and on what is no JSON in UTF-8; `what` is named in the message.
nlohmann::json parse_strictly(std::string_view text, int deepest, const std::string& what);

}  // namespace slim
