// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/sandbox/harness_process.hpp"

#include "properties/engine/failure.hpp"
#include "properties/third_party/sandbox/process_tree.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string>

namespace slim::properties::foreign {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds longest_sweep{10};
constexpr int empty_lists = 8;

volatile std::sig_atomic_t continued = 0;

void count_continuation(int /*signal*/) {
  continued = continued + 1;
}

/// Processes below a supervisor are in other sessions, and cannot join the session of this process.
std::vector<pid_t> orphans(const OuterSupervisors& known) {
  std::vector<pid_t> found = children_of(::getpid());
  const pid_t own_session = ::getsid(0);
  std::erase_if(found, [&](pid_t child) {
    return known.alive.contains(child) || entry_of(child).session == own_session ||
           std::ranges::find(known.not_ours, child) != known.not_ours.end();
  });
  return found;
}

}  // namespace

void prepare_for_subjects() {
  static const bool done = [] {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    ::prctl(PR_SET_DUMPABLE, 0);
    struct sigaction now {};
    ::sigaction(SIGPIPE, nullptr, &now);
    if (now.sa_handler == SIG_DFL) std::signal(SIGPIPE, SIG_IGN);
    struct sigaction count {};
    count.sa_handler = count_continuation;
    count.sa_flags = SA_RESTART;
    ::sigaction(SIGCONT, &count, nullptr);
    return true;
  }();
  static_cast<void>(done);
}

int times_continued() {
  return continued;
}

void require_descriptors() {
  const int one = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (one < 0) throw HarnessError(std::string("no file can be opened: ") + std::strerror(errno));
  ::close(one);
}

OuterSupervisors& outer_supervisors() {
  static OuterSupervisors all{.mutex = {}, .alive = {}, .not_ours = children_of(::getpid())};
  return all;
}

/// A list that is read while a process forks may miss the child: several lists must be empty.
void end_orphans() {
  OuterSupervisors& known = outer_supervisors();
  const std::lock_guard lock(known.mutex);
  const SteadyClock::time_point deadline = SteadyClock::now() + longest_sweep;
  for (int without = 0; without < empty_lists && SteadyClock::now() < deadline; ++without) {
    const std::vector<pid_t> found = orphans(known);
    if (!found.empty()) without = -1;
    for (const pid_t pid : found) ::kill(pid, SIGKILL);
    for (const pid_t pid : found) ::waitpid(pid, nullptr, WNOHANG);
  }
}

}  // namespace slim::properties::foreign
