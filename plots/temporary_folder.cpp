#include "plots/temporary_folder.hpp"

#include "reference/vocabulary/output_error.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace slim::plots {

TemporaryFolder::TemporaryFolder(const std::filesystem::path& parent) {
  std::string name = (parent / ".drawing-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw_output_error(parent.string(), {errno, std::generic_category()});
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace slim::plots
