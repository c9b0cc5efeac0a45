#pragma once

#include "properties/report/expectation.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace slim::properties::foreign {

/// A law in a scalar that a subject is known to break.
struct ExpectedFailure {
  std::string law;
  std::string scalar;
};

/// A line each: LAW SCALAR, and whatever follows a "#". Throws ContractError that names the file
/// and the line.
std::vector<ExpectedFailure> read_expected_failures(const std::filesystem::path& path);

/// The run against what was listed, be it nothing.
Expectation compared(const RunResult& result, const std::vector<ExpectedFailure>& expected);

}  // namespace slim::properties::foreign
