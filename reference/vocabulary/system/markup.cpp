// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/markup.hpp"

#include "reference/vocabulary/scalars/printable.hpp"

#include <algorithm>
#include <cctype>

namespace slim {
namespace {

/// Replaces unprintable bytes by '?', and ends of lines by spaces.
std::string in_a_line(std::string_view text) {
  std::string line = printable(text);
  std::ranges::replace(line, '\n', ' ');
  std::ranges::replace(line, '\t', ' ');
  return line;
}

bool is_of_a_word(std::string_view text, std::size_t at) {
  return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) != 0;
}

/// The length of the longest run of backticks.
std::size_t longest_fence(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string html(std::string_view text) {
  std::string safe;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string markdown(std::string_view text) {
  constexpr std::string_view opens_markup = "\\`*[|~";
  const std::string line = in_a_line(text);
  std::string safe;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (c == '&') {
      safe += "&amp;";
    } else if (c == '<') {
      safe += "&lt;";
    } else if (opens_markup.find(c) != std::string_view::npos) {
      safe += {'\\', c};
    } else if (c == '_' && !(at > 0 && is_of_a_word(line, at - 1) && is_of_a_word(line, at + 1))) {
      safe += "\\_";  // inside a word _ opens no emphasis
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string markdown_code(std::string_view text, bool in_table) {
  const std::string line = in_a_line(text);
  const std::size_t longest = longest_fence(line);
  const std::string fence(longest + 1, '`');
  // A space on either side, which is not shown, allows a backtick at the beginning or end.
  const std::string space = longest > 0 || line.empty() ? " " : "";
  std::string code = fence + space;
  for (const char c : line) {
    if (in_table && c == '|') code += '\\';
    code += c;
  }
  return code + space + fence;
}

}  // namespace slim
