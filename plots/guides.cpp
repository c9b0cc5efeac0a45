#include "plots/guides.hpp"

#include "plots/curves.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace slim::plots {

void add_guide(Chart& chart, std::string label, double exponent, bool full_pass, Side side) {
  std::vector<Curve> curves;
  std::copy_if(chart.curves.begin(), chart.curves.end(), std::back_inserter(curves),
               [&](const Curve& curve) { return curve.full_pass == full_pass; });
  if (curves.empty()) return;

  const bool above = side == Side::above;
  const double distance = std::pow(chart.y.high / chart.y.low, 0.04);
  double coefficient = above ? 0.0 : HUGE_VAL;
  for (const Curve& curve : curves) {
    for (const Point& point : curve.points) {
      const double power = std::pow(point.x, exponent);
      coefficient = above ? std::max(coefficient, point.y.upper / power * distance)
                          : std::min(coefficient, point.y.lower / power / distance);
    }
  }

  // y stays inside [low, high] exactly while x stays between the two places where it meets them.
  auto [from, to] = x_range(curves);
  const double margin = std::pow(chart.y.high / chart.y.low, 0.02);
  if (exponent != 0.0) {
    const double at_low = std::pow(chart.y.low * margin / coefficient, 1.0 / exponent);
    const double at_high = std::pow(chart.y.high / margin / coefficient, 1.0 / exponent);
    from = std::max(from, std::min(at_low, at_high));
    to = std::min(to, std::max(at_low, at_high));
  }
  if (!(std::log(to / from) >= 0.1 * std::log(chart.x.high / chart.x.low))) return;
  chart.guides.push_back({std::move(label), exponent, coefficient, from, to, above});
}

}  // namespace slim::plots
