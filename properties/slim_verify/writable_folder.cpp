// SPDX-License-Identifier: Apache-2.0
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

/// The folder itself, or its nearest ancestor that exists, in which it would be created.
fs::path nearest_existing(const fs::path& folder) {
  std::error_code status;
  fs::path at = fs::absolute(folder);
  while (!fs::exists(fs::symlink_status(at, status)) && at != at.parent_path()) {
    at = at.parent_path();
  }
  return at;
}

/// Why the folder, or a file in it, cannot be created; no error if it can. Probes with a folder
/// whose name is unique and removes only that one: another run may be creating `folder` at the same
/// time.
std::error_code refusal_of(const fs::path& folder) {
  constexpr int most_tries = 10;
  int refused = ENOENT;
  for (int i = 0; i < most_tries && refused == ENOENT;
       ++i) {  // another process may have removed it
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
