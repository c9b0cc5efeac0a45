// SPDX-License-Identifier: Apache-2.0
#include "plots/chart/script.hpp"

#include "plots/chart/key.hpp"
#include "plots/chart/panel_script.hpp"
#include "plots/chart/style.hpp"
#include "reference/vocabulary/scalars/printable.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace slim::plots {
namespace {

std::string ticks(const Axis& axis) {
  std::vector<std::string> parts;
  for (const Tick& tick : axis.ticks)
    parts.push_back(fmt::format("{} {}", gnuplot_quoted(tick.label), tick.at));
  for (const double at : axis.minor) parts.push_back(fmt::format("'' {} 1", at));
  return fmt::format("({})", fmt::join(parts, ", "));
}

/// Breaks the text at commas into lines of at most `width` characters where possible.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(", "), text.size());
    const std::string_view part = text.substr(0, std::min(end + 2, text.size()));
    if (!lines.back().empty() && lines.back().size() + end > width) lines.emplace_back();
    lines.back() += part;
    text.remove_prefix(part.size());
  }
  return lines;
}

/// The parts of the page outside the plot. Heights are fractions of a page of the usual height.
struct Page {
  std::string text;
  double height = 1.0;  ///< above 1 if the plot would otherwise be too low
};

/// Places title, subtitle, verdicts and key above the plot, each as high as it needs to be.
Page page(const Chart& chart) {
  constexpr double line = 0.036;
  constexpr double key_row = 0.053;
  constexpr double least_plot = 0.44;
  struct Label {
    std::string text;
    double from_top;
    std::string look;
  };
  const std::string quiet = "font ',11' textcolor rgb '#555555'";
  std::vector<Label> labels = {{chart.title, 0.048, "font ',17'"}};
  double used = 0.048 + 0.053 - line;
  for (const std::string& part : wrapped(chart.subtitle, 92)) {
    labels.push_back({part, used += line, quiet});
  }
  for (const VerdictLine& verdict : chart.verdicts) {
    labels.push_back(
        {verdict.text, used += line,
         fmt::format("font ',11' textcolor rgb '{}'", verdict_colour(verdict.verdict))});
  }
  const Key key = key_of(chart);
  const double key_top = used += 0.028;
  used += key_row * static_cast<double>(key.rows) + (chart.top ? 0.15 : 0.03);
  const double foot = chart.x.slanted ? 0.24 : 0.15;

  Page page{.text = {}, .height = std::max(1.0, used + least_plot + foot)};
  const auto screen = [&](double from_top) { return 1.0 - from_top / page.height; };
  for (std::size_t i = 0; i < labels.size(); ++i) {
    page.text +=
        fmt::format("set label {} {} at screen 0.025, {:.4g} left noenhanced {}\n", i + 1,
                    gnuplot_quoted(labels[i].text), screen(labels[i].from_top), labels[i].look);
  }
  page.text += key.rows == 0 ? std::string("unset key\n")
                             : fmt::format(
                                   "set key at screen 0.025, {:.4g} left top maxrows {} Left "
                                   "reverse noenhanced samplen 3.5 spacing 1.2 font ',{}'\n",
                                   screen(key_top), key.rows, key.font);
  page.text += fmt::format(
      "set lmargin at screen 0.18\n"
      "set rmargin at screen {:.4g}\n"
      "set bmargin at screen {:.4g}\n"
      "set tmargin at screen {:.4g}\n",
      0.975 - direct_width(chart), foot / page.height, screen(used));
  return page;
}

std::string axis(std::string_view name, const Axis& axis, std::string_view options) {
  return fmt::format(
      "set {0}range [{1}:{2}]\n"
      "set {0}label {3} noenhanced {4}\n"
      "set {0}tics {5} scale 0.6 nomirror{6}\n",
      name, axis.low, axis.high, gnuplot_quoted(axis.label), options, ticks(axis),
      axis.slanted ? " rotate by 30 right font ',11'" : "");
}

std::string axes(const Chart& chart) {
  std::string text =
      "set border 3 linecolor rgb '#333333'\n"
      "set grid xtics ytics linetype 1 linecolor rgb '#e6e6e6' linewidth 0.8\n"
      "set errorbars 0.7\n";
  if (!chart.x.linear) text += "set logscale x 2\n";
  if (!chart.y.linear) text += "set logscale y 10\n";
  text += axis("x", chart.x, "");
  text += axis("y", chart.y, "offset 0.4, 0");
  if (chart.top) {
    text += "set border 7\nset logscale x2 2\n" + axis("x2", *chart.top, "offset 0, -0.4");
  }
  return text;
}

std::string style_lines(const Chart& chart) {
  std::string text = "set style line 100 linecolor rgb '#777777' linewidth 1.5 dashtype (2, 6)\n";
  const std::vector<CurveStyle> chosen = styles_of(chart.curves);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    text += fmt::format(
        "set style line {} linecolor rgb '{}' linewidth 2 dashtype {} pointtype {} pointsize {}\n",
        i + 1, chosen[i].colour, chosen[i].dash, chosen[i].marker,
        chart.curves[i].full_pass ? 0.95 : 0.75);
  }
  return text;
}

