#pragma once

#include <filesystem>

namespace slim::command_line {

/// Where an output goes that a user named by a path.
struct OutputPlace {
  enum class Kind {
    file,        ///< a plain file, which may not be there yet
    through,     ///< a device, a pipe, a socket: opened and written
    descriptor,  ///< an open one of this process, by a name such as /dev/stdout
  };
  Kind kind = Kind::file;
  std::filesystem::path path;  ///< links followed
  int descriptor = -1;
};

/// Follows links. "-" is standard output, and so is the plain file or the pipe that standard output
/// was redirected to, by its own name. Throws as throw_output_error() does.
OutputPlace output_place(const std::filesystem::path& path);

/// Whether output to this path goes to standard output.
bool is_standard_output(const std::filesystem::path& path);

/// Refuses a place in which no output can be written, before anything is computed. Leaves nothing
/// behind. Throws as throw_output_error() does.
void require_writable(const std::filesystem::path& path);

}  // namespace slim::command_line
