// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"

#include <rapidcheck/Gen.h>
#include <rapidcheck/gen/Numeric.h>
#include <rapidcheck/gen/Select.h>
#include <rapidcheck/gen/Transform.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace slim::properties {

/// Draws from RapidCheck generators one after another, each with its own part of the randomness.
class Choices {
 public:
  Choices(const rc::Random& random, int size) : random_(random), size_(size) {}

  template <class T>
  T from(const rc::Gen<T>& gen) {
    return gen(random_.split(), size_).value();
  }
  /// From lowest to highest, both included. The highest occurs only at full size.
  Index between(Index lowest, Index highest) {
    return from(rc::gen::inRange<Index>(lowest, highest + 1));
  }
  template <class T>
  T one_of(std::vector<T> choices) {
    return from(rc::gen::elementOf(std::move(choices)));
  }
  Index up_to(Index highest) { return between(1, highest); }

 private:
  rc::Random random_;
  int size_;
};

/// A length near the edges of slices of C rows (1, C-1, C, C+1, 2C-1, 2C, 3C+1), a prime, or any;
/// at most `longest`.
inline Index draw_length(Choices& choices, Index C, Index longest) {
  const Index any = choices.up_to(24);
  const auto prime = choices.one_of<Index>({2, 3, 5, 7, 11, 13, 17, 19, 23});
  const Index below = std::max<Index>(1, C - 1);
  const auto length =
      choices.one_of<Index>({1, below, C, C + 1, 2 * C - 1, 2 * C, 3 * C + 1, prime, any, any});
  return std::min(length, longest);
}

/// Smaller values to try for a number: the lowest, halfway, a quarter and an eighth less, one less.
/// So 257 shrinks to 200, for example, in a few steps instead of 57.
inline std::vector<Index> smaller_values(Index value, Index lowest) {
  const Index above = value - lowest;
  std::vector<Index> values;
  for (const Index candidate :
       {lowest, lowest + above / 2, value - above / 4, value - above / 8, value - 1}) {
    const bool known = std::ranges::find(values, candidate) != values.end();
    if (candidate >= lowest && candidate < value && !known) values.push_back(candidate);
  }
  return values;
}

/// Two rows or columns: the smallest number with which different ones can be told apart.
inline constexpr Index preferred_number = 2;
/// Values to try for a number of rows or columns: smaller ones down to two; two in place of one.
inline std::vector<Index> simpler_values(Index value) {
  if (value < preferred_number) return {preferred_number};
  return smaller_values(value, preferred_number);
}

}  // namespace slim::properties
