#include "plots/style.hpp"

#include <algorithm>
#include <array>

namespace slim::plots {
namespace {

// Source of the colours: Okabe and Ito, "Color universal design", 2008. Yellow is too pale on
// white.
constexpr std::array<CurveStyle, 7> palette = {{
    {"#0072B2", "solid", 7},   // blue, filled circle
    {"#D55E00", "'-'", 2},     // vermillion, cross
    {"#009E73", "'-.'", 9},    // bluish green, filled triangle
    {"#CC79A7", "'_'", 5},     // reddish purple, filled square
    {"#E69F00", "'..-'", 13},  // orange, filled diamond
    {"#56B4E9", "solid", 4},   // sky blue, open square
    {"#000000", "'-'", 6},     // black, open circle
}};

std::size_t preferred(const Curve& curve) {
  if (curve.full_pass) return 1;
  if (curve.subject.starts_with("recovered/")) return 0;
  if (curve.subject.starts_with("stored/")) return 2;
  return 3;
}

}  // namespace

std::vector<CurveStyle> styles_of(std::span<const Curve> curves) {
  std::vector<CurveStyle> chosen;
  std::array<bool, palette.size()> taken{};
  for (const Curve& curve : curves) {
    std::size_t slot = preferred(curve);
    if (taken[slot]) {
      const auto free = std::find(taken.rbegin(), taken.rend(), false);
      if (free == taken.rend()) {
        taken.fill(false);
      } else {
        slot = static_cast<std::size_t>(std::distance(free, taken.rend())) - 1;
      }
    }
    taken[slot] = true;
    chosen.push_back(palette[slot]);
  }
  return chosen;
}

}  // namespace slim::plots
