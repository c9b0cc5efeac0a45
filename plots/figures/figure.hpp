// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/record.hpp"
#include "plots/chart/chart.hpp"
#include "plots/figures/verdict.hpp"

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
  std::string finding = {};  ///< the title where all its verdicts are as expected
  std::string caption;
  std::vector<std::string> claims;  ///< claims whose verdicts it shows
  std::string experiment;           ///< experiment of the records that it shows
  std::string or_experiment = {};   ///< a second experiment; may be empty
  Quantity quantity = Quantity::bytes;
  std::optional<Quantity> or_quantity = {};  ///< a second quantity
  /// Requires at least one record; all must be of these experiments and quantities.
  Chart (*draw)(std::span<const Record>) = nullptr;
};

/// A figure with its data; it has no curves when there are no records for it.
struct DrawnFigure {
  Figure figure;
  Chart chart;
  experiments::Provenance provenance;  ///< of the records shown
  std::string corpus;                  ///< name and hash
  std::string scale;
  std::string command;       ///< shell command that measures and draws it again
  std::size_t left_out = 0;  ///< number of records of other code, machine, text or scale

  [[nodiscard]] bool empty() const { return chart.curves.empty() && chart.panels.empty(); }
};

/// Charts the records of the figure's experiments and quantities that have the same code, build,
/// machine, text and scale as the newest of them.
DrawnFigure chart_figure(const Figure& figure, std::span<const Record> records);

/// The verdicts on the figure's claims that have the same code and scale as its records.
std::vector<Verdict> verdicts_on(const DrawnFigure& drawn, std::span<const Verdict> verdicts);
/// Adds these verdicts, with their intervals, under the title, which states the finding if all of
/// them are as expected.
void add_verdicts(DrawnFigure& drawn, std::span<const Verdict> verdicts);

/// A chart with curves, subtitle and x axis, over L or over C.
Chart chart_over_length(std::span<const Record> records, double (*value)(const Record&));
Chart chart_over_slice(std::span<const Record> records, double (*value)(const Record&),
                       Spread spread = Spread::quartiles);

/// Peak memory beyond parameters, their gradient and the token ids. Units: bytes.
double peak_bytes(const Record& record);
/// Units: seconds.
double seconds(const Record& record);

}  // namespace slim::plots
