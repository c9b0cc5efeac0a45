#pragma once

#include "experiments/measures/quantities.hpp"
#include "experiments/setting.hpp"
#include "reference/vocabulary/subject.hpp"

namespace slim::experiments {

/// Exact, for sizes that cannot be counted directly in any reasonable time. Multiply-adds are a
/// polynomial of degree 2 in a common factor of all widths (d, d_ff, V, hence d_model and M), and
/// affine in the number of slices from two on; so they are counted with narrow models and few
/// slices, and the polynomials evaluated at the setting's sizes. One factor and one number of
/// slices are held out, and must be met with residual 0. Throws ContractError when C does not
/// divide L, or the held-out counts are not met, as by a subject whose work is not linear in the
/// slices. Cost: that of a few gradients of L rows and one to four features a head, on counting
/// numbers.
Overhead count_overhead(const Subject& subject, const Setting& setting);

}  // namespace slim::experiments
