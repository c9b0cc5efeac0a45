// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/subject.hpp"

#include <span>
#include <string>
#include <string_view>

namespace slim::chunked {

/// One chunked implementation, a boundary and a prefix sum. Its name is "boundary/prefix-sum".
struct Variant {
  std::string boundary;
  std::string prefix_sum;
  std::string summary;
  bool subtracting;  ///< recovers a sum by subtraction, so rounding may drift
  // For every scalar:
  GradientFunctions gradient;
  AttentionFunctions attention;
  FeaturesFunctions features;
  LeastBytes least_bytes;  ///< analytic lower bound on memory, see least_memory.hpp

  [[nodiscard]] std::string name() const { return boundary + "/" + prefix_sum; }
};

/// Every variant, in the order of the tables in README.md.
std::span<const Variant> catalogue();

/// Throws ContractError when no variant has this name.
const Variant& find_variant(std::string_view name);

}  // namespace slim::chunked
