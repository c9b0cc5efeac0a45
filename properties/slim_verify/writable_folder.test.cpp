// SPDX-License-Identifier: Apache-2.0
#include "properties/slim_verify/writable_folder.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/test_folder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

namespace slim::properties {
namespace {

namespace fs = std::filesystem;

TEST(WritableFolder, ExistsOrCanBeCreatedAndIsLeftUnchanged) {
  const TestFolder folder;
  EXPECT_NO_THROW(require_writable_folder(folder.path()));
  EXPECT_NO_THROW(require_writable_folder(folder.path() / "a" / "b" / "c"));
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(WritableFolder, IsNeitherAFileNorADanglingLink) {
  const TestFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  fs::create_symlink("nowhere", folder.path() / "link");
  for (const char* name : {"file", "file/below", "link", "link/below"}) {
    try {
      require_writable_folder(folder.path() / name);
      ADD_FAILURE() << name;
    } catch (const ContractError& error) {
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
    }
  }
}

// Regression test: parallel runs in one folder sometimes failed, because one removed the folder
// that it had probed just after another had created it.
TEST(WritableFolder, IsNotRemovedWhenAnotherProcessCreatesIt) {
  const TestFolder folder;
  const fs::path out = folder.path() / "counterexamples";
  std::atomic<bool> done{false};
  std::thread other([&] {
    while (!done) {
      try {
        require_writable_folder(out);
      } catch (const ContractError&) {  // this test has just removed it
      }
    }
  });
  int lost = 0;
  for (int i = 0; i < 500; ++i) {
    std::error_code status;
    fs::create_directories(out, status);
    std::ofstream(out / "case") << "x";
    for (int look = 0; look < 20; ++look) lost += fs::exists(out / "case", status) ? 0 : 1;
    fs::remove_all(out, status);
  }
  done = true;
  other.join();
  EXPECT_EQ(lost, 0);
}

}  // namespace
}  // namespace slim::properties