/// Vertical lines, each with its label at the top.
std::string marks(const Chart& chart) {
  std::string text;
  int number = 1;
  for (const Mark& mark : chart.marks) {
    text += fmt::format(
        "set arrow {0} from {1}, graph 0 to {1}, graph 1 nohead linestyle 100\n"
        "set label {2} {3} at {1}, graph {4} right offset -0.6, 0 font ',12' "
        "textcolor rgb '#555555'\n",
        number, mark.x, 40 + number, gnuplot_quoted(mark.label), 1.0 - 0.055 * number);
    ++number;
  }
  return text;
}

/// Column of the data file.
int column_of(Over over) {
  switch (over) {
    case Over::length:
      return 2;
    case Over::slice:
      return 3;
    case Over::slices:
      return 4;
    case Over::other:
      break;
  }
  return 9;
}

/// Whether a bar's note would overlap that of the bar on its left.
bool is_level_with(const Curve& bars, const Curve& left) {
  return std::ranges::any_of(bars.points, [&](const Point& p) {
    return std::ranges::any_of(left.points, [&](const Point& q) {
      return p.x == q.x && p.y.median == q.y.median && p.note.size() > 6;  // wider than a bar
    });
  });
}

/// Bars in groups; the full pass is hatched, sliced passes are filled. The note of an absent bar is
/// at the bottom. Wide adjacent notes are staggered.
std::string plot_bars(const Chart& chart, const std::string& data) {
  const double width = 0.84 / static_cast<double>(chart.curves.size());
  std::vector<std::string> parts;
  std::vector<std::string> notes;
  bool raised = false;
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    const double offset =
        (static_cast<double>(i) - (static_cast<double>(chart.curves.size()) - 1.0) / 2.0) * width;
    parts.push_back(fmt::format(
        "{} index {} using ($9{:+.4f}):($5 > 0 ? $5 : NaN):({:.4f}) with boxes "
        "linestyle {} dashtype solid linewidth 1 fillstyle {} border rgb '#333333' title {}",
        data, i + 1, offset, 0.92 * width, i + 1,
        chart.curves[i].full_pass ? fmt::format("pattern {}", 4 + i % 2)
                                  : std::string("solid 0.85"),
        gnuplot_quoted(chart.curves[i].label)));
    raised = !raised && i > 0 && is_level_with(chart.curves[i], chart.curves[i - 1]);
    notes.push_back(
        fmt::format("{} index {} using ($9{:+.4f}):($5 > 0 ? $5 : {}):10 with labels offset 0, {} "
                    "font ',10' notitle",
                    data, i + 1, offset, chart.y.low, raised ? 1.4 : 0.5));
  }
  parts.insert(parts.end(), notes.begin(), notes.end());
  return fmt::format("plot {}\n", fmt::join(parts, ", \\\n     "));
}

/// The labels of the guides, each on the side that faces away from the curves.
std::string guide_labels(const Chart& chart) {
  std::string text;
  int number = 20;
  for (const Guide& guide : chart.guides) {
    const double x = guide.label_at;
    const double y = guide.coefficient * std::pow(x, guide.exponent);
    const bool level = guide.exponent == 0.0;
    const bool leftward = guide.above == (guide.exponent > 0.0);
    text += fmt::format("set label {} {} at {}, {} {} offset {}, {} textcolor rgb '#555555'\n",
                        number++, gnuplot_quoted(guide.label), x, y,
                        level      ? (x < chart.x.high ? "center" : "right")
                        : leftward ? "right"
                                   : "left",
                        level      ? "0"
                        : leftward ? "-0.8"
                                   : "0.8",
                        guide.above ? "0.6" : "-0.6");
  }
  return text;
}

const char* curve_kind(const Curve& curve) {
  return curve.points_only ? "points" : "linespoints";
}

