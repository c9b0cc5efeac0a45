// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slim::experiments {

/// How an exact count depends on L, C and N = ⌈L/C⌉: a sum of these terms, each times a constant.
enum class Law {
  constant,      ///< 1
  linear,        ///< 1, L
  quadratic,     ///< 1, L, L²
  logarithmic,   ///< 1, ⌈log₂ L⌉
  slice,         ///< 1, C
  slices,        ///< 1, C, N, L: a lazy first sweep skips the last slice
  slices_depth,  ///< 1, ⌈log₂ C⌉, N, N ⌈log₂ C⌉: for the same reason
  two_sweeps,    ///< those of slices and of slices-depth
  recomputed,    ///< those of two-sweeps, N², N L, N² ⌈log₂ C⌉: a sweep for each slice
  bisected,  ///< those of two-sweeps, N ⌈log₂ N⌉, L ⌈log₂ N⌉, N ⌈log₂ N⌉ ⌈log₂ C⌉: N a power of 2
};
/// Throws ContractError that lists what is allowed.
Law parse_law(std::string_view text);

struct CountOf {
  std::int64_t length = 0;
  std::int64_t slice = 0;
  std::int64_t y = 0;
};

struct ExactLaw {
  std::vector<double> constants;  ///< of the terms, in the order above
  double residual = 0.0;  ///< largest distance of a held-out count; 0 only if all fit exactly
  int held_out = 0;       ///< number of counts held out
  std::string formula;    ///< "12 + 3⌈log₂ L⌉"
};

/// Value of the fitted law at (L, C); `at.y` is ignored.
double value_at(Law law, const ExactLaw& fit, const CountOf& at);

/// Fits as many counts as there are terms, in rational numbers; all others are held out. Empty when
/// too few counts differ to determine the constants, or when none is held out.
std::optional<ExactLaw> fit_exact_law(Law law, std::span<const CountOf> counts);

}  // namespace slim::experiments
