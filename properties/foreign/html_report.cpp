#include "properties/foreign/certificate.hpp"
#include "properties/foreign/markup.hpp"
#include "properties/judgement/attention_evidence.hpp"
#include "properties/program/drift.hpp"
#include "properties/program/failure_groups.hpp"
#include "properties/program/legend.hpp"
#include "properties/program/place.hpp"
#include "properties/program/unclaimed_laws.hpp"
#include "properties/program/verdict_table.hpp"
#include "reference/vocabulary/attention_case.hpp"
#include "reference/vocabulary/contract.hpp"
#include "reference/vocabulary/printable.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace slim::properties::foreign {
namespace {

/// The largest error of a row and the bound at that entry, over sequences, heads and columns.
struct RowError {
  double error = 0.0;
  double bound = 0.0;
};

std::vector<RowError> errors_by_row(const AttentionAnswer& answer, AttentionEvidence& evidence,
                                    Scalar scalar, AttentionArray array) {
  const Heads<Digits50>& given = array_of(answer, array);
  const Heads<Digits50>& truth = array_of(evidence.truth(scalar), array);
  const HeadsSizes& n = given.sizes();
  std::vector<RowError> rows(static_cast<std::size_t>(n.rows));
  for (std::size_t place = 0; place < given.values().size(); ++place) {
    double error = to_double(Digits50(abs(given.values()[place] - truth.values()[place])));
    if (!std::isfinite(error)) error = INFINITY;
    const std::size_t row = place / static_cast<std::size_t>(n.cols) % rows.size();
    if (error < rows[row].error) continue;
    rows[row] = {error, evidence.band(scalar, array, place).pass};
  }
  return rows;
}

constexpr double chart_width = 640.0;
constexpr double chart_height = 150.0;
constexpr double decades = 20.0;  ///< from 1e-18 up to 100, and beyond is at the top

double height_of(double value) {
  if (!(value > 0.0)) return 0.0;
  const double decade = std::isfinite(value) ? std::log10(value) + 18.0 : decades;
  return std::clamp(decade / decades, 0.0, 1.0) * chart_height;
}

/// Bars: the error of each row, on a logarithmic axis; a dash: its bound; lines: edges of slices.
std::string chart(const std::string& tensor, const std::vector<RowError>& rows, Index slice) {
  const double step = chart_width / static_cast<double>(rows.size());
  std::string svg = fmt::format(
      "<figure><svg viewBox=\"-40 -10 {:.0f} {:.0f}\" width=\"{:.0f}\" role=\"img\" "
      "aria-label=\"error of {} by row\">",
      chart_width + 50, chart_height + 40, chart_width + 50, html(tensor));
  for (const int power : {-18, -12, -6, 0}) {
    const double y = chart_height - height_of(std::pow(10.0, power));
    svg += fmt::format(
        "<line x1=\"0\" x2=\"{:.0f}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#ddd\"/><text x=\"-38\" "
        "y=\"{:.1f}\" font-size=\"11\">1e{}</text>",
        chart_width, y, y, y + 4, power);
  }
  for (std::size_t l = 0; l < rows.size(); ++l) {
    const double x = static_cast<double>(l) * step;
    const bool within = rows[l].error <= rows[l].bound;
    const double h = std::max(1.0, height_of(rows[l].error));
    svg += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"><title>row "
        "{}: error {:.3g}, bound {:.3g}</title></rect>",
        x + 0.1 * step, chart_height - h, 0.8 * step, h, within ? "#4a8" : "#c33", l, rows[l].error,
        rows[l].bound);
    const double bound = chart_height - height_of(rows[l].bound);
    svg += fmt::format(
        "<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#000\"/>", x,
        x + step, bound, bound);
    if (l > 0 && static_cast<Index>(l) % slice == 0) {
      svg += fmt::format(
          "<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"-5\" y2=\"{:.0f}\" stroke=\"#36c\" "
          "stroke-dasharray=\"4 3\"/>",
          x, x, chart_height + 5);
    }
  }
  return svg + fmt::format(
                   "<text x=\"0\" y=\"{:.0f}\" font-size=\"12\">{}: rows 0 to {}, slices of "
                   "{}</text></svg></figure>",
                   chart_height + 22, html(tensor), rows.size() - 1, slice);
}

/// The failing case asked again and drawn; why not, where it cannot be.
std::string drawn(const Counterexample& found, const Subject& subject) {
  if (found.finding.failure == Failure::hang) return "<p>It is not asked again to be drawn.</p>";
  try {
    AttentionEvidence evidence(to_attention_inputs(found.file));
    const AttentionAnswer answer = ask(subject, found.scalar, evidence.given());
    std::string charts;
    for (const AttentionArray array :
         {AttentionArray::out, AttentionArray::dq, AttentionArray::dk, AttentionArray::dv}) {
      if (array_of(answer, array).empty()) continue;
      charts +=
          chart(std::string(name(array)), errors_by_row(answer, evidence, found.scalar, array),
                evidence.given().slice_length);
    }
    return charts;
  } catch (const ContractError&) {
    return "<p>The case is not one of attention: it is not drawn.</p>";
  } catch (const SubjectError& error) {
    return fmt::format("<p>Asked again it gave nothing to draw: {}.</p>", html(error.what()));
  }
}

