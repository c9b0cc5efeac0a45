#pragma once

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

/// Text of unknown origin as part of a message: one line, at most `longest` characters, control
/// characters as '?'.
inline std::string on_one_line(std::string_view text, std::size_t longest = 60) {
  std::string line(text.substr(0, longest));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text.size() > longest ? line + "…" : line;
}

}  // namespace slim
