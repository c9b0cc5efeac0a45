// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

namespace slim {

/// For tests: whether `holds` returns true in a child process that runs as an ordinary user, who is
/// subject to file permissions; root becomes user 65534 (nobody).
inline bool holds_for_ordinary_user(const std::function<bool()>& holds) {
  constexpr unsigned nobody = 65534;
  const pid_t child = ::fork();
  if (child == 0) {
    const bool dropped = ::geteuid() != 0 || (::setgroups(0, nullptr) == 0 &&
                                              ::setgid(nobody) == 0 && ::setuid(nobody) == 0);
    ::_exit(dropped && holds() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Whether such a user is available: root in a container may not be allowed to change user.
inline bool there_is_an_ordinary_user() {
  return holds_for_ordinary_user([] { return true; });
}

/// A command prefix that runs a command as this user.
inline std::vector<std::string> run_by_ordinary_user() {
  if (::geteuid() != 0) return {"env"};
  return {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
}

/// Whether this user may run the program, which may be in root's own folder.
inline bool ordinary_user_may_run(const std::string& program) {
  return holds_for_ordinary_user([&] { return ::access(program.c_str(), X_OK) == 0; });
}

}  // namespace slim
