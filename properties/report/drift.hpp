// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/engine.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slim::properties {

/// What DRIFT means, and which subjects need the same memory without it.
std::vector<std::string> meaning_of_drift();

/// The same, and for each law and subject that drifts how the error changes from float32 to
/// float64. Lines without indentation; empty if nothing drifts.
std::vector<std::string> drift_in_words(const RunResult& result);

/// "error 0.0031 in float32, 4.4e-12 in float64 (case 13): 7e+08 times smaller; the unit roundoff
/// is 5.4e+08 times smaller". Empty if no case has numbers in both scalars, and for laws that do
/// not judge answers, which do not depend on the scalar.
std::string refinement_in_words(const RunResult& result, std::string_view law,
                                std::string_view subject);

}  // namespace slim::properties
