#pragma once

#include "reference/vocabulary/random.hpp"

#include <array>
#include <cstdint>

namespace slim::reference {

/// The chances by which RandomlyRounded numbers round: a sequence that depends on its seed alone.
class RoundingSource {
 public:
  constexpr explicit RoundingSource(std::uint64_t seed) : random_(seed, stream_named("rounding")) {}

  /// The next chance, uniform in [0, 1), a multiple of 2^-32. Cost: a quarter of a Philox block.
  double uniform() {
    if (used_ == words_.size()) {
      words_ = random_.bits(place_++);
      used_ = 0;
    }
    return words_[used_++] * 0x1p-32;
  }

 private:
  Random random_;
  std::uint64_t place_ = 0;
  std::array<std::uint32_t, 4> words_{};
  std::size_t used_ = 4;
};

/// This thread's source, of seed 0 until it is seeded.
inline RoundingSource& rounding_source() {
  constinit thread_local RoundingSource source(0);
  return source;
}
/// Starts this thread's source anew, so that what follows can be repeated.
void seed_rounding(std::uint64_t seed);

}  // namespace slim::reference
