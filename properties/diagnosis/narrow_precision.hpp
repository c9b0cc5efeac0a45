// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/shrink.hpp"

#include <span>
#include <string>

namespace slim::properties {

/// A narrower number type that explains failures.
struct NarrowPrecision {
  std::string type;  ///< "bfloat16"
  int failures = 0;  ///< recorded failures that it explains
};

/// The number type to which values are rounded, if that explains all recorded failures of a
/// subject: bfloat16, float16 or TF32 (which have as many digits), float32, and for 50 digits
/// float64. Empty unless
///   - on every failing case and on wider cases with the fault, every entry of every answer is
///     within the law's own bound in that type, of the truth for the inputs or for the inputs
///     rounded to that type; cases that cannot be judged in that type do not count;
///   - errors are erratic: if all numbers of an input are multiplied by a factor that differs from
///   1 by a quarter of a rounding of that type, the errors of wrong arrays change by most of their
///   size. Those of
///     a wrong formula change little, and so do roundings to a coarser type;
///   - neither is so for the next finer type.
NarrowPrecision precision_that_explains(const Subject& subject,
                                        std::span<const Counterexample> recorded);

}  // namespace slim::properties
