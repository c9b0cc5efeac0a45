// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"
#include "plots/figures/verdict.hpp"

#include <map>
#include <span>
#include <string>

namespace slim::plots {

/// The contents of the page.
struct Report {
  std::span<const Verdict> verdicts;
  std::span<const DrawnFigure> figures;
  std::map<std::string, std::string> svg;  ///< by figure name, for those that are not empty
};

/// Returns one self-contained HTML page: verdicts, figures with their numbers and the command that
/// makes them, provenance. It has no scripts and makes no requests; every text of the records is
/// escaped.
std::string report_page(const Report& report);

}  // namespace slim::plots
