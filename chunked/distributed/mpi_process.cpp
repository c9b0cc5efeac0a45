// SPDX-License-Identifier: Apache-2.0
#include "chunked/distributed/mpi_process.hpp"

#include "reference/vocabulary/system/child_program.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace slim::chunked::distributed {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string why(int signal) {
  if (signal == SIGALRM) return "not all ranks started within the deadline";
  const char* name = ::strsignal(signal);
  return "ended by signal " + std::to_string(signal) + " (" + (name == nullptr ? "" : name) + ")";
}

}  // namespace

bool is_mpi_process() {
  return !variable("OMPI_COMM_WORLD_RANK").empty();
}

std::optional<int> supervised(const std::string& program) {
  const pid_t parent = ::getpid();
  die_with_parent(::getppid());
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) {
    die_with_parent(parent);
    return std::nullopt;
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return 3;
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  const std::string line =
      program + ": rank " + variable("OMPI_COMM_WORLD_RANK") + ": " + why(WTERMSIG(status)) + "\n";
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) return 3;  // the message is lost
  return 3;
}

}  // namespace slim::chunked::distributed
