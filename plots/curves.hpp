#pragma once

#include "plots/chart.hpp"
#include "plots/record.hpp"

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace slim::plots {

enum class Along { length, slice };

/// One curve for each subject, full pass or not, and setting; a point is the median over the
/// records of its cell. What differs between settings is named in the curves' labels, what all
/// share in `common`. Slices beyond L count as L.
struct Curves {
  std::vector<Curve> curves;
  std::string common;
};
Curves gather_curves(std::span<const Record> records, Along along, double (*value)(const Record&));

/// Lowest x and highest x. Requires a curve; curves have points.
std::pair<double, double> x_range(std::span<const Curve> curves);
/// Lowest lower quartile and highest upper quartile. Requires a curve.
std::pair<double, double> y_range(std::span<const Curve> curves);

}  // namespace slim::plots
