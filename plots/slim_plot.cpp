// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/catalogue.hpp"
#include "experiments/records/record_log.hpp"
#include "plots/chart/gnuplot.hpp"
#include "plots/figures/catalogue.hpp"
#include "plots/figures/figure_files.hpp"
#include "plots/figures/verdict.hpp"
#include "plots/page/report.hpp"
#include "properties/command_line/options.hpp"
#include "properties/command_line/output_file.hpp"
#include "properties/command_line/program.hpp"
#include "properties/command_line/standard_streams.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace slim::plots {
namespace {

using command_line::falls_short;
using command_line::holds;
using command_line::note;
using command_line::print;

struct Options {
  std::filesystem::path records;
  std::filesystem::path out;
  std::vector<std::string> figures;  ///< names; empty means all
  std::vector<std::string> without;  ///< experiments whose figures are not drawn
};

/// Charts the requested figures, with the verdicts on their claims.
std::vector<DrawnFigure> requested_figures(const Options& options,
                                           std::span<const Verdict> verdicts) {
  std::vector<Figure> requested;
  for (const std::string& name : options.figures) requested.push_back(find_figure(name));
  if (requested.empty()) requested.assign(catalogue().begin(), catalogue().end());
  for (const std::string& experiment : options.without) {
    require(experiments::find_experiments(experiment).size() == 1,
            "--leave-out takes one experiment at a time, not '" + experiment + "'");
    std::erase_if(requested, [&](const Figure& figure) { return figure.experiment == experiment; });
  }
  require(!requested.empty(), "--leave-out leaves no figure to draw");

  const std::filesystem::path file = options.records / "records.jsonl";
  const std::vector<Record> records = experiments::newest(
      experiments::read_records(file, [](const std::string& line) { note(line); }));
  require(!records.empty(), file.string() + ": contains no records");
  std::vector<DrawnFigure> drawn;
  drawn.reserve(requested.size());
  for (const Figure& figure : requested) {
    drawn.push_back(chart_figure(figure, records));
    add_verdicts(drawn.back(), verdicts);
  }
  return drawn;
}

/// Reports what is missing from the figures; true when nothing is.
bool complete(const std::vector<DrawnFigure>& figures) {
  bool all = true;
  for (const DrawnFigure& drawn : figures) {
    if (drawn.left_out > 0) {
      note(fmt::format("{}: {} records of other code, machine, text or scale are left out",
                       drawn.figure.name, drawn.left_out));
    }
    if (!drawn.empty()) continue;
    note(fmt::format("{}: not drawn, there are no records of {} for experiment {}",
                     drawn.figure.name, name(drawn.figure.quantity), drawn.figure.experiment));
    all = false;
  }
  return all;
}

int draw_figures(const Options& options) {
  const std::vector<Verdict> verdicts = read_verdicts(options.records);
  const std::vector<DrawnFigure> figures = requested_figures(options, verdicts);
  write_figures(figures, options.out);
  for (const DrawnFigure& drawn : figures) {
    if (!drawn.empty()) {
      print((options.out / (drawn.figure.name + ".svg")).string() + "\n");
    }
  }
  return complete(figures) ? holds : falls_short;
}

int write_report(const Options& options) {
  const std::vector<Verdict> verdicts = read_verdicts(options.records);
  const std::vector<DrawnFigure> figures = requested_figures(options, verdicts);
  command_line::OutputFile page(options.out);  // opened before drawing, to fail early

  Report report{.verdicts = verdicts, .figures = figures, .svg = {}};
  for_each_drawn(figures,
                 [&](const DrawnFigure& drawn) { report.svg[drawn.figure.name] = svg_of(drawn); });
  page.write(report_page(report));
  page.commit();
  if (!command_line::is_standard_output(options.out)) print(options.out.string() + "\n");

  bool whole = complete(figures);
  if (verdicts.empty()) {
    note("no verdicts: run `slim-measure claims` to judge the claims");
    whole = false;
  }
  return whole ? holds : falls_short;
}

int run(int argc, char** argv) {
  CLI::App app("slim-plot: draws the paper's plots and a report from records of slim-measure",
               "slim-plot");
  command_line::add_version(app);
  app.require_subcommand(1);
  app.footer(command_line::exit_codes);
  Options options;
  CLI::App* figures = app.add_subcommand(
      "figures", "SVG, PNG and PDF of each figure, with its gnuplot script and data");
  CLI::App* report = app.add_subcommand("report", "one self-contained HTML page");
  for (CLI::App* command : {figures, report}) {
    command_line::reads_folder(command->add_option("--records", options.records,
                                                   "folder of records.jsonl and verdicts.json"))
        ->required();
    command->add_option("--figure", options.figures,
                        "draw this figure only; may be repeated (default: all)");
    command->add_option(
        "--leave-out", options.without,
        "do not draw the figures of this experiment, which was deliberately not measured; "
        "may be repeated");
  }
  command_line::writes_folder(
      figures->add_option("--out", options.out, "folder for the files, created if missing"))
      ->required();
  command_line::writes_file(
      report->add_option("--out", options.out, "the page, such as report.html; -: standard output"))
      ->required();
  if (!command_line::parse(app, argc, argv)) return holds;
  return *figures ? draw_figures(options) : write_report(options);
}

}  // namespace
}  // namespace slim::plots

int main(int argc, char** argv) {
  return slim::command_line::run_program("slim-plot", [&] { return slim::plots::run(argc, argv); });
}
