// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace slim::properties {

using ByNumber = std::map<Index, bool>;  ///< whether a fault shows with this number

/// With which numbers of rows, columns, … a fault shows.
struct Threshold {
  std::string words;  ///< "for more than 64 rows"
  std::function<bool(Index)> holds;
};

/// The simplest description that agrees with all numbers seen: more than some
/// number or at most some; the multiples of a block, the others or no powers of
/// two, of all numbers or beyond some. nullopt if there is none. `several`:
/// "rows". `blocks`: lengths that blocks may have besides the powers of two up
/// to 128.
std::optional<Threshold> threshold_of(const ByNumber& seen, const std::string& several,
                                      std::span<const Index> blocks = {});

/// A number to try, where several such rules agree with all numbers seen.
std::optional<Index> number_to_tell(const ByNumber& seen, std::span<const Index> blocks = {});

}  // namespace slim::properties
