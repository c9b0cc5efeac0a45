// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/report/expectation.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace slim::properties::foreign {

/// A law that a subject is known to break in a scalar.
struct ExpectedFailure {
  std::string law;
  std::string scalar;
};

/// Reads one failure per line: LAW SCALAR; "#" begins a comment. Throws ContractError that names
/// the file and the line, also where the law is none of `laws`.
std::vector<ExpectedFailure> read_expected_failures(const std::filesystem::path& path,
                                                    const std::vector<std::string>& laws);

/// Compares the run with a list, which may be empty.
Expectation compared(const RunResult& result, const std::vector<ExpectedFailure>& expected);

}  // namespace slim::properties::foreign
