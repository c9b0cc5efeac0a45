#pragma once

#include "experiments/statistics/exponent.hpp"

#include <optional>
#include <span>
#include <string>

namespace slim::experiments {

/// How a measured quantity grows with a size x: y = a + b f(x), a and b not negative.
enum class Growth { constant, logarithmic, square_root, linear, linear_logarithmic, quadratic };
std::string_view name(Growth growth);  ///< "1", "log L", "√L", "L", "L log L", "L²"

struct GrowthChoice {
  std::optional<Growth> growth;  ///< nothing: inconclusive
  std::string reason;            ///< one clause with the numbers
};

/// Chooses among the six by weighted least squares on medians, weights from the spread of the
/// samples within each size. A model whose lack of fit is beyond chance (F test, level 0.001) is
/// out. The best of the rest is named when its misfit is below every other's by 14 in χ² (odds of
/// a thousand to one); else the answer is inconclusive and says which two cannot be told apart.
/// When all are out, as by a sharp knee where a working set leaves a cache, it is inconclusive and
/// says where the slope changes most. A soft knee under a slower growth can look like a faster one:
/// where a slower one whose cost rises once, by up to a factor of three within three intervals
/// (growth_fit.hpp), fits as well but for 14 in χ², it is inconclusive and says where that would
/// be. Growth by less than a tenth in all is "1".
/// Requires positive samples, three or more at each of five sizes at least; throws ContractError.
GrowthChoice choose_growth(std::span<const Samples> samples);

}  // namespace slim::experiments
