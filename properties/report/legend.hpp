// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/shrink.hpp"

#include <span>
#include <string>
#include <vector>

namespace slim::properties {

/// Explains the letters in the cases of these failures and the names of their arrays, in sentences;
/// empty if there is no failure.
std::vector<std::string> legend_of(std::span<const Counterexample> failures);

}  // namespace slim::properties
