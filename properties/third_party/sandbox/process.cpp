// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/sandbox/process.hpp"

#include "properties/engine/failure.hpp"
#include "properties/third_party/sandbox/harness_process.hpp"
#include "properties/third_party/sandbox/processor_waits.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <system_error>

namespace slim::properties::foreign {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_error_text = 4096;
/// More than the 1 s that an outer supervisor waits for the inner one.
constexpr std::chrono::milliseconds patience_with_supervisors{2500};

[[noreturn]] void fail(const std::string& what, int number) {
  throw HarnessError(what + ": " + std::strerror(number));
}

/// Both ends are closed by exec, and are above the standard descriptors: if a caller has closed one
/// of these, output of this program must not go to a subject.
struct Pipe {
  int read = -1;
  int write = -1;

  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("a pipe cannot be made", errno);
    for (int& end : ends) {
      if (end > STDERR_FILENO) continue;
      const int low = end;
      end = ::fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
      ::close(low);
    }
    read = ends[0];
    write = ends[1];
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    for (const int end : {read, write}) {
      if (end >= 0) ::close(end);
    }
  }
  static int taken(int& end) {
    const int descriptor = end;
    end = -1;
    return descriptor;
  }
};

void close_if_open(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
}

void append_bounded(std::string& text, const char* bytes, std::size_t size, std::size_t most) {
  text.append(bytes, size);
  if (text.size() > most) text.erase(0, text.size() - most);
}

/// Waits for a child; false if it has not ended by the deadline.
bool ends_by(pid_t child, Clock::time_point deadline) {
  const auto ended = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  pid_t reaped = 0;
  for (;;) {
    reaped = ::waitpid(child, nullptr, WNOHANG);
    const bool waits = reaped == 0 || (reaped < 0 && errno == EINTR);
    if (!waits || Clock::now() >= deadline) break;
    constexpr int unwatched_ms = 20;
    pollfd event = {ended, POLLIN, 0};
    ::poll(&event, 1, ended < 0 ? unwatched_ms : milliseconds_until(deadline));
  }
  if (ended >= 0) ::close(ended);
  return reaped != 0;
}

}  // namespace

fs::path host_program() {
  const fs::path path = fs::read_symlink("/proc/self/exe").parent_path() / "slim-subject-host";
  if (::access(path.c_str(), X_OK) != 0) {
    throw HarnessError("the program " + path.string() + " does not exist or is not executable");
  }
  return path;
}

Process::Process(const std::vector<std::string>& command, std::int64_t memory_bytes,
                 std::int64_t address_space_bytes, std::int64_t room_bytes)
    : scratch_(room_bytes) {
  prepare_for_subjects();
  const std::string host = host_program().string();
  Pipe in;
  Pipe out;
  Pipe err;
  Pipe life;
  Pipe status;
  std::vector<std::string> words = {host, "keep", scratch().string(), std::to_string(memory_bytes),
                                    std::to_string(address_space_bytes)};
  words.insert(words.end(), command.begin(), command.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  // Through numbers above all of them, so that no end is overwritten before it was duplicated.
  const std::array<int, 5> ends = {in.read, out.write, err.write, life.read, status.write};
  const int high = *std::ranges::max_element(ends) + 1;
  int refused = 0;
  for (int i = 0; i < 5; ++i) {
    refused |= ::posix_spawn_file_actions_adddup2(&actions, ends.at(i), high + i);
  }
  for (int i = 0; i < 5; ++i) ::posix_spawn_file_actions_adddup2(&actions, high + i, i);
  for (int i = 0; i < 5; ++i) ::posix_spawn_file_actions_addclose(&actions, high + i);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
  int failed = 0;
  {
    OuterSupervisors& known = outer_supervisors();
    const std::lock_guard lock(known.mutex);
    failed = refused != 0 ? EMFILE
                          : ::posix_spawn(&outer_supervisor_, host.c_str(), &actions, &attributes,
                                          argv.data(), environ);
    if (failed == 0) known.alive.insert(outer_supervisor_);
  }
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0) fail(host + " cannot be started", failed);
  input_ = Pipe::taken(in.write);
  output_ = Pipe::taken(out.read);
  error_ = Pipe::taken(err.read);
  lifeline_ = Pipe::taken(life.write);
  status_ = Pipe::taken(status.read);
  for (const int end : {input_, output_, error_, status_}) ::fcntl(end, F_SETFL, O_NONBLOCK);
}