std::string verdict_rows(const RunResult& result, const UnclaimedLaws& unclaimed) {
  std::string rows;
  for (const Verdict& verdict : result.verdicts) {
    if (unclaimed.has(verdict.law)) continue;
    const Tally& tally = verdict.tally;
    rows += fmt::format(
        "<tr class=\"{}\"><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{} + {} + "
        "{} = {}</td></tr>\n",
        verdict.unclaimed() ? "none"
        : verdict.holds()   ? "good"
                            : "bad",
        name(level_of(verdict.law)), html(verdict.law), name(verdict.scalar), summary(verdict),
        in_short(tally.worst.ratio()), tally.executed(), tally.skipped_in_all(), tally.not_run,
        tally.cases);
  }
  return rows;
}

/// Laws that are in no row, with all their checks.
std::string unclaimed_paragraph(const UnclaimedLaws& laws) {
  if (laws.names.empty()) return {};
  return fmt::format("<p class=\"none\">{}: {}. Missing: {}.</p>\n", html(headline(laws)),
                     fmt::join(laws.names, ", "), html(reasons_in_words(laws)));
}

/// How it fails: in words where there are any, and the worst number where there is one.
std::string failing(const Finding& finding) {
  const std::string note = finding.note.empty() ? "" : "It " + finding.note + ". ";
  if (!finding.has_numbers()) return note;
  const Discrepancy& worst = finding.worst;
  return note + fmt::format("{}, row {}: {}.", worst.tensor, worst.row, error_in_words(worst));
}

/// The failures of a group that are not drawn.
std::string others_table(const Certified& of, const FailureGroup& group) {
  if (group.others.empty()) return {};
  std::string text = fmt::format(
      "<p>It {}</p>\n<table><tr><th>law</th><th>scalar</th><th>failure</th><th>again</th></tr>\n",
      headline_of_others(group));
  for (const std::size_t place : group.others) {
    const Counterexample& other = of.result.counterexamples[place];
    text += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td><code>{}</code></td></tr>\n",
                        html(other.law), name(other.scalar), html(in_brief(other.finding)),
                        html(of.replay_lines.at(place)));
  }
  return text + "</table>\n";
}

constexpr const char* style =
    "body{font:15px sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.2em .6em;text-align:left}"
    ".good td:nth-child(4){background:#dfd}.bad td:nth-child(4){background:#fdd}"
    ".name{font-weight:bold}.none,.none "
    "td{color:#777}pre{background:#f4f4f4;padding:.6em;overflow-x:auto}";

}  // namespace

std::string to_html(const Certified& of) {
  const Declaration& declared = of.foreign.declaration;
  const UnclaimedLaws unclaimed = unclaimed_laws(of.result);
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title><style>"
      "{1}</style></head><body>\n<h1>{0} {2}: {3}</h1>\n<p>{4} cases a law, seed {5}, harness {6}, "
      "{7:.1f} s. {8}.</p>\n<table><tr><th>level</th><th>standing</th><th>laws</th><th>cases</th>"
      "<th>broken</th></tr>\n",
      html(declared.name), style, html(declared.version),
      of.result.holds() ? "all laws hold" : "NOT all laws hold", of.plan.cases, of.plan.seed,
      of.harness_version, of.seconds, html(conventions_line(declared)));
  for (const LevelVerdict& level : level_verdicts(of.result)) {
    page += fmt::format("<tr><td>{}</td><td>{}</td><td>{} of {}</td><td>{}</td><td>{}</td></tr>\n",
                        name(level.level), name(level.standing), level.claimed, level.laws,
                        level.executed, html(fmt::format("{}", fmt::join(level.broken, ", "))));
  }
  page +=
      "</table>\n<h2>Verdicts</h2>\n<p>Ratio: the worst error over its bound. Cases: executed + "
      "skipped + not run = all.</p>\n<table><tr><th>level</th><th>law</th><th>scalar</th>"
      "<th>verdict</th><th>ratio</th><th>cases</th></tr>\n" +
      verdict_rows(of.result, unclaimed) + "</table>\n" + unclaimed_paragraph(unclaimed);
  for (const std::string& shortfall : of.result.shortfalls()) {
    page += fmt::format("<p class=\"name\">Falls short: {}.</p>\n", html(shortfall));
  }
  for (const std::string& line : drift_in_words(of.result)) page += "<p>" + html(line) + "</p>\n";
  if (!of.result.counterexamples.empty()) {
    page +=
        "<p>Below, each kind of failure in its smallest case. Bars: the largest error of a row, on "
        "a "
        "logarithmic axis, red beyond its bound, which is the black line; dashed: where a slice "
        "begins.</p>\n";
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
      for (const std::string& line : of.looks.at(group.shown)) {
        page += fmt::format(fmt::runtime(item), html(line));
        item = "<p>{}</p>\n";
      }
    }
    page +=
        fmt::format("<p>Smallest case, after {} steps: <code>{}</code></p>\n<pre>{}</pre>\n{}\n",
                    found.shrinks, html(found.readable), html(of.replay_lines.at(group.shown)),
                    drawn(found, of.foreign.subject));
    page += others_table(of, group);
  }
  return page + "</body></html>\n";
}

}  // namespace slim::properties::foreign
