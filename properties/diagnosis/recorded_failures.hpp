#pragma once

#include "properties/engine/law.hpp"
#include "properties/engine/shrink.hpp"

#include <span>

namespace slim::properties {

/// The first of a subject's recorded failures that another program in its place, `clothed`, does
/// not show: "attention-agrees in float64, L=2 …"; empty if it explains all. It shows one if it
/// breaks the law on the case with the same error, to within 16 bounds and a hundredth, or is not
/// finite where the subject was not. Failures without numbers (crashes, refusals) are left out, and
/// cases in which a denominator of the reference is 0, where anything may come about.
/// `in_forward_alone`: errors in gradients are left out, too.
std::string unexplained_failure(std::span<const Counterexample> recorded, std::span<const Law> laws,
                                const Subject& clothed, bool in_forward_alone);

}  // namespace slim::properties
