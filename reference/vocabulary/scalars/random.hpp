// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace slim {

/// Counter-based random numbers: the value at an index depends only on seed, stream and index, and
/// is the same to the bit on every machine and in every order of calls.
/// Source: Philox4x32-10, Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
class Random {
 public:
  /// Streams of one seed are independent; use one per tensor, for example.
  constexpr explicit Random(std::uint64_t seed, std::uint64_t stream = 0)
      : seed_(seed), stream_(stream) {}

  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  /// The 128 random bits at index `place`.
  [[nodiscard]] std::array<std::uint32_t, 4> bits(std::uint64_t place) const;
  /// Uniform in [0, 1), a multiple of 2^-53.
  [[nodiscard]] double uniform(std::uint64_t place) const;
  /// Uniform in {0, …, count - 1}. Error: bias below count / 2^64. Requires count ≥ 1.
  [[nodiscard]] std::uint64_t below(std::uint64_t count, std::uint64_t place) const;
  /// Standard normal, by the polar method of Box and Muller with a built-in logarithm that rounds
  /// the same on every platform. Error: relative 1e-14.
  [[nodiscard]] double normal(std::uint64_t place) const;
  /// The normal numbers from index `first` on, to the same bits as one by one, in half of the
  /// time.
  void normals(std::uint64_t first, std::span<double> values) const;

 private:
  /// After a rejected point, the next attempt uses another seed at the same index.
  [[nodiscard]] Random attempt(std::uint64_t number) const;

  std::uint64_t seed_;
  std::uint64_t stream_;
};

/// The number of a stream, hashed from its name (FNV-1a), so that new streams change no other.
constexpr std::uint64_t stream_named(const char* text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (; *text != '\0'; ++text) {
    hash = (hash ^ static_cast<unsigned char>(*text)) * 1099511628211ULL;
  }
  return hash;
}

}  // namespace slim
