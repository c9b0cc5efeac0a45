// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/remove_tree.hpp"

#include "reference/vocabulary/system/ordinary_user.hpp"
#include "reference/vocabulary/system/test_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace slim {
namespace {

namespace fs = std::filesystem;

/// A world-writable folder.
fs::path public_folder(const TestFolder& parent) {
  ::chmod(parent.path().c_str(), 0777);
  return parent.path();
}

TEST(RemoveTree, RemovesFilesFoldersAndLinksWithoutFollowingLinks) {
  const TestFolder folder;
  const fs::path other = folder.path() / "other";
  const fs::path tree = folder.path() / "tree";
  fs::create_directories(other);
  fs::create_directories(tree / "a" / "b");
  std::ofstream(other / "kept") << "x";
  std::ofstream(tree / "a" / "b" / "file") << "x";
  fs::create_symlink(other, tree / "a" / "link");
  fs::create_symlink("nowhere", tree / "dangling");
  EXPECT_TRUE(remove_tree(tree));
  EXPECT_FALSE(fs::exists(fs::symlink_status(tree)));
  EXPECT_TRUE(fs::exists(other / "kept"));
}

TEST(RemoveTree, RemovesFoldersWithoutPermissions) {
  if (!there_is_an_ordinary_user()) GTEST_SKIP() << "no user without root permissions is available";
  const TestFolder folder;
  const fs::path tree = public_folder(folder) / "tree";
  EXPECT_TRUE(holds_for_ordinary_user([&] {
    fs::create_directories(tree / "closed" / "full" / "inner");
    std::ofstream(tree / "closed" / "full" / "file") << "x";
    std::ofstream(tree / "closed" / "full" / "inner" / "file") << "x";
    fs::create_directories(tree / "read-only" / "cache");
    std::ofstream(tree / "read-only" / "cache" / "kernel") << "x";
    for (const char* name : {"closed/full/inner", "closed/full", "closed"}) {
      ::chmod((tree / name).c_str(), 0);
    }
    for (const char* name : {"read-only/cache/kernel", "read-only/cache", "read-only"}) {
      ::chmod((tree / name).c_str(), 0500);
    }
    ::chmod(tree.c_str(), 0);
    return remove_tree(tree);
  }));
  EXPECT_FALSE(fs::exists(tree));
}

TEST(RemoveTree, RemovesTreesDeeperThanTheLongestPath) {
  const TestFolder folder;
  const fs::path tree = folder.path() / "tree";
  fs::create_directories(tree);
  const fs::path before = fs::current_path();
  fs::current_path(tree);
  const std::string name(200, 'd');
  int depth = 0;
  while (depth < 2000 && ::mkdir(name.c_str(), 0700) == 0 && ::chdir(name.c_str()) == 0) ++depth;
  fs::current_path(before);
  EXPECT_EQ(depth, 2000);
  EXPECT_TRUE(remove_tree(tree));
  EXPECT_FALSE(fs::exists(tree));
}

TEST(RemoveTree, ReportsFailure) {
  const TestFolder folder;
  const fs::path file = folder.path() / "file";
  std::ofstream(file) << "x";
  EXPECT_FALSE(remove_tree(file)) << "not a folder";
  EXPECT_TRUE(fs::exists(file));
  EXPECT_TRUE(remove_tree(folder.path() / "absent"));
}

}  // namespace
}  // namespace slim
