// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/output_file.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/output_error.hpp"
#include "reference/vocabulary/system/test_folder.hpp"
#include "reference/vocabulary/system/text_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slim::command_line {
namespace {

namespace fs = std::filesystem;

class Output : public testing::Test {
 protected:
  [[nodiscard]] fs::path in(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_.path()), {}));
  }

  TestFolder folder_;
};

TEST_F(Output, ReplacesTheRegularFileThatALinkPointsTo) {
  write_output(in("target"), "old");
  fs::create_symlink("target", in("link"));
  fs::create_symlink(in("link"), in("link-to-link"));
  require_writable(in("link-to-link"));
  write_output(in("link-to-link"), "new");
  EXPECT_EQ(read_text_file(in("target")), "new");
  EXPECT_TRUE(fs::is_symlink(in("link")));
  EXPECT_TRUE(fs::is_symlink(in("link-to-link")));
  EXPECT_EQ(entries(), 3U);
}

TEST_F(Output, IsTheSameByEveryNameOfAFile) {
  fs::create_directories(in("folder"));
  fs::create_directory_symlink("folder", in("other-name"));
  fs::create_symlink("folder/file", in("link"));
  const fs::path file = in("folder") / "file";
  for (const bool exists : {false, true}) {
    if (exists) write_output(file, "x");
    for (const fs::path& name :
         {file, in("folder") / "." / "file", in("folder") / ".." / "folder" / "file",
          in("other-name") / "file", in("link"), fs::relative(file)}) {
      EXPECT_TRUE(is_same_output(file, name)) << name << " " << exists;
      EXPECT_TRUE(is_same_output(name, file)) << name << " " << exists;
    }
    EXPECT_FALSE(is_same_output(file, in("folder") / "file2"));
    EXPECT_FALSE(is_same_output(file, in("file")));
  }
  EXPECT_TRUE(is_same_output("-", "/dev/stdout"));
  EXPECT_TRUE(is_same_output("/dev/stderr", "/dev/fd/2"));
  EXPECT_FALSE(is_same_output("-", file));
  EXPECT_FALSE(is_same_output("/dev/null", "/dev/null")) << "nothing is lost that was to be kept";
  ASSERT_EQ(::mkfifo(in("pipe").c_str(), 0600), 0);
  EXPECT_TRUE(is_same_output(in("pipe"), in("folder") / ".." / "pipe"));
}

TEST_F(Output, CreatesAMissingFileThatALinkPointsTo) {
  fs::create_symlink("below/target", in("link"));
  require_writable(in("link"));
  EXPECT_FALSE(fs::exists(in("below")));
  write_output(in("link"), "new");
  EXPECT_EQ(read_text_file(in("below/target")), "new");
  fs::create_symlink("circle", in("circle"));
  EXPECT_THROW(require_writable(in("circle")), ContractError);
  EXPECT_THROW(write_output(in("circle"), "x"), ContractError);
}

TEST_F(Output, IsWrittenToADeviceWithoutReplacingIt) {
  if (!fs::is_character_file("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  fs::create_symlink("/dev/full", in("full"));
  require_writable(in("full"));
  EXPECT_THROW(write_output(in("full"), "x"), OutputError) << "the device is full";
  EXPECT_THROW(write_output(in("full"), std::string(100000, 'x')), OutputError);
  fs::create_symlink("/dev/null", in("null"));
  EXPECT_NO_THROW(write_output(in("null"), "x"));
  EXPECT_TRUE(fs::is_symlink(in("full")));
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_EQ(entries(), 2U);
}

TEST_F(Output, IsWrittenToAPipe) {
  ASSERT_EQ(::mkfifo(in("pipe").c_str(), 0600), 0);
  const int reader = ::open(in("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  require_writable(in("pipe"));
  write_output(in("pipe"), "through");
  char bytes[16] = {};
  EXPECT_EQ(::read(reader, bytes, sizeof bytes), 7);
  EXPECT_STREQ(bytes, "through");
  ::close(reader);
  EXPECT_TRUE(fs::is_fifo(in("pipe")));
}

TEST_F(Output, IsWrittenToAnOpenDescriptorGivenByName) {
  const int file = ::open(in("log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(file, 0);
  ASSERT_EQ(::write(file, "first ", 6), 6);
  const fs::path name = "/dev/fd/" + std::to_string(file);
  require_writable(name);
  write_output(name, "second");
  EXPECT_EQ(::write(file, " third", 6), 6);
  ::close(file);
  EXPECT_EQ(read_text_file(in("log")), "first second third");
  EXPECT_THROW(require_writable(name), ContractError) << "it is closed";
}

TEST_F(Output, RecognisesTheNamesOfStandardOutput) {
  for (const char* name : {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}) {
    EXPECT_TRUE(is_standard_output(name)) << name;
  }
  fs::create_symlink("/dev/stdout", in("link"));
  EXPECT_TRUE(is_standard_output(in("link")));
  for (const char* name : {"/dev/null", "/dev/full", "stdout", "/dev/fd/1x"}) {
    EXPECT_FALSE(is_standard_output(name)) << name;
  }
}

TEST_F(Output, IsRejectedWhereItCannotBeWrittenAndLeavesNoFiles) {
  fs::create_directories(in("folder"));
  write_output(in("file"), "x");
  for (const fs::path& path :
       {in("folder"), in("file/below"), fs::path("/proc/nowhere/x"), fs::path("/proc/x")}) {
    EXPECT_THROW(require_writable(path), ContractError) << path;
    EXPECT_THROW(write_output(path, "x"), ContractError) << path;
  }
  EXPECT_NO_THROW(require_writable(in("a/b/c")));
  EXPECT_EQ(entries(), 2U);
}

}  // namespace
}  // namespace slim::command_line
