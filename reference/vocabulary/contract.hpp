#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>

namespace slim {

/// A caller broke a contract: bad sizes, values, names or files. `what()` is one line that says
/// what is wrong and what is allowed.
class ContractError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// Throws ContractError with `message` unless `condition` holds. Always on. The message states the
/// rule as a fact, naming the argument: "slice length is at least 1".
inline void require(bool condition, const char* message) {
  if (!condition) throw ContractError(message);
}

inline void require(bool condition, const std::string& message) {
  if (!condition) throw ContractError(message);
}

/// Text of unknown origin as part of a message: one line, at most `longest` bytes, control
/// characters as '?'. What is UTF-8 stays UTF-8: no character is cut in two.
inline std::string on_one_line(std::string_view text, std::size_t longest = 60) {
  std::size_t size = std::min(text.size(), longest);
  while (size > 0 && size < text.size() &&
         (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) {
    --size;
  }
  std::string line(text.substr(0, size));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return size < text.size() ? line + "…" : line;
}

}  // namespace slim
