#pragma once

#include "properties/engine/shrink.hpp"

#include <span>
#include <string>
#include <vector>

namespace slim::properties {

/// What the letters of their cases and the names of their arrays mean, for who reads the first
/// report of his life: sentences, none where there is no failure.
std::vector<std::string> legend_of(std::span<const Counterexample> failures);

}  // namespace slim::properties
