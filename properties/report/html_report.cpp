// SPDX-License-Identifier: Apache-2.0
#include "properties/report/certificate.hpp"
#include "properties/report/coverage_in_words.hpp"
#include "properties/report/drift.hpp"
#include "properties/report/failure_groups.hpp"
#include "properties/report/legend.hpp"
#include "properties/report/place.hpp"
#include "properties/report/unclaimed_laws.hpp"
#include "properties/report/unusual_declarations.hpp"
#include "properties/report/verdict_table.hpp"
#include "reference/vocabulary/system/markup.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace slim::properties::foreign {
namespace {

constexpr double chart_height = 150.0;
constexpr double widest_chart = 640.0;
constexpr double narrowest_chart = 300.0;
constexpr double widest_bar = 40.0;
constexpr double decades = 20.0;  ///< from 1e-18 to 100; larger values are at the top

double height_of(double value) {
  if (!(value > 0.0)) return 0.0;
  const double decade = std::isfinite(value) ? std::log10(value) + 18.0 : decades;
  return std::clamp(decade / decades, 0.0, 1.0) * chart_height;
}

/// Horizontal lines at powers of ten.
std::string scale_lines(double width) {
  std::string svg;
  for (const int power : {-18, -12, -6, 0}) {
    const double y = chart_height - height_of(std::pow(10.0, power));
    svg += fmt::format(R"(<line class="scale" x1="0" x2="{:.0f}" y1="{:.1f}" y2="{:.1f}"/>)"
                       R"(<text x="-38" y="{:.1f}">1e{}</text>)",
                       width, y, y, y + 4, power);
  }
  return svg;
}

/// The error of a row as a bar, which is red if it exceeds the bound; the bound as a line.
std::string bar(const RowError& row, double x, double step) {
  const bool within = row.error <= row.bound;
  const double height = std::max(2.0, height_of(row.error));
  const double bound = chart_height - height_of(row.bound);
  return fmt::format(
      R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>row {}: )"
      R"(error {:.3g}, {}</title></rect>)"
      R"(<line class="bound" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>)",
      within ? "within" : "beyond", x + 0.1 * step, chart_height - height, 0.8 * step, height,
      row.row, row.error, bound_in_words(row.bound), x, x + step, bound, bound);
}

std::string slice_edge(double x) {
  return fmt::format(R"(<line class="edge" x1="{0:.1f}" x2="{0:.1f}" y1="-8" y2="{1:.0f}"/>)", x,
                     chart_height + 5);
}

/// What the law compared in the worst tensor: a bar for each of its rows.
std::string chart(const Counterexample& found) {
  const Discrepancy& worst = found.finding.worst;
  const Index rows = worst.rows.back().row + 1;
  const auto count = static_cast<double>(rows);
  const double width = std::clamp(widest_bar * count, narrowest_chart, widest_chart);
  const double step = std::min(widest_bar, width / count);
  std::string svg = fmt::format(
      R"(<figure><svg viewBox="-40 -10 {0:.0f} {1:.0f}" width="{0:.0f}" height="{1:.0f}" )"
      R"(role="img" aria-label="error of {2} by row">)",
      width + 50, chart_height + 20, html(worst.tensor));
  svg += scale_lines(width);
  for (const RowError& row : worst.rows) {
    svg += bar(row, static_cast<double>(row.row) * step, step);
  }
  const Index C = slice_length_of(found);
  for (Index row = C; C > 0 && row < rows; row += C) {
    svg += slice_edge(static_cast<double>(row) * step);
  }
  std::string caption = fmt::format("{}: ", html(worst.tensor));
  caption += rows == 1 ? "row 0" : fmt::format("rows 0 to {}", rows - 1);
  if (C > 0) caption += fmt::format(", slices of {}", C);
  if (static_cast<Index>(worst.rows.size()) < rows)
    caption += "; rows without a bar were not compared";
  const bool is_of_bits =
      std::ranges::all_of(worst.rows, [](const RowError& row) { return !(row.bound > 0.0); });
  if (is_of_bits) caption += "; no bit may differ, so every bound is 0";
  return svg + fmt::format("</svg><figcaption>{}</figcaption></figure>", caption);
}

