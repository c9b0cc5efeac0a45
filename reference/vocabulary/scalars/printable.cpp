// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/scalars/printable.hpp"

#include <algorithm>
#include <array>

namespace slim {
namespace {

struct CodeRange {
  char32_t first;
  char32_t last;
};

constexpr std::array<CodeRange, 22> never_printed = {{
    {0x0, 0x1f},         // control characters
    {0x7f, 0x9f},        // likewise
    {0xad, 0xad},        // soft hyphen
    {0x34f, 0x34f},      // combining grapheme joiner
    {0x61c, 0x61c},      // Arabic letter mark
    {0x115f, 0x1160},    // Hangul fillers
    {0x17b4, 0x17b5},    // Khmer inherent vowels
    {0x180b, 0x180f},    // Mongolian variation selectors and vowel separator
    {0x200b, 0x200f},    // zero-width space, joiners, marks of direction
    {0x2028, 0x202e},    // separators of lines and paragraphs, embeddings and overrides
    {0x2060, 0x206f},    // word joiner, invisible operators, isolates
    {0x3164, 0x3164},    // Hangul filler
    {0xd800, 0xdfff},    // halves of a pair
    {0xfe00, 0xfe0f},    // variation selectors
    {0xfeff, 0xfeff},    // byte order mark, zero-width no-break space
    {0xffa0, 0xffa0},    // half-width Hangul filler
    {0xfff0, 0xfffb},    // interlinear annotations
    {0xfffe, 0xffff},    // no characters, forbidden in XML
    {0x1bca0, 0x1bca3},  // shorthand format controls
    {0x1d173, 0x1d17a},  // musical format controls
    {0xe0000, 0xe0fff},  // tags, variation selectors
    {0x110000, ~char32_t{0}},
}};

/// The number of bytes of the first character; 0 if it is not a printable character.
/// Source: RFC 3629, section 3.
std::size_t printed_bytes(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return is_never_printed(lead) ? 0 : 1;
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
  return code < least_of_size[size] || is_never_printed(code) ? 0 : size;
}

}  // namespace

bool is_never_printed(char32_t code) {
  return std::ranges::any_of(never_printed, [code](const CodeRange& range) {
    return code >= range.first && code <= range.last;
  });
}

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
