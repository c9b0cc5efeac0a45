// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/scalars/random.hpp"

#include <Random123/philox.h>

#include <bit>
#include <cmath>

// Compiled without contraction of multiply-adds (-ffp-contract=off), for reproducible bits.

namespace slim {
namespace {

using Words = std::array<std::uint32_t, 4>;

double to_uniform(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits53 = ((std::uint64_t{high} << 32) | low) >> 11;
  return static_cast<double>(bits53) * 0x1p-53;
}

/// 1/23, 1/21, ..., 1.
constexpr auto odd_reciprocals = [] {
  std::array<double, 12> values{};
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = 1.0 / (23.0 - 2.0 * static_cast<double>(i));
  return values;
}();

/// log(x) = e log 2 + 2 artanh((m - 1)/(m + 1)), with x = 2^e m, m in [1/√2, √2): by + - * / only.
double portable_log(double x) {
  constexpr double log_2 = 0.6931471805599453;
  int e = 0;
  double m = std::frexp(x, &e);
  if (m < 0.7071067811865476) {
    m *= 2.0;
    --e;
  }
  const double z = (m - 1.0) / (m + 1.0);
  const double zz = z * z;
  double sum = 0.0;
  for (const double reciprocal : odd_reciprocals) sum = sum * zz + reciprocal;
  return e * log_2 + 2.0 * z * sum;
}

}  // namespace

std::array<std::uint32_t, 4> Random::bits(std::uint64_t place) const {
  const auto low = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
  const auto high = [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); };
  const r123::Philox4x32::ctr_type counter = {
      {low(place), high(place), low(stream_), high(stream_)}};
  const r123::Philox4x32::key_type key = {{low(seed_), high(seed_)}};
  return std::bit_cast<Words>(r123::Philox4x32()(counter, key));
}

double Random::uniform(std::uint64_t place) const {
  const Words words = bits(place);
  return to_uniform(words[0], words[1]);
}

std::uint64_t Random::below(std::uint64_t count, std::uint64_t place) const {
  const Words words = bits(place);
  const std::uint64_t word = (std::uint64_t{words[0]} << 32) | words[1];
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(word) * count) >> 64);
}

double Random::normal(std::uint64_t place) const {
  // After a rejected pair, the next attempt uses another seed at the same index.
  for (std::uint64_t attempt = 0;; ++attempt) {
    const Words words = Random(seed_ ^ (attempt * 0x9E3779B97F4A7C15ULL), stream_).bits(place);
    const double x = 2.0 * to_uniform(words[0], words[1]) - 1.0;
    const double y = 2.0 * to_uniform(words[2], words[3]) - 1.0;
    const double square = x * x + y * y;
    if (square > 0.0 && square < 1.0) return x * std::sqrt(-2.0 * portable_log(square) / square);
  }
}

}  // namespace slim