/// The chart of a failure, or the reason why there is none.
std::string drawn(const Counterexample& found) {
  if (!found.finding.has_numbers()) return "<p>No chart: there was no answer to compare.</p>";
  if (found.finding.worst.rows.empty()) return "<p>No chart: the law compares a single number.</p>";
  return chart(found);
}

/// A row for each verdict, failures first.
std::string verdict_rows(const RunResult& result, const UnclaimedLaws& unclaimed) {
  std::string failures;
  std::string others;
  for (const Verdict& verdict : result.verdicts) {
    if (unclaimed.has(verdict.law)) continue;
    const Tally& tally = verdict.tally;
    (verdict.unclaimed() || verdict.holds() ? others : failures) += fmt::format(
        "<tr class=\"{}\"><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{} + {} + "
        "{} = {}</td></tr>\n",
        verdict.unclaimed() ? "none"
        : verdict.holds()   ? "good"
                            : "bad",
        summary(verdict), html(verdict.law), name(verdict.scalar), in_short(tally.worst.ratio()),
        level_name(verdict.law), tally.executed(), tally.skipped_in_all(), tally.not_run,
        tally.cases);
  }
  return failures + others;
}

std::string level_rows(const RunResult& result) {
  std::string rows;
  for (const LevelVerdict& level : level_verdicts(result)) {
    if (level.of == 0) continue;
    rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", name(level.level),
                        name(level.standing), html(in_words(level)));
  }
  return rows;
}

/// Laws that are not in the table, with the number of their checks.
std::string unclaimed_paragraph(const UnclaimedLaws& laws) {
  if (laws.names.empty()) return {};
  return fmt::format("<p class=\"none\">{}: {}. Missing claims: {}.</p>\n", html(headline(laws)),
                     html(fmt::format("{}", fmt::join(laws.names, ", "))),
                     html(reasons_in_words(laws)));
}

/// The note of a finding, if it has one, and its worst number, if it has one.
std::string failing(const Finding& finding) {
  const std::string note = finding.note.empty() ? "" : "It " + finding.note + ". ";
  if (!finding.has_numbers()) return note;
  const Discrepancy& worst = finding.worst;
  return note + fmt::format("{}, row {}: {}.", worst.tensor, worst.row, error_in_words(worst));
}

/// The failures of a group that are not shown in full.
std::string others_table(const Certified& of, const FailureGroup& group) {
  if (group.others.empty()) return {};
  std::string text = fmt::format(
      "<p>It {}</p>\n<div "
      "class=\"wide\"><table><tr><th>law</th><th>scalar</th><th>failure</th><th>replay</th></tr>\n",
      headline_of_others(group));
  for (const std::size_t place : group.others) {
    const Counterexample& other = of.result.counterexamples[place];
    text += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td><code>{}</code></td></tr>\n",
                        html(other.law), name(other.scalar), html(in_brief(other.finding)),
                        html(of.replay_lines.at(place)));
  }
  return text + "</table></div>\n";
}

