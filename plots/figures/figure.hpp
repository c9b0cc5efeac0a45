#pragma once

#include "experiments/records/record.hpp"
#include "plots/chart/chart.hpp"
#include "plots/page/verdict.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace slim::plots {

using experiments::Quantity;
using experiments::Record;

/// A figure of the catalogue: which records it shows, and how.
struct Figure {
  std::string name;  ///< also the stem of its files
  std::string title;
  std::string caption;
  std::vector<std::string> claims;  ///< whose verdicts belong to it
  std::string experiment;           ///< of the records that it shows
  std::string or_experiment = {};   ///< a second one that it shows beside
  Quantity quantity = Quantity::bytes;
  std::optional<Quantity> or_quantity = {};  ///< a second one that it shows beside
  /// Requires at least one record, all of these experiments and quantities.
  Chart (*draw)(std::span<const Record>) = nullptr;
};

/// A figure with its numbers; without curves when there are no records for it.
struct DrawnFigure {
  Figure figure;
  Chart chart;
  experiments::Provenance provenance;  ///< of the records shown
  std::string corpus;                  ///< name and hash
  std::string scale;
  std::string command;       ///< that measures and draws it again
  std::size_t left_out = 0;  ///< records of other code, another machine, text or scale

  [[nodiscard]] bool empty() const { return chart.curves.empty() && chart.panels.empty(); }
};

/// Takes the records of the figure's experiments and quantities that come from the same code,
/// build, machine, text and scale as the newest of them, and makes its chart.
DrawnFigure chart_figure(const Figure& figure, std::span<const Record> records);

/// Those on the figure's claims, of the same code and scale as its records.
std::vector<Verdict> verdicts_on(const DrawnFigure& drawn, std::span<const Verdict> verdicts);
/// Puts them, with their intervals, under the title.
void add_verdicts(DrawnFigure& drawn, std::span<const Verdict> verdicts);

/// A chart's beginnings: curves, subtitle and the lower axis, over L or over C.
Chart chart_over_length(std::span<const Record> records, double (*value)(const Record&));
Chart chart_over_slice(std::span<const Record> records, double (*value)(const Record&),
                       Spread spread = Spread::quartiles);

/// Bytes at the peak beyond parameters, their gradient and the token ids. Units: bytes.
double peak_bytes(const Record& record);
/// Units: seconds.
double seconds(const Record& record);

}  // namespace slim::plots
