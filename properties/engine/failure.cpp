// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/failure.hpp"

#include <array>

namespace slim::properties {

std::string_view name(Failure failure) {
  constexpr std::array<std::string_view, 14> names = {
      "WRONG",   "NON-FINITE",  "WRONG-SHAPE",  "INPUT-MODIFIED",   "OUT-OF-BOUNDS",
      "CRASH",   "HANG",        "MEMORY-LIMIT", "PROTOCOL-ERROR",   "LOAD-ERROR",
      "VERSION", "UNSUPPORTED", "ERROR",        "NON-DETERMINISTIC"};
  return names.at(static_cast<std::size_t>(failure));
}

}  // namespace slim::properties
