#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <string>

namespace slim::properties::laws {

// What the laws of FAVOR+'s estimate of exp(q·k/√d) share.

/// Why features under these conventions are no estimate of the kernel; else empty.
std::string claims_no_kernel(const AttentionConventions& conventions);

/// c of x̃ = c x on each side: c_q c_k = 1/√d, or 1 where nobody scales.
struct SideScales {
  double query;
  double key;
};
SideScales side_scales(const AttentionConventions& conventions, Index d);

/// What a mean over M products g(q)_m g(k)_m is multiplied by: M where each is divided by √M.
double features_per_kernel(const AttentionConventions& conventions, Index M);

/// The number that `scalar` has for x.
double representable(Scalar scalar, double x);

/// The smallest subnormal, and ln of the largest number.
double smallest_number(Scalar scalar);
double log_of_largest_number(Scalar scalar);

/// r: |ĝ − g| ≤ r g for one feature exp(ω·x̃ − |x̃|²/2), x̃ as scaled: its exponent is off by
/// n u (|ω||x̃| + |x̃|²/2), n = d + 12, its exponential by n u, and what is stored by a unit
/// roundoff. Beside it a feature is off by the smallest number where it is below the normal ones.
double relative_error_of_a_feature(Scalar scalar, const RowVector<double>& x,
                                   const Vector<double>& omega);

}  // namespace slim::properties::laws
