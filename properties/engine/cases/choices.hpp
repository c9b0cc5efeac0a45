// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"

#include <rapidcheck/Gen.h>
#include <rapidcheck/gen/Numeric.h>
#include <rapidcheck/gen/Select.h>
#include <rapidcheck/gen/Transform.h>
#include <rapidcheck/seq/Operations.h>
#include <rapidcheck/shrink/Shrink.h>

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

/// Other values to try for a number, by RapidCheck: the target, then half, a quarter, … as far
/// away, up to one less. So 257 shrinks to 200, for example, in a few steps instead of 57.
inline std::vector<Index> values_towards(Index target, Index value) {
  std::vector<Index> values;
  rc::seq::forEach(rc::shrink::towards(value, target),
                   [&](Index candidate) { values.push_back(candidate); });
  return values;
}
/// Those of a number that has a lowest value.
inline std::vector<Index> smaller_values(Index value, Index lowest) {
  return values_towards(std::min(lowest, value), value);
}

/// Two rows or columns: the smallest number with which different ones can be told apart.
inline constexpr Index preferred_number = 2;
/// Values to try for a number of rows or columns: smaller ones down to two; two in place of one.
inline std::vector<Index> simpler_values(Index value) {
  return values_towards(preferred_number, value);
}

}  // namespace slim::properties
