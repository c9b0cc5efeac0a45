// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/record.hpp"
#include "properties/third_party/cost/resources.hpp"

#include <string>
#include <vector>

namespace slim::experiments {

/// The cost of a third-party implementation as records of `length` (the first C over every L) and
/// `slice` (the last L over every C), at the scale of sizes of one's own, so that figures show it
/// next to built-in ones. Bytes that could not be measured are left out.
std::vector<Record> records_of(const std::string& name,
                               const std::vector<properties::foreign::ResourceSample>& samples,
                               const properties::foreign::ResourcePlan& plan);

}  // namespace slim::experiments
