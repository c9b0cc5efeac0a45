// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/json_text.hpp"

namespace slim::command_line {

std::string json_text(const nlohmann::ordered_json& json, int indent) {
  // dump() escapes control characters below U+0020. The others are U+007F and, as two bytes, U+0080
  // to U+009F; they occur only in strings.
  constexpr char first_byte = '\xc2';
  const std::string text =
      json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size() + 1);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto next = static_cast<unsigned char>(at + 1 < text.size() ? text[at + 1] : '\0');
    const bool controls = text[at] == first_byte && next >= 0x80 && next < 0xa0;
    if (controls || text[at] == '\x7f') {
      const unsigned code = controls ? next : 0x7fU;
      constexpr const char* digits = "0123456789abcdef";
      safe += {'\\', 'u', '0', '0', digits[code / 16], digits[code % 16]};
      at += controls ? 1 : 0;
    } else {
      safe += text[at];
    }
  }
  return safe + "\n";
}

}  // namespace slim::command_line
