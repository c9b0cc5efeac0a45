#pragma once

#include "plots/figures/figure.hpp"

#include <span>
#include <string>

namespace slim::plots {

/// The line for a shell that measures the records of a figure and draws it again. Options are told
/// where the records differ from what is measured without them: text, first seed, number of seeds,
/// threads. Of a text the records know the name alone. Requires a record of the figure's.
std::string figure_command(const Figure& figure, std::span<const Record> records);

}  // namespace slim::plots
