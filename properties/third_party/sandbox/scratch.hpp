#pragma once

#include "properties/engine/failure.hpp"

#include <cstdint>
#include <filesystem>
#include <span>

namespace slim::properties::foreign {

/// The file system of a scratch folder has too little room for a case and its answer: a fault of
/// the harness's surroundings, not of the subject. Another folder may have more.
class NoRoom : public HarnessError {
 public:
  NoRoom(const std::string& what, std::int64_t needed) : HarnessError(what), needed_(needed) {}
  /// Bytes.
  [[nodiscard]] std::int64_t needed() const { return needed_; }

 private:
  std::int64_t needed_;
};

/// What may be written below a folder by this user. Units: bytes; 0 where there are no inodes left,
/// or no such folder.
std::int64_t room_in(const std::filesystem::path& folder);

/// Where scratch folders can be made, in this order: memory (/dev/shm), where a file costs least;
/// the folder for temporary files (TMPDIR, else /tmp).
std::vector<std::filesystem::path> scratch_places();

/// The first of `places` that is comfortable: writable, with at least `comfortable_room` and
/// `needed` bytes free, and programs can be run from it (compilers put kernels there; a container's
/// /dev/shm forbids it). Where none is, the writable one with the most room.
/// Throws NoRoom where that has less than `needed`, with the room in each.
std::filesystem::path scratch_place(std::span<const std::filesystem::path> places,
                                    std::int64_t needed);

inline constexpr std::int64_t comfortable_room = std::int64_t{256} << 20;
inline constexpr std::int64_t least_room = std::int64_t{4} << 20;  ///< to start a subject

/// A folder of a subject's own, removed with everything in it, whatever its permissions.
class Scratch {
 public:
  /// Where at least `needed` bytes can be written. Throws HarnessError.
  explicit Scratch(std::int64_t needed);
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace slim::properties::foreign
