#include "reference/vocabulary/atomic_file.hpp"

#include "reference/vocabulary/contract.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>

namespace slim {
namespace {

constexpr int most_names_tried = 100;

std::filesystem::path temporary_name(const std::filesystem::path& path) {
  static std::atomic<unsigned> serial{0};
  std::filesystem::path temporary = path;
  temporary += ".part-" + std::to_string(::getpid()) + "-" + std::to_string(serial++);
  return temporary;
}

/// A descriptor of a file that was not there before, whose name is put into `temporary`; or -1.
int new_file_beside(const std::filesystem::path& path, std::filesystem::path& temporary) {
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  constexpr mode_t readable_and_writable = 0666;
  for (int i = 0; i < most_names_tried; ++i) {
    temporary = temporary_name(path);
    const int file = ::open(temporary.c_str(), flags, readable_and_writable);
    if (file >= 0 || errno != EEXIST) return file;
  }
  return -1;
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  const int file = new_file_beside(path_, temporary_);
  if (file >= 0) stream_.reset(::fdopen(file, "wb"));
  if (file >= 0 && !stream_) ::close(file);
  require(stream_ != nullptr, path_.string() +
                                  ": cannot be written: its folder exists and is "
                                  "writable");
}

AtomicFile::~AtomicFile() {
  if (committed_) return;
  stream_.reset();
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void AtomicFile::write(std::string_view bytes) {
  std::fwrite(bytes.data(), 1, bytes.size(), stream_.get());  // a failure stays in the stream
}

void AtomicFile::commit() {
  const bool failed_before = std::ferror(stream_.get()) != 0;
  const bool failed_at_last = std::fclose(stream_.release()) != 0;
  require(!failed_before && !failed_at_last,
          path_.string() + ": could not be written to its end: is the disk full?");
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
