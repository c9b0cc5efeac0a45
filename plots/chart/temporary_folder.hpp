// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace slim::plots {

/// A folder that the destructor deletes: figures are drawn in it and then moved.
class TemporaryFolder {
 public:
  /// Creates a new folder inside `parent`. Throws ContractError on failure.
  explicit TemporaryFolder(const std::filesystem::path& parent);
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace slim::plots
