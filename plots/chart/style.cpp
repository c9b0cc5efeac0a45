// SPDX-License-Identifier: Apache-2.0
#include "plots/chart/style.hpp"

#include <algorithm>
#include <array>

namespace slim::plots {
namespace {

// Source of the colours: Okabe and Ito, "Color universal design", 2008. Yellow is too pale on white
// and is left out; grey and brown, which differ in lightness, are added for figures with many
// curves.
constexpr std::array<CurveStyle, 9> palette = {{
    {"#0072B2", "solid", 7},   // blue, filled circle
    {"#D55E00", "'-'", 2},     // vermillion, cross
    {"#009E73", "'-.'", 9},    // bluish green, filled triangle
    {"#CC79A7", "'_'", 5},     // reddish purple, filled square
    {"#E69F00", "'..-'", 13},  // orange, filled diamond
    {"#56B4E9", "solid", 4},   // sky blue, open square
    {"#000000", "'-'", 6},     // black, open circle
    {"#8C8C8C", "'_.'", 11},   // grey, filled triangle pointing down
    {"#5C3A1E", "'.'", 15},    // brown, filled pentagon
}};

constexpr std::size_t full_pass_slot = 1;

std::size_t preferred(const Curve& curve) {
  if (curve.full_pass) return full_pass_slot;
  if (curve.subject.starts_with("recovered/")) return 0;
  if (curve.subject.starts_with("stored/")) return 2;
  return 3;
}

}  // namespace

std::vector<CurveStyle> styles_of(std::span<const Curve> curves) {
  std::vector<CurveStyle> chosen;
  std::array<bool, palette.size()> taken{};
  // Reserves the style of the full pass if there is one.
  bool kept = std::ranges::any_of(curves, &Curve::full_pass);
  taken[full_pass_slot] = kept;
  for (const Curve& curve : curves) {
    std::size_t slot = preferred(curve);
    if (curve.full_pass && kept) {
      kept = false;
    } else if (taken[slot]) {
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

std::string_view verdict_colour(std::string_view verdict) {
  if (verdict == "SUPPORTED") return "#00664a";
  if (verdict == "REFUTED") return "#a03d00";
  return "#5b5300";
}

}  // namespace slim::plots
