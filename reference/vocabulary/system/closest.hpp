// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace slim {

/// The number of insertions, deletions, substitutions, and exchanges of neighbours between two words
/// (Damerau 1964; no letter is edited twice).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// Edit distance that ignores a missing end: "recoverd" is similar to "recovered/iterative".
std::size_t nearness(std::string_view given, std::string_view name);

/// "did you mean 'X'? ", with the allowed name nearest to the given one; empty if none is similar.
std::string did_you_mean(std::string_view given, std::span<const std::string_view> allowed);

/// "A, B, C"
std::string listed(std::span<const std::string_view> names);

}  // namespace slim