/// Light or dark as the reader's system is set. Wide content scrolls in its own frame.
constexpr const char* style = R"css(
:root{color-scheme:light dark;--paper:#fff;--ink:#222;--faint:#686868;--rule:#ccc;--panel:#f4f4f4;
--good:#d9f2d9;--bad:#fbdcdc;--within:#2f8f6b;--beyond:#c33;--edge:#36c}
@media(prefers-color-scheme:dark){:root{--paper:#16181b;--ink:#e4e4e4;--faint:#9a9a9a;--rule:#45494f;
--panel:#22262b;--good:#1d3d26;--bad:#54232a;--within:#58c79c;--beyond:#ff6b6b;--edge:#7aa2ff}}
body{font:15px/1.45 sans-serif;background:var(--paper);color:var(--ink);max-width:62em;
margin:1.5em auto;padding:0 1em}
.wide,figure{overflow-x:auto;margin:.8em 0}
table{border-collapse:collapse}
td,th{border:1px solid var(--rule);padding:.2em .6em;text-align:left;white-space:nowrap}
.levels td:last-child{white-space:normal}
.good td:first-child{background:var(--good)}.bad td:first-child{background:var(--bad)}
.name{font-weight:bold}.none,.none td{color:var(--faint)}
p,code,h1,h2{overflow-wrap:anywhere}
pre{background:var(--panel);padding:.6em;overflow-x:auto}
svg{display:block}svg text{font-size:11px;fill:var(--faint)}figcaption{color:var(--faint)}
.scale{stroke:var(--rule)}.bound{stroke:var(--ink);stroke-width:1.5}
.edge{stroke:var(--edge);stroke-dasharray:4 3}
.within{fill:var(--within)}.beyond{fill:var(--beyond)}
)css";

std::string unusual_paragraph(const Subject& subject) {
  const Subject* one = &subject;
  std::string paragraphs;
  for (const std::string& line : unusual_declarations_in_words({&one, 1})) {
    paragraphs += "<p class=\"name\">" + html(line) + "</p>\n";
  }
  return paragraphs;
}

/// The failures, each kind in its smallest case.
std::string failures(const Certified& of) {
  std::string page;
  if (!of.result.counterexamples.empty()) {
    page +=
        "<p>Each kind of failure is shown in its smallest case. Bars: the largest error of each "
        "row of the worst tensor that the law compared, on a logarithmic axis, red if it exceeds "
        "its bound. Solid lines: bounds. Dashed lines: beginnings of slices.</p>\n";
  }
  for (const std::string& sentence : legend_of(of.result.counterexamples)) {
    page += "<p class=\"none\">" + html(sentence) + "</p>\n";
  }
  for (const FailureGroup& group : failure_groups(of.result.counterexamples, of.looks)) {
    const Counterexample& found = of.result.counterexamples[group.shown];
    page += fmt::format("<h2>{}: {} in {}</h2>\n<p>{}</p>\n", name(found.finding.failure),
                        html(found.law), name(found.scalar), html(failing(found.finding)));
    if (!of.looks.empty()) {
      const char* item = "<p class=\"name\">{}</p>\n";
      for (const std::string& line : of.looks.at(group.shown).lines) {
        page += fmt::format(fmt::runtime(item), html(line));
        item = "<p>{}</p>\n";
      }
    }
    page += fmt::format(
        "<p>Smallest case, after {} steps: <code>{}</code></p>\n<pre>{}</pre>\n{}\n", found.shrinks,
        html(found.readable), html(of.replay_lines.at(group.shown)), drawn(found));
    page += others_table(of, group);
  }
  return page;
}

}  // namespace

std::string to_html(const Certified& of) {
  const Declaration& declared = of.foreign.declaration;
  const UnclaimedLaws unclaimed = unclaimed_laws(of.result);
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><title>{0}</title><style>"
      "{1}</style></head><body>\n<h1>{0} {2}: {3}</h1>\n<p>{4} cases per law, seed {5}, harness "
      "{6}, {7:.1f} s. {8}.</p>\n{9}<div "
      "class=\"wide\"><table "
      "class=\"levels\"><tr><th>level</th><th>status</th><th>laws</th></tr>\n",
      html(declared.name), style, html(declared.version),
      html(how_it_went(of.result, of.expectation)), of.plan.cases, of.plan.seed,
      html(of.harness_version), of.seconds, html(conventions_line(declared)),
      unusual_paragraph(of.foreign.subject));
  page += level_rows(of.result);
  page += "</table></div>\n" + failures(of);
  page +=
      "<h2>Verdicts</h2>\n<p>Ratio: the largest error / bound. Cases: "
      "executed + skipped + not run = all.</p>\n<div "
      "class=\"wide\"><table><tr><th>verdict</th><th>law</th><th>scalar</th>"
      "<th>ratio</th><th>level</th><th>cases</th></tr>\n" +
      verdict_rows(of.result, unclaimed) + "</table></div>\n" + unclaimed_paragraph(unclaimed);
  for (const std::string& shortfall : of.result.shortfalls()) {
    page += fmt::format("<p class=\"name\">Falls short: {}.</p>\n", html(shortfall));
  }
  for (const std::string& line : not_as_expected(of)) {
    page += fmt::format("<p class=\"name\">Not as expected: {}.</p>\n", html(line));
  }
  for (const std::string& line : drift_in_words(of.result)) page += "<p>" + html(line) + "</p>\n";
  for (const std::string& line : coverage_in_words(of.plan, of.result)) {
    page += "<p>" + html(line) + "</p>\n";
  }
  return page + "</body></html>\n";
}

}  // namespace slim::properties::foreign
