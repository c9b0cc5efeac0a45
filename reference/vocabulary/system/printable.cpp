// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/printable.hpp"

namespace slim {
namespace {

bool is_forbidden(char32_t code) {
  const bool controls = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const bool is_half_of_a_pair = code >= 0xd800 && code < 0xe000;
  return controls || is_half_of_a_pair || code == 0xfffe || code == 0xffff || code > 0x10ffff;
}

/// The number of bytes of the first character; 0 if it is not a printable character.
/// Source: RFC 3629, section 3.
std::size_t printed_bytes(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return is_forbidden(lead) ? 0 : 1;
  if (lead < 0xc0) return 0;
  const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (lead >= 0xf8 || text.size() < size) return 0;
  char32_t code = lead & (0x7fU >> size);
  for (const char c : text.substr(1, size - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte & 0x3fU);
  }
  constexpr char32_t least_of_size[] = {0, 0, 0x80, 0x800, 0x10000};
  return code < least_of_size[size] || is_forbidden(code) ? 0 : size;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string printed;
  while (!text.empty()) {
    const std::size_t size = printed_bytes(text);
    const bool stays = size > 0 || text.front() == '\n' || text.front() == '\t';
    const std::size_t taken = size > 0 ? size : 1;
    printed += stays ? text.substr(0, taken) : "?";
    text.remove_prefix(taken);
  }
  return printed;
}

std::string on_one_line(std::string_view text, std::size_t longest) {
  std::string line;
  while (!text.empty()) {
    const std::size_t size = printed_bytes(text);
    const std::size_t taken = size > 0 ? size : 1;
    if (line.size() + taken > longest) return line + "…";
    line += size > 0 ? text.substr(0, taken) : "?";
    text.remove_prefix(taken);
  }
  return line;
}

}  // namespace slim
