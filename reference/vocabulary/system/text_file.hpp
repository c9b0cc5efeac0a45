// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace slim {

/// All bytes of a file. Throws ContractError with a one-line message that begins with the path, if
/// the file does not exist, is a folder, or cannot be read.
std::string read_text_file(const std::filesystem::path& path);

}  // namespace slim
