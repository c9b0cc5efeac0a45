// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/statistics/exponent.hpp"

#include <optional>
#include <span>
#include <string>

namespace slim::experiments {

/// Growth of a measured quantity with a size x: y = a + b f(x), a and b not negative.
enum class Growth { constant, logarithmic, square_root, linear, linear_logarithmic, quadratic };
std::string_view name(Growth growth);  ///< "1", "log L", "√L", "L", "L log L", "L²"

struct GrowthChoice {
  std::optional<Growth> growth;  ///< empty: inconclusive
  std::string reason;            ///< one clause with the numbers
};

/// Selects one of the six growths by weighted least squares on medians, with weights from the
/// spread of the samples within each size. A model is rejected when its lack of fit is significant
/// (F test, level 0.001). The best remaining one is selected when its misfit is below every other's
/// by 14 in χ² (odds of a thousand to one); otherwise the answer is inconclusive and names the two
/// that cannot be distinguished. When all are rejected, as by a sharp knee where a working set
/// leaves a cache, it is inconclusive and names the size where the slope changes most. A soft knee
/// under a slower growth can look like a faster growth: if a slower growth whose cost rises once,
/// by up to a factor of three within six intervals (growth_fit.hpp), fits at most 14 in χ² worse,
/// the answer is inconclusive and names the location of that knee. Growth by less than a tenth in
/// total is "1".
/// Requires positive samples, at least three at each of at least five sizes; otherwise throws
/// ContractError.
GrowthChoice choose_growth(std::span<const Samples> samples);

}  // namespace slim::experiments
