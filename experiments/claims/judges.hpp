#pragma once

#include "experiments/claims/verdict.hpp"
#include "experiments/record.hpp"

#include <span>

namespace slim::experiments {

// Judges are pure: records in, verdict out. One refuting record refutes, whatever is missing;
// without enough records the verdict is INCONCLUSIVE, and says what is missing.

/// Every gradient error in 50 digits, for the claim's feature maps and every C, is at most the
/// claim's bound. Needs C = 1, a C that leaves several slices, and the full pass for each map.
Verdict judge_exact(const Claim& claim, std::span<const Record> records);

/// At fixed C, state, slice and result bytes do not grow by one from the claim's shortest length to
/// its longest, and token bytes are affine in L; at C = L slice bytes are affine and grow; at fixed
/// L, with several slices, slice bytes are affine in C and grow, the rest of them not at all. All
/// with a residual of exactly 0 at sizes held out of the fit. Where C is no multiple of the claim's
/// rows, slice bytes are not below their line at C, and not above it at the next multiple.
Verdict judge_memory(const Claim& claim, std::span<const Record> records);

/// Counted multiplications, additions, divisions and elementary functions are affine in L, at fixed
/// C and at C = L, with a residual of exactly 0 at sizes held out of the fit. The exponent of the
/// time is told beside, and decides nothing.
Verdict judge_serial(const Claim& claim, std::span<const Record> records);

/// By the judge that the claim names. Throws ContractError when there is none of that name.
Verdict judge(const Claim& claim, std::span<const Record> records);

}  // namespace slim::experiments
