#include "properties/program/writable_folder.hpp"

#include "reference/vocabulary/contract.hpp"

#include <unistd.h>

#include <fstream>
#include <string>

namespace slim::properties {
namespace {

namespace fs = std::filesystem;

/// The topmost folder of the path that does not exist yet; empty when all do.
fs::path first_missing(const fs::path& folder) {
  fs::path missing;
  std::error_code status;
  for (fs::path at = fs::absolute(folder); !fs::exists(at, status); at = at.parent_path()) {
    missing = at;
    if (at == at.parent_path()) break;
  }
  return missing;
}

bool can_write(const fs::path& folder) {
  const fs::path probe = folder / (".probe-" + std::to_string(::getpid()));
  std::ofstream stream(probe);
  stream << "x";
  stream.close();
  const bool written = stream.good();
  std::error_code status;
  fs::remove(probe, status);
  return written;
}

}  // namespace

void require_writable_folder(const fs::path& folder) {
  const fs::path missing = first_missing(folder);
  std::error_code status;
  fs::create_directories(folder, status);
  const bool writable = fs::is_directory(folder, status) && can_write(folder);
  if (!missing.empty()) fs::remove_all(missing, status);
  require(writable, "folder '" + folder.string() + "' cannot be written");
}

}  // namespace slim::properties
