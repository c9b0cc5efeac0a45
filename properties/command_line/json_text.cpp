// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/json_text.hpp"

#include "reference/vocabulary/scalars/printable.hpp"

namespace slim::command_line {
namespace {

/// The bytes of the character of valid UTF-8 that begins with `lead`.
std::size_t bytes_of(unsigned char lead) {
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

char32_t code_of(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character.front());
  char32_t code = character.size() == 1 ? lead : lead & (0x7fU >> character.size());
  for (const char c : character.substr(1))
    code = code << 6 | (static_cast<unsigned char>(c) & 0x3fU);
  return code;
}

/// "\u202e"; beyond U+FFFF the two halves of a pair.
std::string escaped(char32_t code) {
  if (code > 0xffff) {
    return escaped(0xd800 + ((code - 0x10000) >> 10)) + escaped(0xdc00 + (code & 0x3ff));
  }
  constexpr const char* digits = "0123456789abcdef";
  return {'\\',
          'u',
          digits[code >> 12],
          digits[code >> 8 & 15],
          digits[code >> 4 & 15],
          digits[code & 15]};
}

}  // namespace

std::string json_text(const nlohmann::ordered_json& json, int indent) {
  // dump() escapes control characters below U+0020 and writes valid UTF-8. What is left to escape
  // occurs only in strings.
  constexpr char32_t first_left = 0x7f;
  const std::string text =
      json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size() + 1);
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view character =
        rest.substr(0, bytes_of(static_cast<unsigned char>(rest.front())));
    const char32_t code = code_of(character);
    if (code >= first_left && is_never_printed(code)) {
      safe += escaped(code);
    } else {
      safe += character;
    }
    rest.remove_prefix(character.size());
  }
  return safe + "\n";
}

}  // namespace slim::command_line
