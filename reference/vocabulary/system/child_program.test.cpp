// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/child_program.hpp"

#include "reference/vocabulary/system/test_folder.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>

namespace slim {
namespace {

ChildOutcome run_shell(const std::string& command) {
  return run_child({.program = "sh", .arguments = {"-c", command}});
}

TEST(ChildProgram, ReportsStatusOutputAndErrors) {
  const ChildOutcome outcome = run_shell("echo out; echo err >&2; exit 3");
  EXPECT_EQ(outcome.status, 3);
  EXPECT_EQ(outcome.output, "out\n");
  EXPECT_EQ(outcome.errors, "err\n");
  EXPECT_EQ(run_shell("kill -9 $$").status, 128 + SIGKILL);
}

TEST(ChildProgram, ReadsMoreThanAPipeHoldsFromBothStreams) {
  const ChildOutcome outcome = run_shell("head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero");
  EXPECT_EQ(outcome.output.size(), 300000U);
  EXPECT_EQ(outcome.errors.size(), 300000U);
}

TEST(ChildProgram, RunsInItsFolderWithItsEnvironmentAndEmptyInput) {
  const TestFolder folder;
  const ChildOutcome outcome =
      run_child({.program = "/bin/sh",
                 .arguments = {"-c", "pwd -P; echo \"$LC_ALL $HOME\"; cat"},
                 .folder = folder.path(),
                 .environment = {{"LC_ALL", "C.UTF-8"}, {"HOME", "/x"}}});
  EXPECT_EQ(outcome.output, std::filesystem::canonical(folder.path()).string() + "\nC.UTF-8 /x\n");
}

TEST(ChildProgram, NamesAMissingProgram) {
  for (const char* program : {"no-such-program-anywhere", "/no/such/program"}) {
    try {
      run_child({.program = program, .arguments = {}});
      ADD_FAILURE() << program << " was started";
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory) << error.what();
      EXPECT_NE(std::string(error.what()).find(program), std::string::npos) << error.what();
    }
  }
  EXPECT_THROW(run_child({.program = "sh", .arguments = {}, .folder = "/no/such/folder"}),
               std::system_error);
}

TEST(ChildProgram, WorksWithoutStandardDescriptors) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int descriptor : {0, 1, 2}) ::close(descriptor);
    const ChildOutcome outcome = run_shell("echo out; echo err >&2; cat");
    ::_exit(outcome.output == "out\n" && outcome.errors == "err\n" ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(ChildProgram, DiesWithItsParent) {
  const TestFolder folder;
  const std::filesystem::path note = folder.path() / "pid";
  const pid_t parent = ::fork();
  if (parent == 0) {
    run_shell("echo $$ > '" + note.string() + ".part'; mv '" + note.string() + ".part' '" +
              note.string() + "'; exec sleep 600");
    ::_exit(0);
  }
  pid_t child = 0;
  for (int i = 0; i < 1000 && child == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::ifstream(note) >> child;
  }
  ASSERT_GT(child, 0);
  ASSERT_EQ(::kill(child, 0), 0);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  const std::string stat = "/proc/" + std::to_string(child) + "/stat";
  const auto lives = [&] {
    std::string line;
    std::getline(std::ifstream(stat) >> std::ws, line);
    return !line.empty() && line.find(") Z ") == std::string::npos;
  };
  for (int i = 0; i < 1000 && lives(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_FALSE(lives());
}

}  // namespace
}  // namespace slim
