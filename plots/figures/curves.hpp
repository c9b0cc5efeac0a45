// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/record.hpp"
#include "plots/chart/chart.hpp"

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace slim::plots {

using experiments::Record;

enum class Along { length, slice };

/// One curve for each subject and setting; a point is the median over the records of its cell.
/// Curve labels contain the settings that differ, `common` those that all share. Along L, sliced
/// and full passes are separate curves. Along C, a curve ends in the full pass, since one slice is
/// the same algorithm whatever the boundary: the full pass is one extra curve of one point for each
/// setting. Slices beyond L count as L.
struct Curves {
  std::vector<Curve> curves;
  std::string common;
};
Curves gather_curves(std::span<const Record> records, Along along, double (*value)(const Record&),
                     Spread spread = Spread::quartiles);

/// Curves under labels that the figure chooses, where they differ by more than a setting.
class LabelledCurves {
 public:
  /// Curves have the order of their first sample.
  void add(const std::string& label, const Record& record, double x, double value);
  /// Points by increasing x.
  [[nodiscard]] std::vector<Curve> curves(Spread spread = Spread::quartiles) const;

 private:
  struct Sampled {
    Point point;
    std::vector<double> sample;
  };
  struct Named {
    Curve curve;
    std::map<double, Sampled> by_x;
  };
  std::vector<Named> named_;
};

/// Lowest and highest x. Requires a curve; every curve must have points.
std::pair<double, double> x_range(std::span<const Curve> curves);
/// Lowest lower quartile (lowest mean where mean - deviation is not positive) and highest upper
/// quartile. Requires a curve.
std::pair<double, double> y_range(std::span<const Curve> curves);

}  // namespace slim::plots
