// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/figure_files.hpp"

#include "experiments/records/record_log.hpp"
#include "plots/chart/gnuplot.hpp"
#include "plots/figures/catalogue.hpp"
#include "plots/synthetic_records.test.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/text_file.hpp"

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

namespace slim::plots {
namespace {

std::vector<DrawnFigure> all_figures(const TestFolder& records) {
  write_synthetic(records);
  const std::vector<Record> read = experiments::read_records(records.path() / "records.jsonl");
  std::vector<DrawnFigure> figures;
  for (const Figure& figure : catalogue()) figures.push_back(chart_figure(figure, read));
  return figures;
}

std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(FigureFiles, are_drawn_for_every_figure) {
  const TestFolder records;
  const TestFolder out;
  const std::vector<DrawnFigure> figures = all_figures(records);
  write_figures(figures, out.path() / "figures");
  for (const DrawnFigure& drawn : figures) {
    SCOPED_TRACE(drawn.figure.name);
    const std::filesystem::path stem = out.path() / "figures" / drawn.figure.name;

    std::istringstream svg(read_text_file(stem.string() + ".svg"));
    boost::property_tree::ptree tree;
    ASSERT_NO_THROW(read_xml(svg, tree));
    EXPECT_EQ(tree.count("svg"), 1U);
    for (const Curve& curve : drawn.chart.curves) {
      EXPECT_NE(svg.str().find(curve.label), std::string::npos) << curve.label;
    }
    const std::string png = read_text_file(stem.string() + ".png");
    EXPECT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1a\n");
    EXPECT_GT(png.size(), 20000U);
    const std::string pdf = read_text_file(stem.string() + ".pdf");
    EXPECT_EQ(pdf.substr(0, 5), "%PDF-");
    EXPECT_GT(pdf.size(), 5000U);
  }
  EXPECT_EQ(entries(out.path() / "figures"), 5 * figures.size()) << "there are other files";
}

TEST(FigureFiles, are_redrawn_identically_by_their_script) {
  const TestFolder records;
  const TestFolder out;
  write_figures(all_figures(records), out.path());
  const std::string svg = read_text_file(out.path() / "time-slice.svg");
  for (const char* suffix : {".svg", ".png", ".pdf"}) {
    std::filesystem::remove(out.path() / (std::string("time-slice") + suffix));
  }
  run_gnuplot(out.path(), "time-slice.gp");
  EXPECT_EQ(read_text_file(out.path() / "time-slice.svg"), svg);
  EXPECT_EQ(entries(out.path()), 5 * catalogue().size());
}

TEST(FigureFiles, follow_symbolic_links) {
  const TestFolder records;
  const TestFolder out;
  write_synthetic(records);
  const std::vector<Record> read = experiments::read_records(records.path() / "records.jsonl");
  out.write("target", "old");
  std::filesystem::create_symlink("target", out.path() / "time-length.svg");
  write_figures(std::vector{chart_figure(find_figure("time-length"), read)}, out.path());
  EXPECT_TRUE(std::filesystem::is_symlink(out.path() / "time-length.svg"));
  EXPECT_NE(read_text_file(out.path() / "target").find("<svg"), std::string::npos);
}

TEST(FigureFiles, are_written_all_or_none) {
  const TestFolder records;
  const TestFolder out;
  std::vector<DrawnFigure> figures = all_figures(records);
  figures.back().chart.panels.front().y_low = std::nan("");  // gnuplot rejects this range
  EXPECT_THROW(write_figures(figures, out.path()), GnuplotError);
  EXPECT_EQ(entries(out.path()), 0U);
}

// gnuplot exits with status 0 when the disk is full.
TEST(FigureFiles, are_refused_when_truncated) {
  const TestFolder folder;
  const auto write_whole = [&] {
    folder.write("x.svg", "<svg>\n</svg>\n\n");
    folder.write("x.png", "\x89PNG IEND\xae\x42\x60\x82");
    folder.write("x.pdf", "%PDF-1.5\n%%EOF\n");
  };
  write_whole();
  EXPECT_NO_THROW(require_whole_figure(folder.path(), "x"));
  for (const char* suffix : {".svg", ".png", ".pdf"}) {
    for (const std::uintmax_t size : {0, 4}) {
      write_whole();
      std::filesystem::resize_file(folder.path() / (std::string("x") + suffix), size);
      EXPECT_THROW(require_whole_figure(folder.path(), "x"), GnuplotError) << suffix << size;
    }
  }
}

TEST(FigureFiles, refuse_a_folder_that_cannot_be_made) {
  const TestFolder records;
  records.write("file", "");
  EXPECT_THROW(write_figures(all_figures(records), records.path() / "file" / "figures"),
               ContractError);
}

TEST(FigureFiles, run_no_command_from_a_record) {
  const TestFolder folder;
  write_synthetic(folder);
  std::vector<Record> records = experiments::read_records(folder.path() / "records.jsonl");
  const std::string evil = (folder.path() / "evil").string();
  const std::string subject =
      "a' \"\n`touch " + evil + "` <b> {x}_y^z @w ;system('touch " + evil + "')#";
  const std::string processor = "x\nsystem('touch " + evil + "')";
  for (Record& record : records) {
    record.setting.subject = subject;
    record.provenance.processor = processor;
  }
  const TestFolder out;
  write_figures(std::vector{chart_figure(find_figure("time-length"), records)}, out.path());
  EXPECT_FALSE(std::filesystem::exists(evil));
  std::istringstream svg(read_text_file(out.path() / "time-length.svg"));
  boost::property_tree::ptree tree;
  EXPECT_NO_THROW(read_xml(svg, tree));
}

}  // namespace
}  // namespace slim::plots
