// SPDX-License-Identifier: Apache-2.0
#include "plots/page/report.hpp"

#include "plots/chart/script.hpp"
#include "plots/page/html.hpp"
#include "plots/page/page_style.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <vector>

namespace slim::plots {
namespace {

std::string badge(const std::string& verdict) {
  return fmt::format(R"(<span class="badge {0}">{0}</span>)", escaped(verdict));
}

/// The paper's title, which most claims repeat, as a word; the header of the page has the title.
std::string short_source(std::string source) {
  constexpr std::string_view paper = "Sub-Linear Memory: How to Make Performers SLiM, NeurIPS 2021";
  if (source.starts_with(paper)) source.replace(0, paper.size(), "the paper");
  return source;
}

std::string verdict_row(const Verdict& v) {
  const auto cell = [](const char* name, const std::string& text) {
    return fmt::format(R"(<td role="cell" data-name="{}">{}</td>)", name, escaped(text));
  };
  return fmt::format(R"(<tr role="row"><th role="rowheader" scope="row" id="claim-{0}">{0}</th>)"
                     R"(<td role="cell">{1}</td>)",
                     escaped(v.claim),
                     badge(v.verdict) + (v.expected == v.verdict ? " as expected" : "")) +
         cell("Claim", v.statement) + cell("Statistic", v.statistic) +
         cell("Value and interval", number_and_interval(v)) + cell("Rule", v.rule) +
         cell("Evidence", v.evidence) + cell("Source", short_source(v.source)) + "</tr>\n";
}

std::string verdict_section(std::span<const Verdict> verdicts) {
  std::string html = "<section aria-labelledby=\"verdicts\"><h2 id=\"verdicts\">Verdicts</h2>\n";
  if (verdicts.empty()) {
    return html + R"(<p class="note">No claim has been judged; <code>slim-measure claims</code> )"
                  "judges them and writes <code>verdicts.json</code>.</p></section>\n";
  }
  if (!verdicts.front().scale.empty()) {
    html += fmt::format("<p class=\"quiet\">Judged at scale {}.</p>\n",
                        escaped(verdicts.front().scale));
  }
  html += R"(<table class="verdicts card" role="table"><thead role="rowgroup">)"
          R"(<tr role="row">)";
  for (const char* name : {"Name", "Verdict", "Claim", "Statistic", "Value and interval", "Rule",
                           "Evidence", "Source"}) {
    html += fmt::format(R"(<th role="columnheader" scope="col">{}</th>)", name);
  }
  html += "</tr></thead>\n<tbody role=\"rowgroup\">\n";
  for (const Verdict& v : verdicts) html += verdict_row(v);
  return html + "</tbody></table></section>\n";
}

void remember(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

/// A shell command; a browser breaks its line only between words.
std::string command_line(const std::string& line) {
  std::istringstream words(line);
  std::string html;
  for (std::string word; words >> word;) {
    html += fmt::format("{}<span>{}</span>", html.empty() ? "" : " ", escaped(word));
  }
  return html;
}

/// The paper's table 1: each cell contains the stated complexity, the counted one, and the verdict.
std::string table1_section(std::span<const Verdict> verdicts, const std::string& scale) {
  constexpr std::string_view separator = " / ";
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  for (const Verdict& v : verdicts) {
    const std::size_t at = v.cell.find(separator);
    if (at == std::string::npos) continue;
    remember(rows, v.cell.substr(0, at));
    remember(columns, v.cell.substr(at + separator.size()));
  }
  if (rows.empty()) return "";
  std::string html =
      "<section aria-labelledby=\"table1\"><h2 id=\"table1\">Table 1: theory and "
      "exact counts</h2>\n<table class=\"verdicts card\" role=\"table\"><thead "
      "role=\"rowgroup\"><tr role=\"row\"><td></td>";
  for (const std::string& column : columns) {
    html += fmt::format(R"(<th role="columnheader" scope="col">{}</th>)", escaped(column));
  }
  html += "</tr></thead><tbody role=\"rowgroup\">\n";
  for (const std::string& row : rows) {
    html += fmt::format(R"(<tr role="row"><th role="rowheader" scope="row">{}</th>)", escaped(row));
    for (const std::string& column : columns) {
      for (const Verdict& v : verdicts) {
        if (v.cell != row + std::string(separator) + column) continue;
        html += fmt::format(
            R"(<td role="cell" data-name="{}">O({})<br><span class="quiet">{}</span><br>)"
            R"(<a href="#claim-{}">{}</a></td>)",
            escaped(column), escaped(v.theory),
            escaped(v.measured.empty() ? "nothing" : v.measured), escaped(v.claim),
            badge(v.verdict));
      }
    }
    html += "</tr>\n";
  }
  return html + fmt::format("</tbody></table>\n<pre>{}</pre></section>\n",
                            command_line(
                                fmt::format("slim-measure table --scale {} --out results", scale)));
}

/// A link to the figure's data as CSV, inside the page.
std::string data_link(const DrawnFigure& drawn) {
  std::string href;
  for (const std::string& line : data_of(drawn.chart)) {
    if (line.empty()) continue;  // separates gnuplot's data sets
    std::string row = "\"";
    for (const char c : line) {
      row += c == '\t' ? "\",\"" : c == '"' ? "\"\"" : std::string(1, c);
    }
    for (const char c : row + "\"\r\n") {
      const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-';
      href += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return fmt::format(
      R"(<p><a download="{0}.csv" href="data:text/csv;charset=utf-8,{1}">{0}.csv</a></p>)"
      "\n",
      escaped(drawn.figure.name), href);
}

std::string panel_numbers(const DrawnFigure& drawn) {
  std::string html = fmt::format(
      R"(<details><summary>The numbers</summary><div class="wide" role="region" tabindex="0" )"
      R"(aria-label="Numbers of {}"><table class="numbers"><thead><tr>)",
      escaped(drawn.figure.name));
  for (const char* name : {"curve", "x", "y", "low", "high"}) {
    html += fmt::format(R"(<th scope="col">{}</th>)", name);
  }
  html += "</tr></thead><tbody>\n";
  const auto row = [&](const std::string& name, double x, double y, double low, double high) {
    html +=
        fmt::format(R"(<tr><th scope="row">{}</th><td>{:.6g}</td><td>{:.6g}</td><td>{:.6g}</td>)"
                    "<td>{:.6g}</td></tr>\n",
                    escaped(name), x, y, low, high);
  };
  for (const Panel& panel : drawn.chart.panels) {
    for (const PanelCurve& curve : panel.curves) {
      const std::string name = panel.y_label + (curve.label.empty() ? "" : ": " + curve.label);
      for (const PanelPoint& p : curve.points) row(name, p.x, p.y, p.low, p.high);
    }
    for (const PanelBar& bar : panel.bars) {
      row(panel.x_label + ": " + bar.label, bar.grey + bar.value, 0.0, bar.grey,
          bar.grey + bar.value);
    }
  }
  return html + "</tbody></table></div></details>\n";
}

std::string numbers(const DrawnFigure& drawn) {
  if (!drawn.chart.panels.empty()) return panel_numbers(drawn);
  const std::string& unit = drawn.chart.unit;
  std::string html = fmt::format(
      R"(<details><summary>The numbers</summary><div class="wide" role="region" tabindex="0" )"
      R"(aria-label="Numbers of {}"><table class="numbers"><thead><tr>)",
      escaped(drawn.figure.name));
  const auto [middle, lower, upper] = names_of(drawn.chart.spread);
  for (const std::string& name :
       {std::string("curve"), std::string("L"), std::string("C"), std::string("N"),
        fmt::format("{}, {}", middle, unit), fmt::format("{}, {}", lower, unit),
        fmt::format("{}, {}", upper, unit), std::string("samples")}) {
    html += fmt::format(R"(<th scope="col">{}</th>)", escaped(name));
  }
  html += "</tr></thead><tbody>\n";
  for (const Curve& curve : drawn.chart.curves) {
    for (const Point& p : curve.points) {
      html += fmt::format(
          R"(<tr><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>)"
          "<td>{}</td><td>{}</td></tr>\n",
          escaped(curve.label), p.length, p.slice, p.slices, p.y.median, p.y.lower, p.y.upper,
          p.y.samples);
    }
  }
  return html + "</tbody></table></div></details>\n";
}

std::string figure_block(const DrawnFigure& drawn, const Report& report) {
  const Figure& figure = drawn.figure;
  if (drawn.empty()) {
    return fmt::format(
        R"(<div class="card"><figure><h3>{}</h3><p class="note">Not drawn: there are no records )"
        "of {} for the experiment “{}”.</p></figure></div>\n",
        escaped(figure.title), name(figure.quantity), escaped(figure.experiment));
  }
  std::vector<std::string> curves;
  for (const Curve& curve : drawn.chart.curves) curves.push_back(curve.label);
  for (const Panel& panel : drawn.chart.panels) {
    for (const PanelCurve& curve : panel.curves) {
      if (!curve.label.empty()) curves.push_back(curve.label);
    }
  }
  std::string html = fmt::format("<figure class=\"card\" id=\"{}\">\n<h3>{}</h3>\n",
                                 escaped(figure.name), escaped(drawn.chart.title));
  const std::vector<Verdict> verdicts = verdicts_on(drawn, report.verdicts);
  for (const Verdict& v : verdicts) {
    html += fmt::format("<p>{0} <a href=\"#claim-{1}\">{1}</a>: {2}</p>\n", badge(v.verdict),
                        escaped(v.claim), escaped(v.statement));
  }
  html += fmt::format("{}\n<figcaption><p>{}</p>\n<p class=\"quiet\">{}.</p>\n{}",
                      inline_svg(report.svg.at(figure.name), figure.name, figure.title,
                                 fmt::format("{} Curves: {}. The numbers follow below.",
                                             figure.caption, fmt::join(curves, "; "))),
                      escaped(figure.caption), escaped(drawn.chart.subtitle), data_link(drawn));
  if (drawn.left_out > 0) {
    html += fmt::format(R"(<p class="note">{} records of other code, another machine, text or )"
                        "scale are left out.</p>\n",
                        drawn.left_out);
  }
  const experiments::Provenance& p = drawn.provenance;
  html += fmt::format(
      "<pre>{}</pre>\n<p class=\"quiet\">Measured at commit {}, preset {}, on {}, up to {}.</p>\n",
      command_line(drawn.command), escaped(p.commit), escaped(p.preset), escaped(p.processor),
      escaped(p.date));
  return html + numbers(drawn) + "</figcaption></figure>\n";
}

std::string provenance_list(const DrawnFigure& drawn) {
  const experiments::Provenance& p = drawn.provenance;
  std::string html = "<dl class=\"card\">\n";
  const auto row = [&](const char* name, const std::string& text) {
    html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, escaped(text));
  };
  row("Version", p.version);
  row("Commit", p.commit);
  row("Compiler", p.compiler);
  row("Flags", fmt::format("{} (preset {})", p.flags, p.preset));
  row("Processor", p.processor);
  row("Date", p.date);
  row("Text", drawn.corpus);
  row("Scale", drawn.scale);
  return html + "</dl>\n";
}

/// Whether both provenances are equal except for date and host.
bool one_provenance(const DrawnFigure& a, const DrawnFigure& b) {
  experiments::Provenance p = a.provenance;
  p.date = b.provenance.date;
  p.host = b.provenance.host;
  return p == b.provenance && a.corpus == b.corpus && a.scale == b.scale;
}

std::string provenance_section(std::span<const DrawnFigure> figures) {
  std::string html =
      "<section aria-labelledby=\"provenance\"><h2 id=\"provenance\">Provenance</h2>\n";
  const DrawnFigure* shown = nullptr;
  for (const DrawnFigure& drawn : figures) {
    if (drawn.empty()) continue;
    if (shown != nullptr && one_provenance(drawn, *shown)) continue;
    if (shown != nullptr) {
      html += fmt::format("<p>From the figure “{}” on:</p>\n", escaped(drawn.figure.title));
    }
    html += provenance_list(drawn);
    shown = &drawn;
  }
  return html + "</section>\n";
}

std::string summary(std::span<const Verdict> verdicts) {
  std::vector<std::string> parts;
  for (const char* name : {"SUPPORTED", "REFUTED", "INCONCLUSIVE", "NOT-JUDGED"}) {
    const auto count = std::count_if(verdicts.begin(), verdicts.end(),
                                     [&](const Verdict& v) { return v.verdict == name; });
    if (count > 0)
      parts.push_back(fmt::format(R"(<span class="badge {0}">{1} {0}</span>)", name, count));
  }
  return parts.empty() ? "" : fmt::format("<p>{}</p>\n", fmt::join(parts, " "));
}

/// The scale of the verdicts; if unknown, that of the figures.
std::string judged_scale(const Report& report) {
  if (!report.verdicts.empty() && !report.verdicts.front().scale.empty()) {
    return report.verdicts.front().scale;
  }
  std::string scale = "laptop";
  for (const DrawnFigure& drawn : report.figures) {
    if (!drawn.empty()) scale = drawn.scale;
  }
  return scale;
}

}  // namespace

std::string report_page(const Report& report) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>What a Performer’s gradient costs</title>\n<style>{}</style>\n</head>\n<body>\n"
      "<header><h1>What a Performer’s gradient costs</h1>\n"
      R"(<p class="quiet">The claims of “Sub-Linear Memory: How to Make Performers SLiM” )"
      "(Likhosherstov et al., NeurIPS 2021), measured and judged.</p>\n{}</header>\n<main>\n",
      page_style(), summary(report.verdicts));
  html +=
      "<section aria-labelledby=\"figures\"><h2 id=\"figures\">Claims and figures</h2>\n"
      "<div class=\"figures\">\n";
  for (const DrawnFigure& drawn : report.figures) html += figure_block(drawn, report);
  html += "</div></section>\n";
  html += table1_section(report.verdicts, judged_scale(report));
  html += verdict_section(report.verdicts) + provenance_section(report.figures);
  return html +
         "</main>\n<footer><p>Drawn by slim-plot. L length, C slice length, N number of "
         "slices.</p></footer>\n</body>\n</html>\n";
}

}  // namespace slim::plots
