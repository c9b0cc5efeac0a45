#pragma once

#include "plots/figures/figure.hpp"
#include "plots/page/verdict.hpp"

#include <map>
#include <span>
#include <string>

namespace slim::plots {

/// What the page shows.
struct Report {
  std::span<const Verdict> verdicts;
  std::span<const DrawnFigure> figures;
  std::map<std::string, std::string> svg;  ///< by figure name, for those that are not empty
};

/// One self-contained HTML page: verdicts, figures with the numbers behind them and the command
/// that makes them again, provenance. No scripts, no requests; every text of the records escaped.
std::string report_page(const Report& report);

}  // namespace slim::plots
