// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>

namespace slim {

/// A file that appears complete or not at all: written under a temporary name in the target's
/// folder, renamed by commit(), removed by the destructor otherwise. The temporary file is created
/// exclusively: if another process has created a pipe or link of that name, it is not opened.
/// All errors are thrown by throw_output_error(): ContractError if the location cannot be written,
/// OutputError if the disk is full.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  /// Errors are thrown later, by flush() or commit().
  void write(std::string_view bytes);
  /// Throws if any byte up to now could not be written.
  void flush();
  /// Throws if any byte could not be written.
  void commit();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::unique_ptr<std::FILE, Close> stream_;
  std::error_code failure_;  ///< the first failed write
  bool committed_ = false;
};

/// Writes a whole text.
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace slim
