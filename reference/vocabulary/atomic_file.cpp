#include "reference/vocabulary/atomic_file.hpp"

#include "reference/vocabulary/contract.hpp"

#include <unistd.h>

#include <atomic>
#include <string>

namespace slim {
namespace {

std::filesystem::path temporary_name(const std::filesystem::path& path) {
  static std::atomic<unsigned> serial{0};
  std::filesystem::path temporary = path;
  temporary += ".part-" + std::to_string(::getpid()) + "-" + std::to_string(serial++);
  return temporary;
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path)
    : path_(std::move(path)),
      temporary_(temporary_name(path_)),
      stream_(temporary_, std::ios::binary | std::ios::trunc) {
  require(stream_.is_open(), path_.string() +
                                 ": cannot be written: its folder exists and is "
                                 "writable");
}

AtomicFile::~AtomicFile() {
  if (committed_) return;
  stream_.close();
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void AtomicFile::write(std::string_view bytes) {
  stream_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void AtomicFile::commit() {
  stream_.close();
  require(stream_.good(), path_.string() + ": could not be written to its end: is the disk full?");
  std::error_code status;
  std::filesystem::rename(temporary_, path_, status);
  require(!status, path_.string() + ": cannot be written: " + status.message());
  committed_ = true;
}

void write_file(const std::filesystem::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace slim
