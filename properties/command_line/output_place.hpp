// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace slim::command_line {

/// The destination of output to a path that a user gave.
struct OutputPlace {
  enum class Kind {
    file,        ///< a regular file, which need not exist yet
    through,     ///< a device, a pipe or a socket, which is opened and written
    descriptor,  ///< an open descriptor of this process, with a name such as /dev/stdout
  };
  Kind kind = Kind::file;
  std::filesystem::path path;  ///< links followed
  int descriptor = -1;
};

/// Follows links. "-" is standard output, and so is the path of the regular file or pipe that
/// standard output is redirected to. Throws as throw_output_error() does.
OutputPlace output_place(const std::filesystem::path& path);

/// Whether output to this path goes to standard output.
bool is_standard_output(const std::filesystem::path& path);

/// Whether outputs to both paths would replace or mix with each other: one file, also by way of
/// links and folders, one pipe, or one open descriptor. Not a device, such as /dev/null.
bool is_same_output(const std::filesystem::path& a, const std::filesystem::path& b);

/// Checks, before anything is computed, that output to this path can be written. Leaves no files
/// behind. Throws as throw_output_error() does.
void require_writable(const std::filesystem::path& path);

}  // namespace slim::command_line
