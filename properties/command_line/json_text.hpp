// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <cmath>
#include <string>

namespace slim::command_line {

/// A finite number as it is; any other as the string "infinite", since JSON has no infinity.
inline nlohmann::ordered_json number_or_infinite(double value) {
  if (std::isfinite(value)) return value;
  return "infinite";
}

/// The text of a JSON value and a newline: several lines indented by `indent`, or one line if that
/// is negative. Strings may have any bytes: those that are not UTF-8, as in a path, become U+FFFD,
/// and characters that are never printed, such as terminal controls, are escaped.
std::string json_text(const nlohmann::ordered_json& json, int indent = 2);

}  // namespace slim::command_line
