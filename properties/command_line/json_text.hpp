#pragma once

#include <nlohmann/json.hpp>

#include <cmath>
#include <string>

namespace slim::command_line {

/// A finite number; JSON has no infinity, so that an infinite one is the string "infinite".
inline nlohmann::ordered_json number_or_infinite(double value) {
  if (std::isfinite(value)) return value;
  return "infinite";
}

/// The text of a JSON value, and the end of a line: over lines indented by `indent`, or on one line
/// where that is negative. Its strings may have any bytes: those that are not UTF-8, as in a path,
/// become U+FFFD, and characters that control a terminal are escaped.
std::string json_text(const nlohmann::ordered_json& json, int indent = 2);

}  // namespace slim::command_line
