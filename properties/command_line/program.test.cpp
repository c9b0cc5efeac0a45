// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/program.hpp"

#include "properties/command_line/standard_streams.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/output_error.hpp"
#include "reference/vocabulary/system/test_folder.hpp"
#include "reference/vocabulary/system/text_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

namespace slim::command_line {
namespace {

struct Ended {
  int code = -1;  ///< negative: number of the signal that ended it
  std::string error;
};

/// Runs a program in a separate process; `prepare` may change its descriptors.
Ended ended(
    const std::function<int()>& body, const std::function<void()>& prepare = [] {}) {
  const TestFolder folder;
  const std::string error = (folder.path() / "error").string();
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
    ::dup2(::open(error.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600), STDERR_FILENO);
    prepare();
    ::_exit(run_program("example", body));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), read_text_file(error)};
}

void onto(const char* path, int descriptor) {
  ::dup2(::open(path, O_WRONLY | O_CLOEXEC), descriptor);
}

int print_a_line() {
  print("a line\n");
  return holds;
}

int fail() {
  throw ContractError("bad\ninput \x1b[31m");
}

TEST(Program, ReturnsWhatItsBodyReturns) {
  EXPECT_EQ(ended([] { return 1; }).code, falls_short);
  EXPECT_EQ(ended(print_a_line).code, holds);
}

TEST(Program, ReportsAnExceptionInOneCleanLine) {
  const Ended refused = ended(fail);
  EXPECT_EQ(refused.code, bad_input);
  EXPECT_EQ(refused.error, "example: bad?input ?[31m\n");
  const auto code_of = [](const auto& error) { return ended([&]() -> int { throw error; }).code; };
  EXPECT_EQ(code_of(OutputError("full")), harness_failed);
  EXPECT_EQ(code_of(std::runtime_error("x")), harness_failed);
  EXPECT_EQ(code_of(std::bad_alloc()), harness_failed);
  EXPECT_EQ(code_of(1), harness_failed);
}

TEST(Program, FailsWhenStandardOutputIsLost) {
  const Ended full = ended(print_a_line, [] { onto("/dev/full", STDOUT_FILENO); });
  EXPECT_EQ(full.code, harness_failed);
  EXPECT_EQ(full.error, "example: standard output: cannot be written: No space left on device\n");
  const auto print_much = [] {
    print_exactly(std::string(100000, 'x'));
    return static_cast<int>(falls_short);
  };
  EXPECT_EQ(ended(print_much, [] { onto("/dev/full", STDOUT_FILENO); }).code, harness_failed);
  EXPECT_EQ(ended(print_a_line, [] { ::close(STDOUT_FILENO); }).code, harness_failed);
  EXPECT_EQ(ended([] { return 1; }, [] { ::close(STDOUT_FILENO); }).code, falls_short)
      << "if nothing is printed, nothing is lost";
}

TEST(Program, KeepsItsExitCodeWhenNoMessageCanBeWritten) {
  EXPECT_EQ(ended(fail, [] { ::close(STDERR_FILENO); }).code, bad_input);
  EXPECT_EQ(ended(fail, [] { onto("/dev/full", STDERR_FILENO); }).code, bad_input);
}

TEST(Program, OpensNoFileWithTheDescriptorOfAClosedStream) {
  const TestFolder folder;
  const std::string path = (folder.path() / "records").string();
  const auto work = [&] {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    print("text");
    note("message");
    flush_standard_output();
    return file;
  };
  for (const int closed : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    ended(work, [&] { ::close(closed); });
    EXPECT_EQ(read_text_file(path), "") << closed;
  }
}

TEST(Print, ReplacesTerminalControlCharacters) {
  const TestFolder folder;
  const std::string path = (folder.path() / "printed").string();
  const auto print_bytes = [] {
    print("one\n\ttwo \x1b[31m\xff €\n");
    print_exactly("\x1b\n");
    return static_cast<int>(holds);
  };
  ended(print_bytes,
        [&] { ::dup2(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600), STDOUT_FILENO); });
  EXPECT_EQ(read_text_file(path), "one\n\ttwo ?[31m? €\n\x1b\n");
}

}  // namespace
}  // namespace slim::command_line
