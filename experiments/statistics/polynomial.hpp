#pragma once

#include "experiments/statistics/affine.hpp"

namespace slim::experiments {

/// The value at x of the polynomial through all counts but the last, at sizes that follow each
/// other by one, when it meets the last count exactly; else nothing. Newton's forward differences,
/// in integers. Requires at least two counts; the value must fit 64 bits, and nothing is given if
/// it does not.
std::optional<std::int64_t> extrapolate(std::span<const CountAt> counts, std::int64_t x);

}  // namespace slim::experiments
