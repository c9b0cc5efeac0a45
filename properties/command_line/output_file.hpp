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

/// An output at a place that a user named. A plain file appears whole or not at all; through a link
/// the file that it points to is replaced, and the link stays; a device, a pipe or an open
/// descriptor is written through. Not for a place that an implementation under test can change:
/// there, AtomicFile follows nothing. All that fails is thrown by throw_output_error().
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() = default;

  void write(std::string_view bytes);
  /// Throws when any byte could not be written.
  void commit();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::filesystem::path path_;
  OutputPlace place_;
  std::optional<AtomicFile> file_;
  std::unique_ptr<std::FILE, Close> stream_;  ///< of what is neither a file nor standard output
  std::error_code failure_;                   ///< the first of that stream
};

/// A whole output at once. The folder of a plain file is made where it is missing.
void write_output(const std::filesystem::path& path, std::string_view text);

}  // namespace slim::command_line
