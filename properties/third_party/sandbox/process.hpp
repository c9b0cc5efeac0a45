// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/third_party/sandbox/scratch.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace slim::properties::foreign {

using Clock = std::chrono::steady_clock;

/// How a subject's process ended.
struct Ending {
  enum class Kind {
    exited,
    signalled,
    outgrew,
    lost_its_supervisor,
    not_started,  ///< the harness could not start it: no processes or memory left
  } kind = Kind::exited;
  int number = 0;                  ///< exit code, signal, or errno
  std::int64_t resident = 0;       ///< peak, in bytes
  std::int64_t address_space = 0;  ///< largest sample, in bytes
  std::int64_t room = -1;          ///< bytes free in the scratch folder's file system; -1: unknown
};

/// One line of a subject's standard output, or the reason why there is none.
struct Heard {
  enum class Kind {
    line,
    too_long,  ///< `text` is its beginning
    closed,    ///< standard output was closed, but the process still runs
    ended,     ///< the process ended
    late,      ///< no line before the deadline
  } kind = Kind::line;
  std::string text;
};

/// An untrusted program under supervision (supervisor.hpp): in its own session, with a scratch
/// folder, a memory limit and only the three standard descriptors. When this object or the harness
/// ends for any reason, the program and all that it started are killed and the folder is removed.
/// If both supervisors are killed, the orphans are adopted and killed by the process that owns this
/// object. It recognises them as children in sessions of their own, except children that existed
/// before the first Process.
class Process {
 public:
  /// Starts `command` (program and arguments); address_space_bytes 0 means no limit. The scratch
  /// folder has `room_bytes` free. Throws HarnessError if the system cannot do so.
  Process(const std::vector<std::string>& command, std::int64_t memory_bytes,
          std::int64_t address_space_bytes, std::int64_t room_bytes = least_room);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  /// In memory if there is such a file system with enough space (scratch.hpp).
  [[nodiscard]] const std::filesystem::path& scratch() const { return scratch_.path(); }
  /// 0 until known.
  [[nodiscard]] int pid() const { return pid_; }

  /// Writes a line; false if the subject does not read it before the deadline.
  bool say(const std::string& line, Clock::time_point deadline);
  Heard hear(Clock::time_point deadline);
  /// Unrequested standard output, up to a bound; empty if there is none.
  std::string unasked();

  /// Whether it has ended, according to the supervisor's messages so far.
  [[nodiscard]] bool has_ended();
  /// Whether one of the two supervisors is known to have been stopped (SIGSTOP), even if it was
  /// continued since: in between, memory was not limited.
  [[nodiscard]] bool was_left_unwatched();
  /// Closes its input and waits for its end; kills it at the deadline.
  Ending end(Clock::time_point deadline);
  /// The last lines that it wrote to standard error.
  [[nodiscard]] const std::string& last_words() const { return errors_; }

  static constexpr std::size_t longest_line = std::size_t{1} << 20;

 private:
  void wait_for_news(Clock::time_point deadline, bool to_write);
  void read_output();
  void read_errors();
  void read_status();
  void read_status_line(const char* line);
  void let_go();

  Scratch scratch_;
  int input_ = -1;
  int output_ = -1;
  int error_ = -1;
  int lifeline_ = -1;
  int status_ = -1;
  int outer_supervisor_ = 0;  ///< its process id
  int pid_ = 0;
  bool has_ended_ = false;
  bool left_unwatched_ = false;
  Ending ending_;
  std::string heard_;
  std::string errors_;
  std::string status_text_;
};

/// The path of slim-subject-host, in the folder of this program. Throws HarnessError if missing.
std::filesystem::path host_program();

}  // namespace slim::properties::foreign
