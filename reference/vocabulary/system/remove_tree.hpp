#pragma once

#include <filesystem>

namespace slim {

/// Removes a folder of this process with everything in it, also where a folder in it has no
/// permissions (an ordinary user could not look into one of mode 0) or lies deeper than a path may
/// be long. Follows no link.
/// Returns whether nothing is left. Does not throw.
bool remove_tree(const std::filesystem::path& folder) noexcept;

}  // namespace slim
