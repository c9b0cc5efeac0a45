#include "properties/slim_verify/writable_folder.hpp"

#include "reference/vocabulary/system/output_error.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace slim::properties {
namespace {

namespace fs = std::filesystem;

/// The folder itself, or the nearest one above it that exists and in which it would be made.
fs::path nearest_existing(const fs::path& folder) {
  std::error_code status;
  fs::path at = fs::absolute(folder);
  while (!fs::exists(fs::symlink_status(at, status)) && at != at.parent_path()) {
    at = at.parent_path();
  }
  return at;
}

/// Why a folder cannot be made, or nothing in it; else no error. Probes with a folder of a name
/// that no other process has, and removes no other: another run may be making `folder` at the same
/// time.
std::error_code refusal_of(const fs::path& folder) {
  constexpr int most_tries = 10;
  int refused = ENOENT;
  for (int i = 0; i < most_tries && refused == ENOENT; ++i) {  // somebody may have just removed it
    std::string probe = (nearest_existing(folder) / ".slim-probe-XXXXXX").string();
    if (::mkdtemp(probe.data()) != nullptr) {
      ::rmdir(probe.c_str());
      return {};
    }
    refused = errno;
  }
  return {refused, std::generic_category()};
}

}  // namespace

void require_writable_folder(const fs::path& folder) {
  const std::error_code refusal = refusal_of(folder);
  if (refusal) throw_output_error("folder '" + folder.string() + "'", refusal);
}

}  // namespace slim::properties
