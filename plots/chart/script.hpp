#pragma once

#include "plots/chart/chart.hpp"

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

/// The first lines of a script: what it is, and how gnuplot reads its data.
std::string script_head(const Chart& chart, const std::string& stem, const std::string& origin);

/// Control characters, which end a line or a field, as spaces.
std::string single_line(std::string_view text);

/// A text as gnuplot's single-quoted string, in which nothing is special; control characters
/// become spaces.
std::string gnuplot_quoted(std::string_view text);

}  // namespace slim::plots
