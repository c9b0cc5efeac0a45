// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/chart/chart.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slim::plots {

/// The gnuplot program that draws `stem`.svg, .png and .pdf from `stem`.tsv in its own folder.
/// Every text is quoted, so that none is run as a command. `origin` becomes a comment.
std::string script_of(const Chart& chart, const std::string& stem, const std::string& origin);

/// The lines of `stem`.tsv: a header, then for each curve two empty lines (gnuplot's separator of
/// data sets) and its points. Columns: curve, length, slice, slices, median, lower and upper
/// quartile, samples; every number with all its digits.
std::vector<std::string> data_of(const Chart& chart);

/// The first lines of a script: comments on its origin, and the format of its data.
std::string script_head(const Chart& chart, const std::string& stem, const std::string& origin);

/// Replaces control characters, which end a line or a field, by spaces.
std::string single_line(std::string_view text);

/// Quotes a text as gnuplot's single-quoted string, which has no escapes; control characters become
/// spaces.
std::string gnuplot_quoted(std::string_view text);

}  // namespace slim::plots
