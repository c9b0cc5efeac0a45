// SPDX-License-Identifier: Apache-2.0
#include "plots/chart/temporary_folder.hpp"

#include "reference/vocabulary/system/output_error.hpp"
#include "reference/vocabulary/system/remove_tree.hpp"

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
  remove_tree(path_);
}

}  // namespace slim::plots
