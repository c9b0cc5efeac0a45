// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

#include <span>
#include <string_view>

namespace slim::plots {

/// Every figure, in the order of the report.
std::span<const Figure> catalogue();

/// Throws ContractError, which lists the allowed names, when the name is unknown.
const Figure& find_figure(std::string_view name);

}  // namespace slim::plots
