// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace slim::plots {

/// Draws all figures that are not empty into `folder`, which is created if missing: script, data,
/// SVG, PNG and PDF of each. No file appears before all are drawn. Throws ContractError when the
/// folder cannot be written, GnuplotError when gnuplot fails.
void write_figures(std::span<const DrawnFigure> figures, const std::filesystem::path& folder);

/// Calls `draw` for each figure that is not empty, with one line of progress
/// (experiments::Progress).
void for_each_drawn(std::span<const DrawnFigure> figures,
                    const std::function<void(const DrawnFigure&)>& draw);

/// The SVG of a figure that is not empty. Throws GnuplotError when gnuplot fails, and
/// std::runtime_error when the folder for temporary files cannot be used.
std::string svg_of(const DrawnFigure& drawn);

/// Throws GnuplotError unless the SVG, PNG and PDF of this stem are in the folder and complete:
/// gnuplot does not report a full disk.
void require_whole_figure(const std::filesystem::path& folder, const std::string& stem);

/// "slim 0.1.0, commit 1234567, GNU 12.2.0, flags -O2, on a processor, date".
std::string origin_of(const experiments::Provenance& provenance);

}  // namespace slim::plots
