// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/sandbox/scratch.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/remove_tree.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace slim::properties::foreign {
namespace {

namespace fs = std::filesystem;

constexpr fsfilcnt_t least_inodes = 8;  ///< case, result, and their temporary names

/// The path must be printable, since requests contain it as JSON.
bool is_usable(const fs::path& folder) {
  std::error_code status;
  return fs::is_directory(folder, status) && ::access(folder.c_str(), W_OK | X_OK) == 0 &&
         printable(folder.string()) == folder.string();
}

bool runs_programs(const fs::path& folder) {
  struct statvfs system {};
  return ::statvfs(folder.c_str(), &system) == 0 && (system.f_flag & ST_NOEXEC) == 0;
}

std::string room_in_words(std::span<const fs::path> places) {
  std::string words;
  for (const fs::path& place : places) {
    if (!words.empty()) words += ", ";
    words += printable(place.string());
    words += is_usable(place) ? fmt::format(" has {:.1f} MB free",
                                            static_cast<double>(room_in(place)) / (1 << 20))
                              : " is not a writable folder with a printable name";
  }
  return words;
}

}  // namespace

std::int64_t room_in(const fs::path& folder) {
  struct statvfs system {};
  if (::statvfs(folder.c_str(), &system) != 0) return 0;
  if (system.f_files > 0 && system.f_favail < least_inodes) return 0;
  return static_cast<std::int64_t>(system.f_bavail) * static_cast<std::int64_t>(system.f_frsize);
}

std::vector<fs::path> scratch_places() {
  // Not temp_directory_path(): it throws if TMPDIR is not a folder, though /dev/shm may suffice.
  const char* named = std::getenv("TMPDIR");
  return {"/dev/shm", named != nullptr && *named != '\0' ? named : "/tmp"};
}

fs::path scratch_place(std::span<const fs::path> places, std::int64_t needed) {
  const std::int64_t comfortable = std::max(comfortable_room, needed);
  for (const fs::path& place : places) {
    if (is_usable(place) && runs_programs(place) && room_in(place) >= comfortable) return place;
  }
  fs::path roomiest;
  for (const fs::path& place : places) {
    if (is_usable(place) && (roomiest.empty() || room_in(place) > room_in(roomiest))) {
      roomiest = place;
    }
  }
  if (roomiest.empty() || room_in(roomiest) < needed) {
    throw NoRoom(fmt::format("a scratch folder needs {:.1f} MB, but {}: free some space, or set "
                             "TMPDIR to a folder with more",
                             static_cast<double>(needed) / (1 << 20), room_in_words(places)),
                 needed);
  }
  return roomiest;
}

Scratch::Scratch(std::int64_t needed) {
  const fs::path place = fs::absolute(scratch_place(scratch_places(), needed));
  std::string name = (place / "slim-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw HarnessError(fmt::format("a scratch folder cannot be made in {}: {}", place.string(),
                                   std::strerror(errno)));
  }
  path_ = name;
}

Scratch::~Scratch() {
  remove_tree(path_);
}

}  // namespace slim::properties::foreign
