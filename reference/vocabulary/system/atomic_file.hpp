#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>

namespace slim {

/// A file that appears whole or not at all: written under a temporary name in the target's folder,
/// renamed by commit(), removed by the destructor otherwise. The temporary file is made anew: what
/// another process has put in its place, such as a pipe or a link, is neither opened nor written.
/// All that fails is thrown by throw_output_error(): ContractError where the place cannot be
/// written, OutputError where the disk is full.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  /// What fails is thrown by flush() or commit().
  void write(std::string_view bytes);
  /// Throws when a byte so far could not be written.
  void flush();
  /// Throws when any byte could not be written.
  void commit();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::unique_ptr<std::FILE, Close> stream_;
  std::error_code failure_;  ///< the first of a write
  bool committed_ = false;
};

/// A whole text at once.
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace slim
