// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/no_network.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace slim::experiments {
namespace {

TEST(NoNetwork, CutsAProcessOff) {
  for (const Isolation isolation : {Isolation::any, Isolation::seccomp_filter}) {
    const pid_t child = ::fork();
    if (child == 0) {
      const std::string how = leave_network(isolation);
      const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
      const bool filtered = socket < 0 && errno == EACCES;
      ::_exit(!how.empty() && filtered == (how == "seccomp filter") ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
}

}  // namespace
}  // namespace slim::experiments
