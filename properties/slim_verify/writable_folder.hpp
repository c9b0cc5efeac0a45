// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace slim::properties {

/// Throws ContractError unless files can be written in `folder`, which need not exist yet. Leaves
/// no files behind.
void require_writable_folder(const std::filesystem::path& folder);

}  // namespace slim::properties
