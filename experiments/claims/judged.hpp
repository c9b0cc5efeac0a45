#pragma once

#include "experiments/claims/claim.hpp"
#include "experiments/claims/verdict.hpp"
#include "experiments/plans/sweep.hpp"
#include "experiments/records/comparable.hpp"

#include <string>
#include <vector>

namespace slim::experiments {

/// Measures what the claims need and is missing, and judges each; claims that need one of the
/// experiments `without` are not judged. Throws ContractError where that leaves none.
std::vector<Verdict> judged(const Sweep& sweep, const std::vector<Claim>& claims,
                            const std::vector<std::string>& without = {});

/// Judges what was measured, on whatever machine; claims that need an experiment of which there are
/// no records, or one of `without`, are not judged.
std::vector<Verdict> judged_from(const Comparable& found, const std::vector<Claim>& claims,
                                 const std::vector<std::string>& without);

}  // namespace slim::experiments
