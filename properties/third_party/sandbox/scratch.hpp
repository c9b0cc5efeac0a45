// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/failure.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace slim::properties::foreign {

/// The file system of a scratch folder has too little space for a case and its result: an error of
/// the environment, not of the subject. Another folder may have enough.
class NoRoom : public HarnessError {
 public:
  NoRoom(const std::string& what, std::int64_t needed) : HarnessError(what), needed_(needed) {}
  /// Bytes.
  [[nodiscard]] std::int64_t needed() const { return needed_; }

 private:
  std::int64_t needed_;
};

/// The space that this user can write below a folder. Units: bytes; 0 if no inodes are left, or the
/// folder does not exist.
std::int64_t room_in(const std::filesystem::path& folder);

/// The places for scratch folders, in this order: memory (/dev/shm), where files are fastest; the
/// folder for temporary files (TMPDIR, else /tmp).
std::vector<std::filesystem::path> scratch_places();

/// The first of `places` that is writable, has at least `comfortable_room` and `needed` bytes free,
/// and allows programs to be executed (compilers put kernels there; /dev/shm of a container forbids
/// it). If there is none, the writable one with the most space.
/// Throws NoRoom with the space in each place if that is less than `needed`.
std::filesystem::path scratch_place(std::span<const std::filesystem::path> places,
                                    std::int64_t needed);

inline constexpr std::int64_t comfortable_room = std::int64_t{256} << 20;
inline constexpr std::int64_t least_room = std::int64_t{4} << 20;  ///< to start a subject

/// The temporary folder of a subject, removed with all its content, whatever the permissions.
class Scratch {
 public:
  /// Makes a folder with at least `needed` bytes of free space. Throws HarnessError.
  explicit Scratch(std::int64_t needed);
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace slim::properties::foreign
