// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/experiment.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <array>

namespace slim::experiments {
namespace {

constexpr std::array<std::string_view, 3> scales = {"ci", "laptop", "paper"};

}  // namespace

std::string_view name(Scale scale) {
  return scales.at(static_cast<std::size_t>(scale));
}

Scale parse_scale(std::string_view text) {
  for (const Scale scale : all_scales) {
    if (name(scale) == text) return scale;
  }
  throw ContractError("scale '" + std::string(text) +
                      "' is unknown: allowed are ci, laptop, paper");
}

}  // namespace slim::experiments
