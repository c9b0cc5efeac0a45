#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

namespace slim {

/// A file that appears whole or not at all: written under a temporary name in the target's folder,
/// renamed by commit(), removed by the destructor otherwise.
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
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::ofstream stream_;
  bool committed_ = false;
};

/// A whole text at once.
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace slim
