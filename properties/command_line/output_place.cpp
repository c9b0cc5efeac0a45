// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/output_place.hpp"

#include "reference/vocabulary/system/atomic_file.hpp"
#include "reference/vocabulary/system/output_error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>
#include <string>

namespace slim::command_line {
namespace {

namespace fs = std::filesystem;

constexpr int most_links = 40;

/// The number of the descriptor that a path names, if it names one.
std::optional<int> descriptor_named(const std::string& path) {
  if (path == "-" || path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(folder)) continue;
    int number = -1;
    const char* end = path.data() + path.size();
    const auto [rest, error] = std::from_chars(path.data() + folder.size(), end, number);
    if (error == std::errc() && rest == end && number >= 0) return number;
  }
  return std::nullopt;
}

/// Whether the path is the regular file or pipe that standard output is redirected to. False for
/// devices: opening a device works as well, and /dev/null may be both.
bool is_what_standard_output_is(const fs::path& path) {
  struct stat given {};
  struct stat open {};
  if (::stat(path.c_str(), &given) != 0 || ::fstat(STDOUT_FILENO, &open) != 0) return false;
  const bool is_of_bytes = S_ISREG(given.st_mode) || S_ISFIFO(given.st_mode);
  return is_of_bytes && given.st_dev == open.st_dev && given.st_ino == open.st_ino;
}

bool is_written_through(const fs::path& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

/// The folder itself, or its nearest ancestor that exists.
fs::path existing(fs::path folder) {
  std::error_code ignored;
  folder = fs::absolute(folder);
  while (!fs::exists(folder, ignored) && folder != folder.parent_path()) {
    folder = folder.parent_path();
  }
  return folder;
}

[[noreturn]] void refuse(const fs::path& path, std::errc error) {
  throw_output_error(path.string(), std::make_error_code(error));
}

void require_plain_file_writable(const fs::path& given, const fs::path& file) {
  std::error_code status;
  if (fs::is_directory(file, status)) refuse(given, std::errc::is_a_directory);
  const fs::path folder = existing(file.has_parent_path() ? file.parent_path() : ".");
  if (!fs::is_directory(folder, status)) refuse(given, std::errc::not_a_directory);
  // Tested by creating a file: permissions do not show a read-only or full disk, and root ignores
  // them. The destructor removes the file.
  AtomicFile probe(folder / file.filename());
  probe.write("x");
  probe.flush();
}

}  // namespace

OutputPlace output_place(const fs::path& path) {
  using enum OutputPlace::Kind;
  if (is_what_standard_output_is(path)) {
    return {.kind = descriptor, .path = path, .descriptor = STDOUT_FILENO};
  }
  fs::path target = path;
  for (int i = 0; i < most_links; ++i) {
    if (const std::optional<int> number = descriptor_named(target.string())) {
      return {.kind = descriptor, .path = target, .descriptor = *number};
    }
    std::error_code status;
    if (!fs::is_symlink(fs::symlink_status(target, status))) {
      return {.kind = is_written_through(target) ? through : file, .path = target};
    }
    const fs::path next = fs::read_symlink(target, status);
    if (status) throw_output_error(path.string(), status);
    target = next.is_absolute() ? next : target.parent_path() / next;
  }
  refuse(path, std::errc::too_many_symbolic_link_levels);
}

bool is_standard_output(const fs::path& path) {
  return output_place(path).descriptor == STDOUT_FILENO;
}

bool is_same_output(const fs::path& a, const fs::path& b) {
  const OutputPlace one = output_place(a);
  const OutputPlace other = output_place(b);
  if (one.kind != other.kind) return false;
  if (one.kind == OutputPlace::Kind::descriptor) return one.descriptor == other.descriptor;
  std::error_code ignored;
  const fs::path file = fs::weakly_canonical(fs::absolute(one.path), ignored);
  if (file != fs::weakly_canonical(fs::absolute(other.path), ignored)) return false;
  return one.kind == OutputPlace::Kind::file || !fs::is_character_file(file, ignored);
}

void require_writable(const fs::path& path) {
  const OutputPlace place = output_place(path);
  errno = 0;
  switch (place.kind) {
    case OutputPlace::Kind::descriptor:
      if (::fcntl(place.descriptor, F_GETFD) >= 0) return;
      break;
    case OutputPlace::Kind::through:
      if (::access(place.path.c_str(), W_OK) == 0) return;
      break;
    case OutputPlace::Kind::file:
      return require_plain_file_writable(path, place.path);
  }
  throw_output_error(path.string(), {errno, std::generic_category()});
}

}  // namespace slim::command_line
