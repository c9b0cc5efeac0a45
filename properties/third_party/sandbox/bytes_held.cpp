// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/sandbox/bytes_held.hpp"

#include "properties/third_party/sandbox/process_tree.hpp"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <utility>

namespace slim::properties::foreign {
namespace {

/// A set of files; each counts once, even if it has several names and descriptors.
class Files {
 public:
  void add(const struct stat& status) {
    constexpr std::int64_t block = 512;  // the unit of st_blocks on every file system
    if (known_.emplace(status.st_dev, status.st_ino).second) bytes_ += block * status.st_blocks;
  }
  void add_all_in(const char* folder) {
    std::error_code error;
    using Walk = std::filesystem::recursive_directory_iterator;
    const auto options = std::filesystem::directory_options::skip_permission_denied;
    for (Walk at(folder, options, error); !error && at != Walk(); at.increment(error)) {
      struct stat status {};
      if (::lstat(at->path().c_str(), &status) == 0) add(status);
    }
  }
  void add_nameless_and_in_memory_of(pid_t pid) {
    const std::string folder = "/proc/" + std::to_string(pid) + "/fd/";
    for (const pid_t descriptor : numbers_in(folder)) {
      const std::string path = folder + std::to_string(descriptor);
      struct stat status {};
      if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
      struct statfs system {};
      const bool in_memory = ::statfs(path.c_str(), &system) == 0 && system.f_type == TMPFS_MAGIC;
      if (status.st_nlink == 0 || in_memory) add(status);
    }
  }
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }

 private:
  std::set<std::pair<dev_t, ino_t>> known_;
  std::int64_t bytes_ = 0;
};

Files files_of(const std::vector<pid_t>& tree, const char* scratch) {
  Files files;
  files.add_all_in(scratch);
  for (const pid_t pid : tree) files.add_nameless_and_in_memory_of(pid);
  return files;
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
  const std::vector<pid_t> tree = listed_below(ancestor);
  BytesHeld sum{.resident = files_of(tree, scratch).bytes()};
  for (const pid_t pid : tree) {
    const BytesHeld bytes = bytes_of(pid);
    sum.address_space = std::max(sum.address_space, bytes.address_space);
    sum.resident += bytes.resident;
  }
  return sum;
}

std::int64_t bytes_held_once_below(pid_t ancestor, const char* scratch) {
  const std::vector<pid_t> tree = listed_below(ancestor);
  std::int64_t own = 0;
  std::int64_t mapped = 0;
  for (const pid_t pid : tree) {
    const std::string pages = text_of_proc("/proc/" + std::to_string(pid) + "/smaps_rollup");
    const std::int64_t anonymous = bytes_of_field(pages, "Pss_Anon:");
    own += anonymous >= 0 ? anonymous : bytes_of(pid).resident;
    mapped += std::max<std::int64_t>(0, bytes_of_field(pages, "Pss_Shmem:"));
  }
  // Mapped files are part of both terms.
  return own + std::max(mapped, files_of(tree, scratch).bytes());
}

}  // namespace slim::properties::foreign
