// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/quantities.hpp"
#include "experiments/records/setting.hpp"

namespace slim::experiments {

/// What one gradient on P ranks, threads of this process, sends and takes. Numbers and operations
/// are those of counting numbers, bytes those of float32, regardless of the setting's scalar. All
/// tokens are equal: none of these depends on the text.
/// Requires a distributed subject and at least 1 rank: throws ContractError.
Distributed count_distributed(const Setting& setting);

}  // namespace slim::experiments
