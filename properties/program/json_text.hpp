#pragma once

#include <nlohmann/json.hpp>

#include <cmath>
#include <string>

namespace slim::properties {

/// A finite number; JSON has no infinity, so that an infinite one is the string "infinite".
inline nlohmann::ordered_json number_or_infinite(double value) {
  if (std::isfinite(value)) return value;
  return "infinite";
}

/// Over lines, indented by two. Whatever bytes its strings have: those that are no UTF-8, as a
/// path may have them, become U+FFFD.
inline std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace slim::properties
