// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/text_file.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/test_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace slim {
namespace {

std::string refusal(const std::filesystem::path& path) {
  try {
    read_text_file(path);
  } catch (const ContractError& error) {
    return error.what();
  }
  return "read";
}

TEST(TextFile, IsReadCompletely) {
  const TestFolder folder;
  const std::string bytes = std::string(100000, 'x') + '\0' + "\xff\n";
  std::ofstream(folder.path() / "a", std::ios::binary) << bytes;
  EXPECT_EQ(read_text_file(folder.path() / "a"), bytes);
}

TEST(TextFile, IsRejectedIfItIsAFolderOrMissing) {
  const TestFolder folder;
  EXPECT_EQ(refusal(folder.path()), folder.path().string() + ": cannot be read: Is a directory");
  EXPECT_EQ(refusal(folder.path() / "none"),
            (folder.path() / "none").string() + ": cannot be read: No such file or directory");
}

}  // namespace
}  // namespace slim
