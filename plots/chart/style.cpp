// SPDX-License-Identifier: Apache-2.0
#include "plots/chart/style.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace slim::plots {
namespace {

struct Hue {
  std::string_view colour;
  int filled = 0;  ///< gnuplot's pointtype
  int open = 0;
};

// Source of the colours: Okabe and Ito, "Color universal design", 2008. Yellow is too pale on white
// and is left out; grey and brown, which differ in lightness, are added.
constexpr std::array<Hue, 9> hues = {{
    {"#0072B2", 7, 6},    // blue, circle
    {"#E69F00", 13, 12},  // orange, diamond
    {"#009E73", 9, 8},    // bluish green, triangle
    {"#CC79A7", 5, 4},    // reddish purple, square
    {"#56B4E9", 11, 10},  // sky blue, triangle pointing down
    {"#8C8C8C", 15, 14},  // grey, pentagon
    {"#5C3A1E", 9, 8},    // brown, triangle
    {"#000000", 5, 4},    // black, square
    {"#D55E00", 2, 1},    // vermillion, cross: only the full pass
}};
constexpr std::size_t full_pass_hue = 8;

struct Named {
  std::string_view name;
  std::size_t number;
};

constexpr std::array<Named, 27> hue_of = {{
    // the paper's configurations
    {"I", 0},
    {"II", 1},
    {"III", 2},
    {"IV", 3},
    // feature maps
    {"sqr", 0},
    {"elu+1", 2},
    {"abs", 3},
    {"favor+", 1},
    {"relu", 4},
    {"other architectures", 5},
    // boundaries, and attention that is none of a Performer
    {"recovered", 0},
    {"stored", 2},
    {"wide", 4},
    {"exact", 3},
    {"bisected", 1},
    {"recomputed", 6},
    {"softmax", 7},
    {"full pass", full_pass_hue},
    // projections of FAVOR+
    {"independent", 5},
    {"orthogonal-chi", 4},
    {"orthogonal", 1},
    {"reference", 5},
    // numbers of ranks
    {"P = 2", 0},
    {"P = 4", 1},
    {"P = 8", 2},
    {"P = 16", 3},
    {"any P", 7},
}};

constexpr std::array<std::string_view, 6> dashes = {"solid", "'-'", "'.'", "'_.'", "'-..'", "'_'"};

constexpr std::array<Named, 14> dash_of = {{
    {"iterative", 0},
    {"explicit", 1},
    {"tree", 2},
    {"blocked", 3},
    {"iterative-subtracting", 4},
    {"float32", 0},
    {"float64", 1},
    {"digits50", 2},
    {"plain", 0},
    {"lazy", 1},
    {"recovered", 0},
    {"stored", 1},
    {"full pass", 2},
    {"softmax", 0},
}};

template <std::size_t count>
std::size_t number_of(const std::array<Named, count>& names, std::string_view name,
                      std::size_t otherwise) {
  const auto found =
      std::ranges::find_if(names, [&](const Named& known) { return known.name == name; });
  return found == names.end() ? otherwise : found->number;
}

/// A hue for a name that is not known, such as that of a third-party implementation: always the
/// same one.
std::size_t any_hue(std::string_view name) {
  std::size_t sum = 0;
  for (const char c : name) sum += static_cast<unsigned char>(c);
  return sum % full_pass_hue;
}

struct Place {
  std::size_t hue;
  std::size_t dash;
  bool operator==(const Place&) const = default;
};

Place place_of(const Curve& curve) {
  const std::size_t slash = std::min(curve.subject.find('/'), curve.subject.size());
  const std::string boundary = curve.subject.substr(0, slash);
  const std::string sum = curve.subject.substr(std::min(slash + 1, curve.subject.size()));
  const std::string& of_subject = boundary == "foreign" ? curve.subject : boundary;
  const std::string& colour = curve.colour_of.empty() ? of_subject : curve.colour_of;
  const std::string& line = curve.line_of.empty() ? sum : curve.line_of;
  const bool full = curve.full_pass && curve.colour_of.empty();
  return {full ? full_pass_hue : number_of(hue_of, colour, any_hue(colour)),
          number_of(dash_of, line, 0)};
}

}  // namespace

std::vector<CurveStyle> styles_of(std::span<const Curve> curves) {
  std::vector<Place> taken;
  std::vector<CurveStyle> chosen;
  for (const Curve& curve : curves) {
    Place place = place_of(curve);
    for (std::size_t tries = 1; tries < dashes.size(); ++tries) {
      if (std::ranges::find(taken, place) == taken.end()) break;
      place.dash = (place.dash + 1) % dashes.size();
    }
    taken.push_back(place);
    const Hue& hue = hues.at(place.hue);
    chosen.push_back({.colour = hue.colour,
                      .dash = dashes.at(place.dash),
                      .marker = place.dash % 2 == 0 ? hue.filled : hue.open});
  }
  return chosen;
}

std::string_view verdict_colour(std::string_view verdict) {
  if (verdict == "SUPPORTED") return "#00664a";
  if (verdict == "REFUTED") return "#a03d00";
  return "#5b5300";
}

}  // namespace slim::plots
