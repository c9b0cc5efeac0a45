// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <string>

namespace slim::properties::laws {

// Shared by the laws of FAVOR+'s estimate of exp(q·k/√d).

/// Why features under these conventions do not estimate the kernel; empty if they do.
std::string claims_no_kernel(const AttentionConventions& conventions);

/// c of x̃ = c x on each side: c_q c_k = 1/√d, or 1 without scaling.
struct SideScales {
  double query;
  double key;
};
SideScales side_scales(const AttentionConventions& conventions, Index d);

/// The factor of a mean over M products g(q)_m g(k)_m: M if features are divided by √M, else 1.
double features_per_kernel(const AttentionConventions& conventions, Index M);

/// x rounded to `scalar`.
double representable(Scalar scalar, double x);

/// The smallest subnormal number.
double smallest_number(Scalar scalar);
/// ln of the largest number, rounded down.
double log_of_largest_number(Scalar scalar);

/// r such that |ĝ − g| ≤ r g for one feature exp(ω·x̃ − |x̃|²/2): the exponent is off by
/// n u (|ω||x̃| + |x̃|²/2), n = d + 12, the exponential by n u, and the stored value by a unit
/// roundoff. A subnormal feature is also off by the smallest number.
double relative_error_of_a_feature(Scalar scalar, const RowVector<double>& x,
                                   const Vector<double>& omega);

}  // namespace slim::properties::laws
