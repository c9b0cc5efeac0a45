// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/build_facts.hpp"

#include "properties/command_line/commit.hpp"  // generated at every build

#include <boost/version.hpp>
#include <fmt/format.h>
#include <mpfr.h>

namespace slim::command_line {

BuildFacts build_facts() {
  return {.version = SLIM_VERSION,
          .commit = build::commit,
          .code = build::code,
          .compiler = SLIM_COMPILER};
}

std::string versions(std::string_view program) {
  const BuildFacts facts = build_facts();
  return fmt::format("{} {}\ncommit {}, {}, MPFR {}, Boost {}.{}.{}", program, facts.version,
                     facts.commit, facts.compiler, mpfr_get_version(), BOOST_VERSION / 100000,
                     BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100);
}

}  // namespace slim::command_line
