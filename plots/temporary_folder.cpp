#include "plots/temporary_folder.hpp"

#include "reference/vocabulary/contract.hpp"
#include "reference/vocabulary/remove_tree.hpp"

#include <cstdlib>
#include <string>
#include <system_error>

namespace slim::plots {

TemporaryFolder::TemporaryFolder(const std::filesystem::path& parent) {
  std::string name = (parent / ".drawing-XXXXXX").string();
  require(::mkdtemp(name.data()) != nullptr,
          parent.string() + ": cannot be written: " + std::generic_category().message(errno));
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  remove_tree(path_);
}

}  // namespace slim::plots
