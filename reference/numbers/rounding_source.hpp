// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/random.hpp"

#include <cstdint>

namespace slim::reference {

/// The random numbers for stochastic rounding: a sequence that depends only on its seed.
/// Source: SplitMix64, Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014. Ten times as fast as Philox; speed matters here only.
class RoundingSource {
 public:
  /// Seeds start 2^40 steps apart.
  constexpr explicit RoundingSource(std::uint64_t seed)
      : state_(stream_named("rounding") + (seed << 40U) * step) {}

  /// The next random number, uniform in [0, 1), a multiple of 2^-32.
  double uniform() {
    std::uint64_t x = state_ += step;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return static_cast<double>((x ^ (x >> 31U)) >> 32U) * 0x1p-32;
  }

 private:
  static constexpr std::uint64_t step = 0x9e3779b97f4a7c15ULL;
  std::uint64_t state_;
};

/// This thread's source, with seed 0 until seed_rounding is called.
inline RoundingSource& rounding_source() {
  constinit thread_local RoundingSource source(0);
  return source;
}
/// Restarts this thread's source, so that the following results are reproducible.
void seed_rounding(std::uint64_t seed);

}  // namespace slim::reference
