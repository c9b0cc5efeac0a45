// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/claims/claim.hpp"
#include "experiments/claims/verdict.hpp"
#include "experiments/plans/sweep.hpp"
#include "experiments/records/comparable.hpp"

#include <string>
#include <vector>

namespace slim::experiments {

/// Runs the experiments of the claims, which measures what is missing, and judges each claim.
/// Claims that need an experiment in `without` are not judged. Throws ContractError when no
/// experiment is left.
std::vector<Verdict> judged(const Sweep& sweep, const std::vector<Claim>& claims,
                            const std::vector<std::string>& without = {});

/// Judges existing records, possibly of several machines. Claims that need an experiment in
/// `without`, or one without records, are not judged.
std::vector<Verdict> judged_from(const Comparable& found, const std::vector<Claim>& claims,
                                 const std::vector<std::string>& without);

}  // namespace slim::experiments
