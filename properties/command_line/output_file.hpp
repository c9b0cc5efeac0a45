// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/command_line/output_place.hpp"
#include "reference/vocabulary/system/atomic_file.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

namespace slim::command_line {

/// Output to a path that a user gave. A regular file is written completely or not at all; for a
/// symbolic link the file that it points to is replaced, and the link stays; a device, a pipe or an
/// open descriptor is written directly. Not for a path that an implementation under test can
/// change: use AtomicFile, which follows no links. Failures are thrown by throw_output_error().
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() = default;

  void write(std::string_view bytes);
  /// Completes the output. Throws if any byte could not be written.
  void commit();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::filesystem::path path_;
  OutputPlace place_;
  std::optional<AtomicFile> file_;
  std::unique_ptr<std::FILE, Close> stream_;  ///< if neither a file nor standard output
  std::error_code failure_;                   ///< the first failure of that stream
};

/// Writes a whole output at once. Creates the folder of a regular file if it is missing.
void write_output(const std::filesystem::path& path, std::string_view text);

}  // namespace slim::command_line
