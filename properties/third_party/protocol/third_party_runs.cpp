// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/third_party_runs.hpp"

#include "properties/laws/catalogue.hpp"
#include "properties/third_party/protocol/adapted_law.hpp"
#include "properties/third_party/protocol/refuses_bad_requests.hpp"
#include "properties/third_party/protocol/told_from_noise.hpp"

#include <cstdlib>

namespace slim::properties::foreign {

const std::string folder = SLIM_SOURCE_DIR "/properties/third_party/kit/";

std::string library(const std::string& name) {
  return std::string(SLIM_EXAMPLES) + "/lib" + name + ".so";
}

bool has_module(const std::string& module) {
  return std::system((SLIM_PYTHON " -c 'import " + module + "' 2>/dev/null").c_str()) == 0;
}

RunResult run_on(const ForeignSubject& foreign, const std::vector<std::string>& names, int cases,
                 std::vector<Scalar> scalars, bool covers_sizes) {
  std::vector<Law> laws;
  laws.reserve(names.size());
  for (const std::string& name : names) {
    laws.push_back(name == "refuses-bad-requests"
                       ? refuses_bad_requests(foreign)
                       : told_from_noise(adapted_law(laws::find_law(name), foreign)));
  }
  RunPlan plan{.laws = {}, .subjects = {&foreign.subject}, .scalars = std::move(scalars)};
  for (const Law& law : laws) plan.laws.push_back(&law);
  plan.cases = cases;
  plan.covers_sizes = covers_sizes;
  return run(plan);
}

}  // namespace slim::properties::foreign
