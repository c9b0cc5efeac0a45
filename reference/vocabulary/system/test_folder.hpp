// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/remove_tree.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>

namespace slim {

/// A new folder for a test, removed with its contents.
class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "slim-test-XXXXXX").string();
    require(::mkdtemp(name.data()) != nullptr, "the folder for temporary files must be writable");
    path_ = name;
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() { remove_tree(path_); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace slim
