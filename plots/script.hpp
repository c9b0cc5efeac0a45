#pragma once

#include "plots/chart.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slim::plots {

/// The gnuplot program that draws `stem`.svg, .png and .pdf from `stem`.tsv in its own folder.
/// Every text from outside is quoted, so that none is run as a command. `origin` becomes a comment.
std::string script_of(const Chart& chart, const std::string& stem, const std::string& origin);

/// The lines of `stem`.tsv: a header, then for each curve two empty lines (gnuplot's border of a
/// data set) and its points. Columns: curve, length, slice, slices, median, lower and upper
/// quartile, samples; every number with all its digits.
std::vector<std::string> data_of(const Chart& chart);

/// A text as gnuplot's single-quoted string, in which nothing is special; control characters
/// become spaces.
std::string gnuplot_quoted(std::string_view text);

}  // namespace slim::plots
