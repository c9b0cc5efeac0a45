#include "reference/rounding_source.hpp"

namespace slim::reference {

RoundingSource& rounding_source() {
  thread_local RoundingSource source(0);
  return source;
}

void seed_rounding(std::uint64_t seed) {
  rounding_source() = RoundingSource(seed);
}

}  // namespace slim::reference
