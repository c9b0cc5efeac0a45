// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/rounding_source.hpp"

namespace slim::reference {

void seed_rounding(std::uint64_t seed) {
  rounding_source() = RoundingSource(seed);
}

}  // namespace slim::reference
