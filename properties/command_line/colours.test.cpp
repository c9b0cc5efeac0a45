// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/colours.hpp"

#include "properties/command_line/standard_streams.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace slim::command_line {
namespace {

TEST(Colours, MarkVerdictsAndNothingElse) {
  EXPECT_EQ(coloured("PASS 0 in passing"), "\033[32mPASS\033[0m 0 in passing");
  EXPECT_EQ(coloured("DRIFT"), "\033[33mDRIFT\033[0m");
  EXPECT_EQ(coloured("WRONG-SHAPE, WRONGLY"), "\033[31mWRONG-SHAPE\033[0m, WRONGLY");
  EXPECT_EQ(coloured("INCONCLUSIVE NOT-JUDGED"),
            "\033[33mINCONCLUSIVE\033[0m \033[33mNOT-JUDGED\033[0m");
}

/// What print("PASS") writes to a terminal with this environment.
std::string printed_on_terminal(const char* term, const char* no_color) {
  const int screen = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  ::grantpt(screen);
  ::unlockpt(screen);
  const int terminal = ::open(::ptsname(screen), O_RDWR | O_NOCTTY | O_CLOEXEC);
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("TERM", term, 1);
    ::setenv("NO_COLOR", no_color, 1);
    ::dup2(terminal, STDOUT_FILENO);
    print("PASS");
    flush_standard_output();
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  std::array<char, 100> bytes{};
  const ssize_t size = ::read(screen, bytes.data(), bytes.size());
  ::close(terminal);
  ::close(screen);
  return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

TEST(Colours, AreForTerminalsWithoutNoColor) {
  EXPECT_EQ(printed_on_terminal("xterm", ""), "\033[32mPASS\033[0m");
  EXPECT_EQ(printed_on_terminal("xterm", "1"), "PASS");
  EXPECT_EQ(printed_on_terminal("dumb", ""), "PASS");
}

}  // namespace
}  // namespace slim::command_line
