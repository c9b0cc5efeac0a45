// SPDX-License-Identifier: Apache-2.0
#include "plots/chart/panel_script.hpp"

#include "plots/chart/script.hpp"
#include "plots/chart/style.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace slim::plots {
namespace {

const char* kind(PanelCurve::Look look) {
  switch (look) {
    case PanelCurve::Look::area:
      return "filledcurves";
    case PanelCurve::Look::crosses:
      return "points";
    case PanelCurve::Look::line:
    case PanelCurve::Look::wide_line:
      break;
  }
  return "lines";
}

std::string curve_part(const PanelCurve& curve, const std::string& data, std::size_t index) {
  const std::string title =
      curve.label.empty() ? "notitle" : "title " + gnuplot_quoted(curve.label) + " noenhanced";
  const bool area = curve.look == PanelCurve::Look::area;
  std::string look;
  if (area) {
    look = fmt::format("fillcolor rgb '{}' fillstyle solid 1 noborder", curve.colour);
  } else if (curve.look == PanelCurve::Look::crosses) {
    look = fmt::format("linecolor rgb '{}' pointtype 2 pointsize 0.8", curve.colour);
  } else {
    look = fmt::format("linecolor rgb '{}' dashtype {} linewidth {}", curve.colour, curve.dash,
                       curve.look == PanelCurve::Look::wide_line ? 4.5 : 1.6);
  }
  return fmt::format("{} index {} using {} with {} {} {}", data, index, area ? "3:5:6" : "3:4",
                     kind(curve.look), look, title);
}

/// 1, 2 or 5 times a power of ten, such that there are two to five ticks.
double tick_step(double width) {
  const double power = std::pow(10.0, std::floor(std::log10(width)));
  for (const double step : {0.2, 0.5, 1.0}) {
    if (width / (step * power) <= 4.5) return step * power;
  }
  return 2.0 * power;
}

constexpr const char* grey = "#c4c4c4";

/// Bars from top to bottom, each below its name; the meaning of grey is above them.
std::string bar_part(const Panel& panel) {
  std::string text;
  const auto count = static_cast<double>(panel.bars.size());
  for (std::size_t i = 0; i < panel.bars.size(); ++i) {
    const PanelBar& bar = panel.bars[i];
    const double y = count - static_cast<double>(i) - 1.0;
    const auto rectangle = [&](double from, double to, const std::string& colour) {
      text += fmt::format(
          "set object rectangle from {}, {} to {}, {} fillcolor rgb '{}' fillstyle solid 1 "
          "noborder\n",
          from, y + 0.12, to, y + 0.52, colour);
    };
    if (bar.grey > 0.0) rectangle(0.0, bar.grey, grey);
    if (bar.value > 0.0) rectangle(bar.grey, bar.grey + bar.value, bar.colour);
    text += fmt::format("set label {} at {}, {} left noenhanced font ',10'\n",
                        gnuplot_quoted(bar.label), panel.x_low, y + 0.7);
  }
  if (!panel.grey_label.empty()) {
    text += fmt::format(
        "set object rectangle from screen {0}, {1} to screen {2}, {3} fillcolor rgb '{4}' "
        "fillstyle solid 1 noborder\n"
        "set label {5} at screen {6}, {7} left noenhanced font ',10'\n",
        panel.left, panel.top + 0.018, panel.left + 0.014, panel.top + 0.035, grey,
        gnuplot_quoted(panel.grey_label), panel.left + 0.02, panel.top + 0.027);
  }
  if (panel.mark > 0.0) {
    text += fmt::format(
        "set arrow from {0}, {1} to {0}, {2} nohead linecolor rgb '#333333' dashtype '-'\n"
        "set label {3} at {0}, {4} right offset -0.5, 0 noenhanced font ',10'\n",
        panel.mark, panel.y_low, panel.y_high, gnuplot_quoted(panel.mark_label),
        panel.y_high - 0.12);
  }
  return text;
}

std::string panel_part(const Panel& panel, const std::string& data, std::size_t& index) {
  std::string text = fmt::format(
      "unset object\nunset arrow\nunset label\nunset key\nunset logscale\n"
      "set lmargin at screen {}\nset rmargin at screen {}\n"
      "set bmargin at screen {}\nset tmargin at screen {}\n"
      "set xrange [{}:{}]\nset yrange [{}:{}]\n"
      "set xlabel {} noenhanced offset 0, 0.3\nset ylabel {} noenhanced offset 0.6, 0\n",
      panel.left, panel.right, panel.bottom, panel.top, panel.x_low, panel.x_high, panel.y_low,
      panel.y_high, gnuplot_quoted(panel.x_label), gnuplot_quoted(panel.y_label));
  text +=
      panel.logarithmic ? "set logscale y 10\nset format y '10^{{%T}}'\n" : "set format y '%g'\n";
  if (panel.key) {
    text += fmt::format(
        "set key at screen {}, {} left bottom maxrows 3 Left reverse samplen 3 spacing 1.1 font "
        "',11'\n",
        panel.left, panel.top + 0.012);
  }
  text += panel.bars.empty()
              ? "set border 3\nset xtics nomirror autofreq\nset ytics nomirror\n"
                "set mxtics 2\nset grid xtics ytics linetype 1 linecolor rgb "
                "'#e6e6e6' linewidth 0.8\n"
              : fmt::format("set border 1\nunset grid\nset xtics nomirror {}\nunset ytics\n",
                            tick_step(panel.x_high - panel.x_low));
  text += bar_part(panel);
  std::vector<std::string> parts;
  for (const PanelCurve& curve : panel.curves) parts.push_back(curve_part(curve, data, ++index));
  if (!panel.bars.empty()) {
    parts.push_back(
        fmt::format("{} index {} using 3:4 with points pointtype 0 linecolor rgb '#ffffff' notitle",
                    data, ++index));
  }
  return text + fmt::format("plot {}\n", fmt::join(parts, ", \\\n     "));
}

/// The verdicts, at the right below title and subtitle.
std::string verdict_part(const Chart& chart) {
  std::string text;
  for (std::size_t i = 0; i < chart.verdicts.size(); ++i) {
    const VerdictLine& verdict = chart.verdicts[i];
    text += fmt::format(
        "set label {} {} at screen 0.975, {:.3f} right noenhanced font ',10' textcolor rgb '{}'\n",
        10 + i, gnuplot_quoted(verdict.text), 0.897 - 0.022 * static_cast<double>(i),
        verdict_colour(verdict.verdict));
  }
  return text;
}

std::string page_part(const Chart& chart, const std::string& stem) {
  std::string text = fmt::format(
      "unset label\nunset object\nunset arrow\nset multiplot\nset label 1 {} at screen 0.025, "
      "0.962 left noenhanced font "
      "',16'\n"
      "set label 2 {} at screen 0.025, 0.922 left noenhanced font ',10' textcolor rgb '#555555'\n"
      "{}set border 0\nunset tics\nunset key\nset xrange [0:1]\nset yrange [0:1]\n"
      "unset logscale\nunset grid\nset xlabel\nset ylabel\nplot 2 notitle\n"
      "set tics nomirror scale 0.6 font ',11'\n",
      gnuplot_quoted(chart.title), gnuplot_quoted(chart.subtitle), verdict_part(chart));
  std::size_t index = 0;
  const std::string data = gnuplot_quoted(stem + ".tsv");
  for (const Panel& panel : chart.panels) text += panel_part(panel, data, index);
  return text + "unset multiplot\n";
}

}  // namespace

