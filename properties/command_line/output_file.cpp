// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/output_file.hpp"

#include "properties/command_line/standard_streams.hpp"
#include "reference/vocabulary/system/output_error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace slim::command_line {
namespace {

std::error_code last_error() {
  return {errno, std::generic_category()};
}

std::FILE* opened(const OutputPlace& place) {
  if (place.kind == OutputPlace::Kind::through) return std::fopen(place.path.c_str(), "we");
  const int copy = ::fcntl(place.descriptor, F_DUPFD_CLOEXEC, 0);
  return copy < 0 ? nullptr : ::fdopen(copy, "w");
}

bool is_standard_output(const OutputPlace& place) {
  return place.descriptor == STDOUT_FILENO;
}

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& path)
    : path_(path), place_(output_place(path)) {
  if (is_standard_output(place_)) return;
  if (place_.kind == OutputPlace::Kind::file) {
    file_.emplace(place_.path);
    return;
  }
  stream_.reset(opened(place_));
  if (stream_ == nullptr) throw_output_error(path_.string(), last_error());
}

void OutputFile::write(std::string_view bytes) {
  if (is_standard_output(place_)) return print_exactly(bytes);
  if (file_) return file_->write(bytes);
  errno = 0;
  const bool whole = std::fwrite(bytes.data(), 1, bytes.size(), stream_.get()) == bytes.size();
  if (!whole && !failure_) failure_ = last_error();
}

void OutputFile::commit() {
  if (is_standard_output(place_)) return flush_standard_output();
  if (file_) return file_->commit();
  errno = 0;
  const bool closed = std::fclose(stream_.release()) == 0;
  if (!closed && !failure_) failure_ = last_error();
  if (failure_) throw_output_error(path_.string(), failure_);
}

void write_output(const std::filesystem::path& path, std::string_view text) {
  const OutputPlace place = output_place(path);
  if (place.kind == OutputPlace::Kind::file && place.path.has_parent_path()) {
    std::error_code status;
    std::filesystem::create_directories(place.path.parent_path(), status);
    if (status) throw_output_error(place.path.parent_path().string(), status);
  }
  OutputFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace slim::command_line
