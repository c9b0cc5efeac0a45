// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"
#include "properties/engine/shrink.hpp"

#include <span>

namespace slim::properties {

/// The first of a subject's recorded failures that `substitute`, a suspect with the subject's
/// claims, does not reproduce: "attention-agrees in float64, L=2 …"; empty if it reproduces all. A
/// failure is reproduced if `substitute` breaks the law on the case with an error that differs by
/// at most 16 bounds plus 1 % of the larger error, or is not finite where the subject was not
/// finite. Failures without numbers (crashes, refusals) are left out, and so are cases in which a
/// denominator of the reference is 0, where results are arbitrary. `in_forward_alone`: errors in
/// gradients are left out, too.
std::string unexplained_failure(std::span<const Counterexample> recorded, std::span<const Law> laws,
                                const Subject& substitute, bool in_forward_alone);

/// Whether a case of attention or of a whole model has a denominator that is 0 except for its ε, so
/// that a correct program may answer 0/0.
bool has_zero_denominator(const CaseFile& file);

}  // namespace slim::properties
