// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace slim {

/// Removes a folder of this process with everything in it, even if a folder in it has no
/// permissions (an ordinary user cannot list one of mode 0) or is nested deeper than the maximum
/// path length. Does not follow links.
/// Returns whether nothing is left. Does not throw.
bool remove_tree(const std::filesystem::path& folder) noexcept;

}  // namespace slim
