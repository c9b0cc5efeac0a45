// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace slim::command_line {

/// How this program was built.
struct BuildFacts {
  std::string version;   ///< of the project, such as "1.0.0"
  std::string commit;    ///< as `git describe` names it; "unknown" outside a repository
  std::string code;      ///< a fingerprint of all sources that affect measurements
  std::string compiler;  ///< "GNU 12.2.0"
};
BuildFacts build_facts();

/// "slim-verify 1.0.0", and a line with the commit, the compiler and the versions of MPFR and
/// Boost: the libraries that the truth in 50 digits is computed with.
std::string versions(std::string_view program);

}  // namespace slim::command_line
