// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/scalars/random.hpp"

#include <Eigen/Core>
#include <Random123/philox.h>

#include <bit>
#include <cmath>
#include <numeric>

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

/// x = 2^e m, with m in [1/√2, √2).
struct Split {
  /// Of a positive normal number.
  explicit Split(double x) {
    constexpr std::uint64_t root_half = 0x3fe6a09e667f3bcd;  // the bits of 1/√2
    const auto bits = std::bit_cast<std::uint64_t>(x);
    const auto steps = static_cast<std::int64_t>(bits - root_half) >> 52;
    e = static_cast<double>(static_cast<int>(steps));
    m = std::bit_cast<double>(bits - (static_cast<std::uint64_t>(steps) << 52));
  }

  double e;
  double m;
};

/// log(2^e m) = e log 2 + 2 artanh((m - 1)/(m + 1)), by + - * / only. Of a number or an array.
template <class T>
T portable_log(const T& e, const T& m) {
  constexpr double log_2 = 0.6931471805599453;
  const T z = (m - 1.0) / (m + 1.0);
  const T zz = z * z;
  T sum = zz * odd_reciprocals.front() + odd_reciprocals.at(1);
  for (std::size_t i = 2; i < odd_reciprocals.size(); ++i) sum = sum * zz + odd_reciprocals[i];
  return e * log_2 + 2.0 * z * sum;
}

/// A point in the square [-1, 1)², of which the polar method takes those in the unit disc.
struct Point {
  explicit Point(const Words& words) : x(2.0 * to_uniform(words[0], words[1]) - 1.0) {
    const double y = 2.0 * to_uniform(words[2], words[3]) - 1.0;
    square = x * x + y * y;
  }
  [[nodiscard]] bool is_rejected() const { return !(square > 0.0) || !(square < 1.0); }

  double x;
  double square;
};

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

Random Random::attempt(std::uint64_t number) const {
  return Random(seed_ ^ (number * 0x9E3779B97F4A7C15ULL), stream_);
}

double Random::normal(std::uint64_t place) const {
  Point point(bits(place));
  for (std::uint64_t n = 1; point.is_rejected(); ++n) point = Point(attempt(n).bits(place));
  const Split parts(point.square);
  return point.x * std::sqrt(-2.0 * portable_log(parts.e, parts.m) / point.square);
}

void Random::normals(std::uint64_t first, std::span<double> values) const {
  constexpr std::size_t at_once = 32;
  using Numbers = Eigen::Array<double, at_once, 1>;
  Numbers x;
  Numbers square;
  Numbers e;
  Numbers m;
  std::array<std::size_t, at_once> left;  // the indices without a point yet
  for (; values.size() >= at_once; values = values.subspan(at_once), first += at_once) {
    std::iota(left.begin(), left.end(), std::size_t{0});
    std::size_t count = at_once;
    for (std::uint64_t n = 0; count > 0; ++n) {
      const Random random = attempt(n);
      std::size_t kept = 0;
      for (std::size_t k = 0; k < count; ++k) {
        const std::size_t i = left[k];
        const Point point(random.bits(first + i));
        x[i] = point.x;
        square[i] = point.square;
        left[kept] = i;
        kept += point.is_rejected() ? 1U : 0U;
      }
      count = kept;
    }
    for (std::size_t i = 0; i < at_once; ++i) {
      const Split parts(square[i]);
      e[i] = parts.e;
      m[i] = parts.m;
    }
    const Numbers squares = -2.0 * portable_log(e, m) / square;
    // Not by Eigen, whose square root is not correctly rounded on every processor.
    for (std::size_t i = 0; i < at_once; ++i) values[i] = x[i] * std::sqrt(squares[i]);
  }
  for (double& value : values) value = normal(first++);
}

}  // namespace slim
