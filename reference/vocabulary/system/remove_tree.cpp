// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/remove_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace slim {
namespace {

constexpr mode_t all_of_owner = 0700;

/// Opens a folder after giving its owner all permissions; the descriptor is -1 if `name` is not a
/// folder.
class Folder {
 public:
  Folder(int parent, const char* name) {
    // Links are not changed: the flag makes the call fail for them.
    ::fchmodat(parent, name, all_of_owner, AT_SYMLINK_NOFOLLOW);
    descriptor_ = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    DIR* entries = ::fdopendir(::openat(descriptor_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (entries == nullptr) return found;
    while (const dirent* entry = ::readdir(entries)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") found.push_back(name);
    }
    ::closedir(entries);
    return found;
  }

 private:
  int descriptor_;
};

/// Removes the contents of a folder. What cannot be removed at once is moved up to `top`, so that a
/// tree of any depth needs two descriptors and no recursion.
void empty_into(const Folder& top, const Folder& folder, unsigned& serial) {
  constexpr int most_names_tried = 1000;
  for (const std::string& name : folder.names()) {
    if (::unlinkat(folder.descriptor(), name.c_str(), 0) == 0) continue;
    // Moving a folder requires write permission for it, since its ".." changes.
    ::fchmodat(folder.descriptor(), name.c_str(), all_of_owner, AT_SYMLINK_NOFOLLOW);
    for (int i = 0; i < most_names_tried; ++i) {
      const std::string fresh = ".removed-" + std::to_string(serial++);
      const int failed =
          ::renameat(folder.descriptor(), name.c_str(), top.descriptor(), fresh.c_str());
      if (failed == 0 || (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR)) break;
    }
  }
}

bool empties(const Folder& top) {
  unsigned serial = 0;
  for (bool progresses = true; progresses;) {
    const std::vector<std::string> names = top.names();
    if (names.empty()) return true;
    progresses = false;
    for (const std::string& name : names) {
      bool removed = ::unlinkat(top.descriptor(), name.c_str(), 0) == 0;
      if (!removed) {
        const Folder folder(top.descriptor(), name.c_str());
        if (folder.descriptor() >= 0) empty_into(top, folder, serial);
        removed = ::unlinkat(top.descriptor(), name.c_str(), AT_REMOVEDIR) == 0;
      }
      progresses = progresses || removed;
    }
  }
  return false;
}

}  // namespace

bool remove_tree(const std::filesystem::path& folder) noexcept {
  try {
    {
      const Folder top(AT_FDCWD, folder.c_str());
      if (top.descriptor() >= 0) empties(top);
    }
    return ::rmdir(folder.c_str()) == 0 || errno == ENOENT;
  } catch (const std::exception&) {  // out of memory for the names
    return false;
  }
}

}  // namespace slim
