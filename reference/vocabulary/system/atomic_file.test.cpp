// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/atomic_file.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/test_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

namespace slim {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(AtomicFile, AppearsCompleteWhenCommitted) {
  const TestFolder folder;
  AtomicFile file(folder.path() / "a.txt");
  file.write("one ");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "a.txt"));
  file.write("two");
  file.commit();
  EXPECT_EQ(text_of(folder.path() / "a.txt"), "one two");
}

TEST(AtomicFile, LeavesOnlyTheOldFileWithoutACommit) {
  const TestFolder folder;
  write_file(folder.path() / "a.txt", "old");
  {
    AtomicFile file(folder.path() / "a.txt");
    file.write("half");
  }
  EXPECT_EQ(text_of(folder.path() / "a.txt"), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(AtomicFile, DoesNotWriteThroughALinkInPlaceOfItsTemporaryFile) {
  const TestFolder folder;
  const std::filesystem::path other = folder.path() / "other.txt";
  write_file(other, "theirs");
  for (int serial = 0; serial < 50; ++serial) {
    const std::string name =
        "a.txt.part-" + std::to_string(::getpid()) + "-" + std::to_string(serial);
    std::filesystem::create_symlink(other, folder.path() / name);
  }
  write_file(folder.path() / "a.txt", "ours");
  EXPECT_EQ(text_of(folder.path() / "a.txt"), "ours");
  EXPECT_EQ(text_of(other), "theirs");
}

TEST(AtomicFile, RejectsAMissingFolder) {
  const TestFolder folder;
  EXPECT_THROW(write_file(folder.path() / "absent" / "a.txt", "x"), ContractError);
}

TEST(AtomicFile, RejectsAFolderInPlaceOfTheFileAndLeavesNothing) {
  const TestFolder folder;
  std::filesystem::create_directories(folder.path() / "a" / "full");
  EXPECT_THROW(write_file(folder.path() / "a", "x"), ContractError);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace slim
