// SPDX-License-Identifier: Apache-2.0
#include "experiments/ranks/measuring_process.hpp"

#include "reference/vocabulary/system/child_program.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <system_error>
#include <thread>

namespace slim::experiments {
namespace {

constexpr char failure_mark = '!';

[[noreturn]] void answer_until_closed(Frames& frames, const Answering& answer) {
  for (auto job = frames.receive(std::chrono::milliseconds(-1)); job.has_value();
       job = frames.receive(std::chrono::milliseconds(-1))) {
    std::string text;
    try {
      text = answer(*job);
    } catch (const std::bad_alloc&) {
      text = failure("out of memory");
    } catch (const std::exception& error) {
      text = failure(error.what());
    }
    if (!frames.send(text)) break;
  }
  ::_exit(0);
}

}  // namespace

std::string failure(const std::string& why) {
  return failure_mark + why;
}

std::optional<std::string> reason_of_failure(const std::string& answer) {
  if (!answer.starts_with(failure_mark)) return std::nullopt;
  return answer.substr(1);
}

MeasuringProcess::MeasuringProcess(const Answering& answer) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "a socket cannot be created");
  }
  const pid_t parent = ::getpid();
  child_ = ::fork();
  if (child_ < 0) {
    throw std::system_error(errno, std::generic_category(),
                            "the process that measures cannot be started");
  }
  ::close(ends.at(child_ == 0 ? 0 : 1));
  frames_.emplace(ends.at(child_ == 0 ? 1 : 0));
  if (child_ != 0) return;
  die_with_parent(parent);
  answer_until_closed(*frames_, answer);
}

MeasuringProcess::~MeasuringProcess() {
  if (child_ <= 0) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

std::string MeasuringProcess::how_it_ended() {
  int status = 0;
  ::waitpid(child_, &status, 0);
  child_ = -1;
  return WIFSIGNALED(status)
             ? fmt::format("its measuring process was ended by signal {} ({})", WTERMSIG(status),
                           ::strsignal(WTERMSIG(status)))
             : fmt::format("its measuring process exited with code {}", WEXITSTATUS(status));
}

std::optional<std::string> MeasuringProcess::answer(std::chrono::milliseconds wait) {
  if (auto text = frames_->receive(wait); text.has_value()) return text;
  if (!frames_->ended()) return std::nullopt;
  if (!reported_) {
    reported_ = true;
    return failure(how_it_ended());
  }
  std::this_thread::sleep_for(wait);
  return std::nullopt;
}

}  // namespace slim::experiments
