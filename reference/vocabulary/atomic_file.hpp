#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

namespace slim {

/// A file that appears whole or not at all: written under a temporary name in the target's folder,
/// renamed by commit(), removed by the destructor otherwise. The temporary file is made anew: what
/// somebody else has put in its place, such as a pipe or a link, is neither opened nor written.
class AtomicFile {
 public:
  /// Throws ContractError when the folder cannot be written.
  explicit AtomicFile(std::filesystem::path path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::string_view bytes);
  /// Throws ContractError when any byte could not be written.
  void commit();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::unique_ptr<std::FILE, Close> stream_;
  bool committed_ = false;
};

/// A whole text at once.
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace slim
