#pragma once

#include "properties/engine/engine.hpp"

#include <filesystem>

namespace slim::properties::foreign {

/// A law in a scalar that a subject is known to break.
struct ExpectedFailure {
  std::string law;
  std::string scalar;
};

/// A line each: LAW SCALAR, and whatever follows a "#". Throws ContractError that names the file
/// and the line.
std::vector<ExpectedFailure> read_expected_failures(const std::filesystem::path& path);

/// A run against what was expected of it.
struct Expectation {
  std::vector<std::string> unexpected;  ///< "LAW SCALAR" that broke and are not listed
  std::vector<std::string> stale;       ///< listed, and hold, or are not in the run
  /// Laws that executed no case, declared tasks of which none was, or "anything": no list of
  /// failures excuses these.
  std::vector<std::string> idle;

  [[nodiscard]] bool met() const { return unexpected.empty() && stale.empty() && idle.empty(); }
};
Expectation compared(const RunResult& result, const std::vector<ExpectedFailure>& expected);

}  // namespace slim::properties::foreign
