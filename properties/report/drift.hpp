#pragma once

#include "properties/engine/engine.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slim::properties {

/// For who meets DRIFT: what it means, and which subjects are free of it in the same memory.
std::vector<std::string> meaning_of_drift();

/// The same, and for the laws and subjects that drift how the error changes from float32 to
/// float64: lines without indentation; none where nothing drifts.
std::vector<std::string> drift_in_words(const RunResult& result);

/// "error 0.0031 in float32, 4.4e-12 in float64 (case 13): 7e+08 times smaller, where a rounding is
/// 5.4e+08 times smaller"; empty where the two were not asked for the same case with numbers, and
/// of laws about other things than answers, which do not hang on the scalar.
std::string refinement_in_words(const RunResult& result, std::string_view law,
                                std::string_view subject);

}  // namespace slim::properties
