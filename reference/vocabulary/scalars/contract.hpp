// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/printable.hpp"  // what messages quote

#include <stdexcept>
#include <string>

namespace slim {

/// A caller violated a contract: invalid sizes, values, names or files. `what()` is one line that
/// says what is wrong and what is allowed.
class ContractError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// Throws ContractError with `message` unless `condition` holds. Always on. The message names the
/// argument, its value and the rule: "slice length must be at least 1, not 0".
inline void require(bool condition, const char* message) {
  if (!condition) throw ContractError(message);
}

inline void require(bool condition, const std::string& message) {
  if (!condition) throw ContractError(message);
}

}  // namespace slim
