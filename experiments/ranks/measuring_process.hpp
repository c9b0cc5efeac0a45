// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/ranks/frames.hpp"

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace slim::experiments {

/// Text that is given, to text that is returned.
using Answering = std::function<std::string(const std::string&)>;

/// A failure as an answer, which no record looks like.
std::string failure(const std::string& why);
/// Why it failed; nothing for other answers.
std::optional<std::string> reason_of_failure(const std::string& answer);

/// A child process that measures, so that its memory and its end are its own: it has no threads of
/// MPI, and if it is killed, this process can report it.
class MeasuringProcess {
 public:
  /// `answer` runs in the child; an exception becomes a failure. Requires that this process has one
  /// thread. The child is killed when this process ends.
  explicit MeasuringProcess(const Answering& answer);
  MeasuringProcess(const MeasuringProcess&) = delete;
  MeasuringProcess& operator=(const MeasuringProcess&) = delete;
  /// Kills the child.
  ~MeasuringProcess();

  void give(const std::string& job) { frames_->send(job); }
  /// The next answer, or nothing if none arrives in time. The end of the child is a failure, which
  /// is returned once.
  std::optional<std::string> answer(std::chrono::milliseconds wait);

 private:
  std::string how_it_ended();

  pid_t child_ = -1;
  bool reported_ = false;
  std::optional<Frames> frames_;
};

}  // namespace slim::experiments
