// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"

namespace slim::experiments {

/// Numbers sent, critical path and bytes of gradients on 2, 4, 8, … ranks, at most 16 at ci and 64
/// elsewhere: parts of 64 to 256 rows in one slice, scans in a chain and in a tree; and parts of
/// 128 to 1024 rows in slices of 64.
std::vector<Plan> distributed_plans(const Conditions& conditions);

/// Numbers sent, critical path and bytes of each setting.
std::string distributed_table(std::span<const Record> records);

}  // namespace slim::experiments
