// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

#include <span>
#include <string>

namespace slim::plots {

/// The shell command that measures the records of a figure and draws it again. It contains the
/// options in which the records differ from the defaults: text, first seed, number of seeds,
/// threads. Records contain only the file name of a text. Requires a record of the figure.
std::string figure_command(const Figure& figure, std::span<const Record> records);

}  // namespace slim::plots
