#pragma once

#include <string>

namespace slim::properties {

/// The commit that this program was built from: git's, "-dirty" with uncommitted changes, or
/// "unknown".
std::string build_commit();

}  // namespace slim::properties
