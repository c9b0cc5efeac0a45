// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace slim::properties {

/// The git commit that this program was built from, with "-dirty" appended if there were
/// uncommitted changes; or "unknown".
std::string build_commit();

}  // namespace slim::properties
