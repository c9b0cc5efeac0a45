#pragma once

#include "experiments/records/record.hpp"
#include "plots/chart/chart.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace slim::plots {

/// The largest error of each cell of a figure, with the record that has it.
class WorstErrors {
 public:
  /// Errors below `smallest` stand there; those above `largest`, and those that are not finite, at
  /// `largest`.
  WorstErrors(double smallest, double largest) : smallest_(smallest), largest_(largest) {}

  /// Requires an error or a discrepancy of a gradient. A subject that refused is left out.
  void add(const std::string& label, double x, const experiments::Record& record);
  /// Curves in the order of `labels`, as far as there are. The records are still there.
  [[nodiscard]] std::vector<Curve> curves(const std::vector<std::string>& labels) const;

 private:
  struct Cell {
    double error;
    const experiments::Record* record;
  };
  double smallest_;
  double largest_;
  std::map<std::pair<std::string, double>, Cell> cells_;
};

/// Axis of errors, with a line at the bound of the claims on them. Requires curves and the axis of
/// x.
void add_error_axis(Chart& chart, double bound, const std::string& label);

}  // namespace slim::plots
