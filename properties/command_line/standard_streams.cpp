// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/standard_streams.hpp"

#include "properties/command_line/colours.hpp"
#include "reference/vocabulary/scalars/printable.hpp"
#include "reference/vocabulary/system/output_error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

namespace slim::command_line {
namespace {

[[noreturn]] void report_loss(int error) {
  throw OutputError("standard output: cannot be written: " +
                    std::generic_category().message(error));
}

}  // namespace

void print(std::string_view text) {
  static const bool in_colour = shows_colours(STDOUT_FILENO);
  print_exactly(in_colour ? coloured(printable(text)) : printable(text));
}

void print_exactly(std::string_view bytes) {
  errno = 0;
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size()) report_loss(errno);
}

void flush_standard_output() {
  errno = 0;
  const bool lost_before = std::ferror(stdout) != 0;
  const bool lost_now = std::fflush(stdout) != 0;
  if (lost_now) report_loss(errno);
  if (lost_before) throw OutputError("standard output: some output could not be written");
}

void note(std::string_view line) noexcept {
  constexpr std::size_t longest = 4000;
  try {
    note_exactly(on_one_line(line, longest) + "\n");
  } catch (...) {  // no memory to clean the line
    note_exactly("out of memory: a message is lost\n");
  }
}

void note_exactly(std::string_view bytes) noexcept {
  std::fwrite(bytes.data(), 1, bytes.size(), stderr);
  std::fflush(stderr);
}

void keep_standard_descriptors() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(number, F_GETFD) >= 0 || errno != EBADF) continue;
    // Gets this number, the lowest free one, since those below it are open.
    const int opened = ::open("/dev/null", O_RDONLY);  // writing to it fails
    if (opened >= 0 && opened != number) ::close(opened);
  }
}

}  // namespace slim::command_line
