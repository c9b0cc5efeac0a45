// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/record.hpp"
#include "plots/chart/chart.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace slim::plots {

/// The largest error of each cell of a figure, and its record.
class WorstErrors {
 public:
  /// Clamps errors to [smallest, largest]. Errors that are not finite count as `largest`.
  WorstErrors(double smallest, double largest) : smallest_(smallest), largest_(largest) {}

  /// Requires a record of a gradient's error or discrepancy. Ignores it if the subject refused the
  /// task.
  void add(const std::string& label, double x, const experiments::Record& record);
  /// Curves in the order of `labels`; labels without errors are left out. The added records must
  /// still exist.
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

/// Adds the y axis of errors, and a line at the bound of the claims on them. Requires curves and
/// the x axis.
void add_error_axis(Chart& chart, double bound, const std::string& label);

}  // namespace slim::plots
