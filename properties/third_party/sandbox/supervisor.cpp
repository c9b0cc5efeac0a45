// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/sandbox/supervisor.hpp"

#include "properties/third_party/sandbox/bytes_held.hpp"
#include "properties/third_party/sandbox/process_tree.hpp"
#include "reference/vocabulary/system/remove_tree.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace slim::properties::foreign {
namespace {

constexpr int lifeline = 3;
constexpr int status_pipe = 4;
constexpr int sample_ms = 20;
constexpr int hunt_ms = 20;
constexpr int patience_ms = 1000;  ///< of the outer supervisor, after the lifeline was closed
constexpr rlim_t largest_file = rlim_t{1} << 32;

void report(const std::string& line) {
  // Errors are ignored: the end of the harness is noticed on the lifeline.
  [[maybe_unused]] const ssize_t written = ::write(status_pipe, line.data(), line.size());
}

/// Reports that the subject could not be started: an error of the harness, not of the subject.
void report_failure(int number) {
  report("failed " + std::to_string(number) + "\n");
}

/// Bytes free in the file system of the scratch folder; -1 if the folder does not exist.
std::int64_t room_in(const char* scratch) {
  struct statvfs system {};
  if (::statvfs(scratch, &system) != 0) return -1;
  return static_cast<std::int64_t>(system.f_bavail) * static_cast<std::int64_t>(system.f_frsize);
}

/// Reaps ended children; true if any child is left.
bool has_children_left() {
  pid_t reaped = 0;
  do {
    reaped = ::waitpid(-1, nullptr, WNOHANG);
  } while (reaped > 0);
  return reaped == 0 || errno != ECHILD;
}

/// Kills the children that the kernel lists, without a pause. In a chain of processes that each
/// fork and exit, each is gone before all of /proc is read, but is adopted by this process for a
/// moment.
void hunt_children() {
  using SteadyClock = std::chrono::steady_clock;
  const SteadyClock::time_point end = SteadyClock::now() + std::chrono::milliseconds(hunt_ms);
  while (has_children_left() && SteadyClock::now() < end) {
    for (const pid_t pid : listed_below(::getpid())) ::kill(pid, SIGKILL);
  }
}

/// Repeats until none is left: the next round finds newly forked processes, and orphans are adopted
/// by this process, which is their reaper.
void kill_descendants() {
  while (has_children_left()) {
    for (const ProcessEntry& entry : below(::getpid(), all_processes())) {
      ::kill(entry.pid, SIGKILL);
    }
    hunt_children();
    if (has_children_left()) ::poll(nullptr, 0, 1);
  }
}

[[noreturn]] void become_subject(const Keep& keep, char** command, pid_t inner_supervisor) {
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != inner_supervisor) ::_exit(127);  // it ended before prctl
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(signal, SIG_DFL);
  const auto limit = [](__rlimit_resource resource, rlim_t value) {
    const rlimit both{value, value};
    ::setrlimit(resource, &both);
  };
  if (keep.address_space_bytes > 0) {
    limit(RLIMIT_AS, static_cast<rlim_t>(keep.address_space_bytes));
  }
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, largest_file);
  // A subject is no rank of the harness's MPI program; it may start one of its own, with the
  // settings of the user.
  const bool is_rank = std::getenv("OMPI_COMM_WORLD_RANK") != nullptr;
  for (char** entry = environ; *entry != nullptr;) {
    const std::string_view name(*entry, std::strcspn(*entry, "="));
    const bool of_mpi = (name.starts_with("OMPI_") && !name.starts_with("OMPI_ALLOW_")) ||
                        name.starts_with("PMIX_");
    if (!is_rank || !of_mpi || ::unsetenv(std::string(name).c_str()) != 0) ++entry;
  }
  ::setenv("SLIM_SCRATCH", keep.scratch, 1);
  ::setenv("TMPDIR", keep.scratch, 1);
  ::close_range(3, ~0U, 0);
  ::execvp(command[0], command);
  std::fprintf(stderr, "%s: %s\n", command[0], std::strerror(errno));
  ::_exit(127);
}

