// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/child_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

namespace slim {
namespace {

[[noreturn]] void fail(const std::string& what, int number) {
  throw std::system_error(number, std::generic_category(), what);
}

/// A pipe whose ends are closed by exec. They differ from the three standard descriptors, which the
/// caller may have closed.
class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) fail("a pipe cannot be created", errno);
    for (int& end : ends_) {
      if (end > STDERR_FILENO) continue;
      const int low = end;
      end = ::fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
      ::close(low);
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_read();
    close_write();
  }
  [[nodiscard]] int read_end() const { return ends_[0]; }
  [[nodiscard]] int write_end() const { return ends_[1]; }
  void close_read() { close_if_open(ends_[0]); }
  void close_write() { close_if_open(ends_[1]); }

 private:
  static void close_if_open(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

std::string found_on_path(const std::string& program) {
  if (program.find('/') != std::string::npos) return program;
  const char* path = std::getenv("PATH");
  const std::string folders = path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
  for (std::size_t at = 0; at <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', at), folders.size());
    const std::string folder = end > at ? folders.substr(at, end - at) : ".";
    std::error_code status;
    const std::filesystem::path file = std::filesystem::path(folder) / program;
    if (std::filesystem::is_regular_file(file, status) && ::access(file.c_str(), X_OK) == 0) {
      return file.string();
    }
    at = end + 1;
  }
  fail("program '" + program + "' is not on PATH", ENOENT);
}

std::vector<std::string> with_environment(const std::map<std::string, std::string>& more) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!more.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  for (const auto& [name, value] : more) {
    std::string entry = name;
    entry += '=';
    entry += value;
    all.push_back(entry);
  }
  return all;
}

/// The words as exec expects them, with a final null.
std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// What the child needs between fork and exec, prepared before the fork, since the child must not
/// allocate there.
struct Start {
  const char* program;
  char* const* arguments;
  char* const* environment;
  const char* folder;  ///< null: keep the current folder
  pid_t parent;
  int output;
  int errors;
  int news;  ///< receives errno if exec fails; closed by exec
};

[[noreturn]] void become(const Start& start) {
  die_with_parent(start.parent);
  const int nothing = ::open("/dev/null", O_RDONLY);  // may itself be a standard descriptor
  const bool ready = nothing >= 0 && ::dup2(nothing, STDIN_FILENO) >= 0 &&
                     ::dup2(start.output, STDOUT_FILENO) >= 0 &&
                     ::dup2(start.errors, STDERR_FILENO) >= 0 &&
                     (start.folder == nullptr || ::chdir(start.folder) == 0);
  if (nothing > STDERR_FILENO) ::close(nothing);
  if (ready) ::execve(start.program, start.arguments, start.environment);
  const int number = errno;
  [[maybe_unused]] const ssize_t written = ::write(start.news, &number, sizeof number);
  ::_exit(127);
}

/// Reads both pipes to their ends at once, so that the child never blocks on one of them.
void read_to_end(const Pipe& output, const Pipe& errors, ChildOutcome& outcome) {
  std::array<pollfd, 2> events = {{{output.read_end(), POLLIN, 0}, {errors.read_end(), POLLIN, 0}}};
  const std::array<std::string*, 2> texts = {&outcome.output, &outcome.errors};
  std::array<char, 65536> bytes{};
  while (events[0].fd >= 0 || events[1].fd >= 0) {
    ::poll(events.data(), events.size(), -1);
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (events.at(i).fd < 0 || events.at(i).revents == 0) continue;
      const ssize_t size = ::read(events.at(i).fd, bytes.data(), bytes.size());
      if (size > 0) texts.at(i)->append(bytes.data(), static_cast<std::size_t>(size));
      if (size == 0 || (size < 0 && errno != EINTR)) events.at(i).fd = -1;
    }
  }
}

int status_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

void die_with_parent(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // the parent ended before the call above
}

ChildOutcome run_child(const ChildProgram& child) {
  const std::string program = found_on_path(child.program);
  std::vector<std::string> words = {program};
  words.insert(words.end(), child.arguments.begin(), child.arguments.end());
  std::vector<std::string> settings = with_environment(child.environment);
  const std::vector<char*> arguments = pointers_to(words);
  const std::vector<char*> environment = pointers_to(settings);
  Pipe output;
  Pipe errors;
  Pipe news;
  const Start start{.program = program.c_str(),
                    .arguments = arguments.data(),
                    .environment = environment.data(),
                    .folder = child.folder.empty() ? nullptr : child.folder.c_str(),
                    .parent = ::getpid(),
                    .output = output.write_end(),
                    .errors = errors.write_end(),
                    .news = news.write_end()};
  const pid_t pid = ::fork();
  if (pid == 0) become(start);
  if (pid < 0) fail(program + " cannot be started", errno);
  output.close_write();
  errors.close_write();
  news.close_write();
  ChildOutcome outcome;
  read_to_end(output, errors, outcome);
  outcome.status = status_of(pid);
  int number = 0;
  if (::read(news.read_end(), &number, sizeof number) == sizeof number) {
    fail(program + " cannot be started", number);
  }
  return outcome;
}

}  // namespace slim