Process::~Process() {
  let_go();
  if (!ends_by(outer_supervisor_, Clock::now() + patience_with_supervisors)) {
    ::kill(outer_supervisor_, SIGKILL);  // its descendants are adopted by this process
    while (::waitpid(outer_supervisor_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  {
    const std::lock_guard lock(outer_supervisors().mutex);
    outer_supervisors().alive.erase(outer_supervisor_);
  }
  end_orphans();
  for (int* end : {&input_, &output_, &error_, &status_}) close_if_open(*end);
}

void Process::let_go() {
  close_if_open(lifeline_);
}

void Process::read_output() {
  std::array<char, 65536> bytes{};
  while (output_ >= 0 && heard_.size() <= longest_line) {
    const ssize_t size = ::read(output_, bytes.data(), bytes.size());
    if (size > 0) {
      heard_.append(bytes.data(), static_cast<std::size_t>(size));
    } else if (size == 0) {
      close_if_open(output_);
    } else if (errno != EINTR) {
      return;
    }
  }
}

void Process::read_errors() {
  std::array<char, 4096> bytes{};
  for (int reads = 0; error_ >= 0 && reads < 64; ++reads) {
    const ssize_t size = ::read(error_, bytes.data(), bytes.size());
    if (size > 0) {
      append_bounded(errors_, bytes.data(), static_cast<std::size_t>(size), most_error_text);
    } else if (size == 0) {
      close_if_open(error_);
    } else if (errno != EINTR) {
      return;
    }
  }
}

void Process::read_status() {
  std::array<char, 256> bytes{};
  for (;;) {
    const ssize_t size = status_ < 0 ? -1 : ::read(status_, bytes.data(), bytes.size());
    if (size > 0) {
      append_bounded(status_text_, bytes.data(), static_cast<std::size_t>(size), 4096);
      continue;
    }
    if (size == 0) {  // both supervisors have ended
      close_if_open(status_);
      if (!has_ended_) ending_ = {.kind = Ending::Kind::lost_its_supervisor};
      has_ended_ = true;
    }
    break;
  }
  std::size_t end = 0;
  while ((end = status_text_.find('\n')) != std::string::npos) {
    const std::string line = status_text_.substr(0, end);
    status_text_.erase(0, end + 1);
    read_status_line(line.c_str());
  }
}

void Process::read_status_line(const char* line) {
  long resident = 0;
  long address_space = 0;
  long room = 0;
  int number = 0;
  if (std::sscanf(line, "pid %d", &number) == 1) {
    pid_ = number;
  } else if (std::strcmp(line, "stopped") == 0) {
    left_unwatched_ = true;
  } else if (std::sscanf(line, "exit %d %ld %ld %ld", &number, &resident, &address_space, &room) ==
             4) {
    ending_ = {Ending::Kind::exited, number, resident, address_space, room};
    has_ended_ = true;
  } else if (std::sscanf(line, "signal %d %ld %ld %ld", &number, &resident, &address_space,
                         &room) == 4) {
    ending_ = {Ending::Kind::signalled, number, resident, address_space, room};
    has_ended_ = true;
  } else if (std::sscanf(line, "memory %ld", &resident) == 1) {
    ending_ = {.kind = Ending::Kind::outgrew, .resident = resident};
    has_ended_ = true;
  } else if (std::sscanf(line, "failed %d", &number) == 1) {
    ending_ = {.kind = Ending::Kind::not_started, .number = number};
    has_ended_ = true;
  }
}

void Process::wait_for_news(Clock::time_point deadline, bool to_write) {
  std::array<pollfd, 4> events = {{{output_, POLLIN, 0},
                                   {error_, POLLIN, 0},
                                   {status_, POLLIN, 0},
                                   {to_write ? input_ : -1, POLLOUT, 0}}};
  ::poll(events.data(), events.size(), milliseconds_until(deadline));
  read_output();
  read_errors();
  read_status();
}

bool Process::say(const std::string& line, Clock::time_point deadline) {
  const std::string whole = line + "\n";
  std::size_t written = 0;
  while (written < whole.size()) {
    const ssize_t size = ::write(input_, whole.data() + written, whole.size() - written);
    if (size > 0) {
      written += static_cast<std::size_t>(size);
    } else if (errno == EAGAIN) {
      if (has_ended_ || Clock::now() >= deadline) return false;
      wait_for_news(deadline, true);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

/// On a busy machine the deadline moves by the time for which the program waits for a processor.
Heard Process::hear(Clock::time_point deadline) {
  constexpr int most_times_as_long = 100;
  const Clock::time_point begin = Clock::now();
  const Clock::duration patience = std::max<Clock::duration>(deadline - begin, {});
  const Clock::time_point latest = begin + most_times_as_long * patience;
  const Clock::duration step =
      std::max<Clock::duration>(patience / 10, std::chrono::milliseconds(1));
  Clock::time_point next_look = std::min(deadline, begin + step);
  ProcessorWaits waits;
  for (;;) {
    const std::size_t end = heard_.find('\n');
    if (end != std::string::npos && end <= longest_line) {
      Heard heard{.kind = Heard::Kind::line, .text = heard_.substr(0, end)};
      heard_.erase(0, end + 1);
      return heard;
    }
    if (heard_.size() > longest_line) return {Heard::Kind::too_long, heard_.substr(0, 200)};
    if (has_ended_) {
      read_output();
      read_errors();
      if (heard_.find('\n') != std::string::npos) continue;
      return {Heard::Kind::ended, heard_};
    }
    if (output_ < 0) {  // it may be about to end
      const Clock::time_point soon = std::min(deadline, Clock::now() + std::chrono::seconds(1));
      while (!has_ended_ && Clock::now() < soon) wait_for_news(soon, false);
      return {has_ended_ ? Heard::Kind::ended : Heard::Kind::closed, heard_};
    }
    if (Clock::now() >= next_look) {
      waits.look(outer_supervisor_);
      const Clock::time_point moved = std::min(latest, deadline + waits.total());
      if (Clock::now() >= moved) return {Heard::Kind::late, heard_};
      next_look = std::min(moved, Clock::now() + step);
    }
    wait_for_news(next_look, false);
  }
}

std::string Process::unasked() {
  read_output();
  std::string text = std::move(heard_);
  heard_.clear();
  return text;
}

bool Process::has_ended() {
  read_status();
  return has_ended_;
}

bool Process::was_left_unwatched() {
  read_status();
  siginfo_t news{};
  // Without WEXITED: its end is waited for elsewhere.
  const auto outer = static_cast<id_t>(outer_supervisor_);
  if (::waitid(P_PID, outer, &news, WSTOPPED | WCONTINUED | WNOHANG) == 0 && news.si_pid != 0) {
    left_unwatched_ = true;
  }
  return left_unwatched_;
}

Ending Process::end(Clock::time_point deadline) {
  close_if_open(input_);
  while (!has_ended_ && Clock::now() < deadline) {
    wait_for_news(deadline, false);
    heard_.clear();
  }
  if (!has_ended_) ending_ = {.kind = Ending::Kind::signalled, .number = SIGKILL};
  let_go();
  read_errors();
  return ending_;
}

}  // namespace slim::properties::foreign
