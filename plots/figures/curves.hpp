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

/// One curve for each subject and setting; a point is the median over the records of its cell. What
/// differs between settings is named in the curves' labels, what all share in `common`.
/// Along L, sliced and full passes are curves of their own. Along C, the full pass is where a curve
/// ends, since one slice is the same algorithm whatever the boundary: it is given once for each
/// setting, as a curve of one point. Slices beyond L count as L.
struct Curves {
  std::vector<Curve> curves;
  std::string common;
};
Curves gather_curves(std::span<const Record> records, Along along, double (*value)(const Record&),
                     Spread spread = Spread::quartiles);

/// Curves under labels of a figure's own, where they differ by more than a setting.
class LabelledCurves {
 public:
  /// Curves come in the order of their first sample.
  void add(const std::string& label, const Record& record, double x, double value);
  /// Points by growing x.
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

/// Lowest x and highest x. Requires a curve; curves have points.
std::pair<double, double> x_range(std::span<const Curve> curves);
/// Lowest lower (of a deviation below 0: lowest mean) and highest upper quartile. Requires a curve.
std::pair<double, double> y_range(std::span<const Curve> curves);

}  // namespace slim::plots
