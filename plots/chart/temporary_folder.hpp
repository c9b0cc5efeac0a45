#pragma once

#include <filesystem>

namespace slim::plots {

/// A folder that is gone when this is: figures are drawn in it and then moved.
class TemporaryFolder {
 public:
  /// A new folder inside `parent`. Throws ContractError when it cannot be made.
  explicit TemporaryFolder(const std::filesystem::path& parent);
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace slim::plots
