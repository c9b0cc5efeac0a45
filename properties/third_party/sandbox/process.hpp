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
    lost_its_keeper,
    not_started,  ///< the harness could not start it, for want of processes or memory
  } kind = Kind::exited;
  int number = 0;                  ///< exit code, signal, or errno of what failed
  std::int64_t resident = 0;       ///< largest bytes
  std::int64_t address_space = 0;  ///< largest bytes seen
  std::int64_t room = -1;          ///< bytes left in its scratch folder's file system; -1: unknown
};

/// One line of a subject's standard output, or why there is none.
struct Heard {
  enum class Kind {
    line,
    too_long,  ///< `text` is its beginning
    closed,    ///< standard output is at its end, the process goes on
    ended,     ///< the process is
    late,      ///< nothing by the deadline
  } kind = Kind::line;
  std::string text;
};

/// A hostile program under a keeper (host/keeper.hpp): in a session of its own, with a scratch
/// folder, a memory limit and no descriptors but the three standard ones. Whatever ends this
/// object or the harness, it and all that it started are killed and the folder removed. Where
/// keeper and guardian are killed, orphans come to the process that has this object, which ends
/// them with it: children of that process in sessions of their own are taken for such, but for
/// those that it had before the first of these.
class Process {
 public:
  /// Starts `command` (program and arguments), without a limit of address space where that is 0,
  /// and with a scratch folder that has `room_bytes` free. Throws HarnessError when the system
  /// cannot.
  Process(const std::vector<std::string>& command, std::int64_t memory_bytes,
          std::int64_t address_space_bytes, std::int64_t room_bytes = least_room);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  /// In memory where there is such a file system with room (scratch.hpp).
  [[nodiscard]] const std::filesystem::path& scratch() const { return scratch_.path(); }
  /// 0 until it is known.
  [[nodiscard]] int pid() const { return pid_; }

  /// Writes a line; false when the subject does not take it by the deadline.
  bool say(const std::string& line, Clock::time_point deadline);
  Heard hear(Clock::time_point deadline);
  /// What stands on standard output without having been asked for, up to a bound; empty if nothing.
  std::string unasked();

  /// Whether it has, as far as that was told so far.
  [[nodiscard]] bool has_ended();
  /// Whether one of the two processes that watch over it was stopped (SIGSTOP), continued since or
  /// not, as far as that is known by now: meanwhile its memory was not limited.
  [[nodiscard]] bool was_left_unwatched();
  /// Asks nothing more of it, and waits for its end: by itself until the deadline, else killed.
  Ending end(Clock::time_point deadline);
  /// The end of what it wrote to standard error: a few lines.
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
  int guardian_ = 0;  ///< the keeper's parent
  int pid_ = 0;
  bool has_ended_ = false;
  bool left_unwatched_ = false;
  Ending ending_;
  std::string heard_;
  std::string errors_;
  std::string status_text_;
};

/// The program that keeps subjects and loads libraries, beside this one. Throws HarnessError when
/// it is not there.
std::filesystem::path host_program();

}  // namespace slim::properties::foreign
