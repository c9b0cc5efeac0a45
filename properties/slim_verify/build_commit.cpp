// SPDX-License-Identifier: Apache-2.0
#include "properties/slim_verify/build_commit.hpp"

#include "properties_commit.hpp"  // generated at every build

namespace slim::properties {

std::string build_commit() {
  return build::commit;
}

}  // namespace slim::properties