/// A descriptor that is readable once the process has ended; -1 if none is available.
int end_of(pid_t pid) {
  // A system call, since the header of pidfd_open in glibc 2.36 is not valid C++.
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

/// Reaps adopted processes that ended, but not the subject, whose end must be reported.
void reap_orphans(pid_t subject) {
  for (const pid_t pid : children_of(::getpid())) {
    if (pid != subject) ::waitpid(pid, nullptr, WNOHANG);
  }
}

/// Returns when the subject ends or exceeds its limit, or the harness or the outer supervisor ends.
void watch(const Keep& keep, pid_t subject, int outer_end) {
  const int ended = end_of(subject);
  std::int64_t most_address_space = 0;
  for (;;) {
    std::array<pollfd, 3> events = {
        {{lifeline, POLLIN, 0}, {outer_end, POLLIN, 0}, {ended, POLLIN, 0}}};
    ::poll(events.data(), events.size(), sample_ms);
    if (events[0].revents != 0 || events[1].revents != 0) return;
    int status = 0;
    rusage used{};
    if (::wait4(subject, &status, WNOHANG, &used) == subject) {
      const bool by_signal = WIFSIGNALED(status);
      report((by_signal ? "signal " : "exit ") +
             std::to_string(by_signal ? WTERMSIG(status) : WEXITSTATUS(status)) + " " +
             std::to_string(used.ru_maxrss * 1024) + " " + std::to_string(most_address_space) +
             " " + std::to_string(room_in(keep.scratch)) + "\n");
      return;
    }
    reap_orphans(subject);
    const BytesHeld now = bytes_held_below(::getpid(), keep.scratch);
    most_address_space = std::max(most_address_space, now.address_space);
    if (now.resident <= keep.memory_bytes) continue;
    if (const std::int64_t held = bytes_held_once_below(::getpid(), keep.scratch);
        held > keep.memory_bytes) {
      report("memory " + std::to_string(held) + "\n");
      return;
    }
  }
}

/// Closes this process's copies of the subject's pipes.
void leave_pipes() {
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int end : {0, 1, 2}) ::dup2(nowhere, end);
}

/// Starts the subject and returns when all its processes have ended. `outer_end` is a pipe that is
/// closed when the outer supervisor ends.
void keep_under(int outer_end, const Keep& keep, char** command) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t inner_supervisor = ::getpid();
  const pid_t subject = ::fork();
  const int failure = errno;
  if (subject == 0) become_subject(keep, command, inner_supervisor);
  leave_pipes();
  if (subject < 0) {
    report_failure(failure);
    return;
  }
  report("pid " + std::to_string(subject) + "\n");
  watch(keep, subject, outer_end);
  kill_descendants();
}

/// Waits for the inner supervisor, reaps adopted orphans, and reports if the inner supervisor is
/// stopped, since it does not limit memory then. One second after the lifeline was closed, kills
/// it, since it may be stopped.
void wait_for(pid_t inner_supervisor) {
  using SteadyClock = std::chrono::steady_clock;
  const int ended = end_of(inner_supervisor);
  constexpr int look_ms = 100;  // between checks whether it is stopped
  const int wait_ms = ended < 0 ? sample_ms : look_ms;
  bool has_let_go = false;
  SteadyClock::time_point deadline;
  for (;;) {
    pid_t reaped = 0;
    int status = 0;
    while ((reaped = ::waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0) {
      const bool lives = WIFSTOPPED(status) || WIFCONTINUED(status);
      if (reaped == inner_supervisor && lives) report("stopped\n");
      if (reaped == inner_supervisor && !lives) return;
    }
    if (reaped < 0 && errno == ECHILD) return;
    if (has_let_go && SteadyClock::now() >= deadline) ::kill(inner_supervisor, SIGKILL);
    std::array<pollfd, 2> events = {{{ended, POLLIN, 0}, {has_let_go ? -1 : lifeline, POLLIN, 0}}};
    ::poll(events.data(), events.size(), has_let_go ? sample_ms : wait_ms);
    if (events[1].revents == 0) continue;
    has_let_go = true;
    deadline = SteadyClock::now() + std::chrono::milliseconds(patience_ms);
  }
}

}  // namespace

int keep_subject(const Keep& keep, char** command) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(signal, SIG_IGN);
  ::prctl(PR_SET_DUMPABLE, 0);  // inherited by the inner supervisor; exec resets it for the subject
  std::array<int, 2> tether{-1, -1};
  const pid_t inner_supervisor = ::pipe2(tether.data(), O_CLOEXEC) == 0 ? ::fork() : -1;
  const int failure = errno;
  if (inner_supervisor == 0) {
    ::close(tether[1]);
    keep_under(tether[0], keep, command);
  } else {
    leave_pipes();
    ::close(tether[0]);
    if (inner_supervisor < 0) report_failure(failure);
    wait_for(inner_supervisor);
    kill_descendants();  // if the inner supervisor was killed
  }
  remove_tree(keep.scratch);
  return 0;
}

}  // namespace slim::properties::foreign
