#pragma once

#include <filesystem>
#include <string>

namespace slim::plots {

/// A whole file. Throws ContractError, one line that starts with the path, when it cannot be read.
std::string file_text(const std::filesystem::path& path);

}  // namespace slim::plots
