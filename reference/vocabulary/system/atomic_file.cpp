// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/atomic_file.hpp"

#include "reference/vocabulary/system/output_error.hpp"

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

/// Creates a new file next to `path`, stores its name in `temporary` and returns its descriptor or
/// -1.
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

std::error_code last_error() {
  return {errno, std::generic_category()};
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  const int file = new_file_beside(path_, temporary_);
  if (file >= 0) stream_.reset(::fdopen(file, "wb"));
  const std::error_code error = last_error();
  if (file >= 0 && !stream_) ::close(file);
  if (stream_ == nullptr) throw_output_error(path_.string(), error);
}

AtomicFile::~AtomicFile() {
  if (committed_) return;
  stream_.reset();
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void AtomicFile::write(std::string_view bytes) {
  errno = 0;
  const bool whole = std::fwrite(bytes.data(), 1, bytes.size(), stream_.get()) == bytes.size();
  if (!whole && !failure_) failure_ = last_error();
}

void AtomicFile::flush() {
  errno = 0;
  if (std::fflush(stream_.get()) != 0 && !failure_) failure_ = last_error();
  if (failure_) throw_output_error(path_.string(), failure_);
}

void AtomicFile::commit() {
  flush();
  errno = 0;
  if (std::fclose(stream_.release()) != 0) throw_output_error(path_.string(), last_error());
  std::error_code status;
  std::filesystem::rename(temporary_, path_, status);
  if (status) throw_output_error(path_.string(), status);
  committed_ = true;
}

void write_file(const std::filesystem::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace slim