std::string panel_script_of(const Chart& chart, const std::string& stem,
                            const std::string& origin) {
  std::string text = script_head(chart, stem, origin);
  const std::string page = page_part(chart, stem);
  for (const auto& [terminal, suffix] :
       {std::pair{"svg size 760, 620 dynamic rounded background '#ffffff' font 'sans-serif,13'",
                  "svg"},
        std::pair{"pngcairo size 1520, 1240 rounded background '#ffffff' font 'sans-serif,13' "
                  "fontscale 1.5 linewidth 2 pointscale 2",
                  "png"},
        std::pair{"pdfcairo size 7.6in, 6.2in rounded font 'sans-serif,13' fontscale 0.55 "
                  "linewidth 1.4 pointscale 1",
                  "pdf"}}) {
    text += fmt::format("\nset terminal {}\nset output '{}.{}'\n{}set output\n", terminal, stem,
                        suffix, page);
  }
  return text;
}

std::vector<std::string> panel_data_of(const Chart& chart) {
  std::vector<std::string> lines = {"panel\tcurve\tx\ty\tlow\thigh"};
  const auto number = [](double x) { return fmt::format("{}", x); };
  for (const Panel& panel : chart.panels) {
    const std::string where = single_line(panel.y_label);
    for (const PanelCurve& curve : panel.curves) {
      lines.insert(lines.end(), 2, "");
      for (const PanelPoint& p : curve.points) {
        lines.push_back(fmt::format("{}\t{}\t{}\t{}\t{}\t{}", where, single_line(curve.label),
                                    number(p.x), number(p.y), number(p.low), number(p.high)));
      }
    }
    if (panel.bars.empty()) continue;
    lines.insert(lines.end(), 2, "");
    for (std::size_t i = 0; i < panel.bars.size(); ++i) {
      const PanelBar& bar = panel.bars[i];
      lines.push_back(fmt::format("{}\t{}\t{}\t{}\t{}\t{}", single_line(panel.x_label),
                                  single_line(bar.label), number(bar.grey + bar.value),
                                  panel.bars.size() - i - 1, number(bar.grey),
                                  number(bar.grey + bar.value)));
    }
  }
  return lines;
}

}  // namespace slim::plots
