#include "properties/foreign/host/bytes_held.hpp"

#include "properties/foreign/host/process_tree.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>

namespace slim::properties::foreign {
namespace {

std::int64_t bytes_in(const char* folder) {
  constexpr std::int64_t block = 512;  // of st_blocks, whatever the file system's are
  std::int64_t bytes = 0;
  std::error_code error;
  using Walk = std::filesystem::recursive_directory_iterator;
  const auto options = std::filesystem::directory_options::skip_permission_denied;
  for (Walk at(folder, options, error); !error && at != Walk(); at.increment(error)) {
    struct stat status {};
    if (::lstat(at->path().c_str(), &status) == 0) bytes += block * status.st_blocks;
  }
  return bytes;
}

BytesHeld bytes_of(pid_t pid) {
  static const auto page = static_cast<std::int64_t>(::sysconf(_SC_PAGESIZE));
  const std::string statm = text_of_proc("/proc/" + std::to_string(pid) + "/statm");
  long address_space = 0;
  long resident = 0;
  if (std::sscanf(statm.c_str(), "%ld %ld", &address_space, &resident) != 2) return {};
  return {.address_space = page * address_space, .resident = page * resident};
}

}  // namespace

BytesHeld bytes_held_below(pid_t ancestor, const char* scratch) {
  BytesHeld sum{.scratch = bytes_in(scratch)};
  sum.resident = sum.scratch;
  for (const pid_t pid : listed_below(ancestor)) {
    const BytesHeld bytes = bytes_of(pid);
    sum.address_space = std::max(sum.address_space, bytes.address_space);
    sum.resident += bytes.resident;
  }
  return sum;
}

}  // namespace slim::properties::foreign
