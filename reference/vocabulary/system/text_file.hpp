#pragma once

#include <filesystem>
#include <string>

namespace slim {

/// All bytes of a file that a user named. Throws ContractError, one line that begins with the path,
/// when it does not exist, is a folder, or cannot be read to its end.
std::string read_text_file(const std::filesystem::path& path);

}  // namespace slim