std::string plot(const Chart& chart, const std::string& stem) {
  const std::string data = gnuplot_quoted(stem + ".tsv");
  if (chart.bars) return plot_bars(chart, data);
  const int x = column_of(chart.over);
  std::vector<std::string> parts;
  for (const Guide& guide : chart.guides) {
    parts.push_back(fmt::format("sample [{}:{}] {} * x**({}) with lines linestyle 100 notitle",
                                guide.from, guide.to, guide.coefficient, guide.exponent));
    if (parts.size() > 1) parts.back().erase(0, sizeof "sample " - 1);
  }
  // Bars of a range are side by side where several curves have one at the same x.
  const auto x_of = [&](std::size_t i) {
    if (chart.spread != Spread::range) return fmt::format("{}", x);
    constexpr double octaves = 0.09;
    const double middle = (static_cast<double>(chart.curves.size()) - 1.0) / 2.0;
    return fmt::format("(${}*{:.4f})", x, std::exp2(octaves * (static_cast<double>(i) - middle)));
  };
  const auto points_of = [&](std::size_t i) { return fmt::format("{} index {}", data, i + 1); };
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    const Curve& curve = chart.curves[i];
    if (chart.full_pass_level && curve.full_pass) {
      parts.push_back(fmt::format("[{}:{}] {} with lines linestyle {} linewidth 1 notitle",
                                  chart.x.low, chart.x.high, curve.points.back().y.median, i + 1));
      if (parts.size() == 1) parts.back().insert(0, "sample ");
    }
    // Error bars erase the background under their points, so they are drawn before all curves.
    if (!chart.error_bars) continue;
    // mean - deviation may be negative, which a logarithmic axis cannot show.
    const std::string low = chart.spread == Spread::deviation
                                ? fmt::format("($6 > {0} ? $6 : {0})", chart.y.low)
                                : std::string("6");
    parts.push_back(
        fmt::format("{} using {}:5:{}:7 with yerrorbars linestyle {} dashtype solid "
                    "linewidth 1.2 pointtype 0 notitle",
                    points_of(i), x_of(i), low, i + 1));
  }
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    const std::string& label = chart.curves[i].label;
    parts.push_back(fmt::format(
        "{} using {}:5 with {} linestyle {} {}", points_of(i), x_of(i), curve_kind(chart.curves[i]),
        i + 1, label.empty() ? std::string("notitle") : "title " + gnuplot_quoted(label)));
  }
  return fmt::format("plot {}\n", fmt::join(parts, ", \\\n     "));
}

}  // namespace

std::string single_line(std::string_view text) {
  std::string result(text);
  std::replace_if(
      result.begin(), result.end(), [](char c) { return c == '\n' || c == '\t' || c == '\r'; },
      ' ');
  return printable(result);
}

std::string gnuplot_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : single_line(text)) {
    result += c;
    if (c == '\'') result += c;
  }
  return result + "'";
}

std::string script_head(const Chart& chart, const std::string& stem, const std::string& origin) {
  return fmt::format(
      "# {}: {}\n"
      "# {}\n"
      "# Run `gnuplot {}.gp` in this folder: draws {}.svg, .png and .pdf from {}.tsv.\n"
      "set encoding utf8\n"
      "set datafile separator tab\n",
      stem, single_line(chart.title), single_line(origin), stem, stem, stem);
}

std::string script_of(const Chart& chart, const std::string& stem, const std::string& origin) {
  if (!chart.panels.empty()) return panel_script_of(chart, stem, origin);
  std::string text = script_head(chart, stem, origin);
  const Page above = page(chart);
  text += above.text;
  text += axes(chart);
  text += style_lines(chart);
  text += guide_labels(chart);
  text += direct_labels(chart);
  text += marks(chart);
  text += fmt::format(
      "\nset terminal svg size 600, {2:.0f} dynamic rounded background '#ffffff' "
      "font 'sans-serif,14'\n"
      "set output '{0}.svg'\n"
      "{1}\n"
      "set terminal pngcairo size 1200, {3:.0f} rounded background '#ffffff' "
      "font 'sans-serif,14' fontscale 1.5 linewidth 2 pointscale 2.4\n"
      "set output '{0}.png'\n"
      "replot\n"
      "\n"
      "set terminal pdfcairo size 6in, {4:.4g}in rounded font 'sans-serif,14' fontscale 0.5 "
      "linewidth 1.6 pointscale 1\n"
      "set output '{0}.pdf'\n"
      "replot\n"
      "set output\n",
      stem, plot(chart, stem), 450.0 * above.height, 900.0 * above.height, 4.5 * above.height);
  return text;
}

std::vector<std::string> data_of(const Chart& chart) {
  if (!chart.panels.empty()) return panel_data_of(chart);
  const std::array<const char*, 3> names = names_of(chart.spread);
  std::vector<std::string> lines = {fmt::format(
      "curve\tlength\tslice\tslices\t{0}_{1}\t{0}_{2}\t{0}_{3}\tsamples{4}", chart.unit, names[0],
      names[1], names[2],
      chart.over == Over::other ? fmt::format("\t{}{}", chart.x_name, chart.bars ? "\tnote" : "")
                                : std::string())};
  for (const Curve& curve : chart.curves) {
    lines.insert(lines.end(), 2, "");
    for (const Point& p : curve.points) {
      lines.push_back(fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}", single_line(curve.label),
                                  p.length, p.slice, p.slices, p.y.median, p.y.lower, p.y.upper,
                                  p.y.samples));
      if (chart.over == Over::other) lines.back() += fmt::format("\t{}", p.x);
      if (chart.bars) lines.back() += "\t" + single_line(p.note);
    }
  }
  return lines;
}

}  // namespace slim::plots
