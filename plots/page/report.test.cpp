// SPDX-License-Identifier: Apache-2.0
#include "plots/page/report.hpp"

#include "experiments/records/record_log.hpp"
#include "plots/figures/catalogue.hpp"
#include "plots/figures/figure_files.hpp"
#include "plots/synthetic_records.test.hpp"
#include "reference/vocabulary/scalars/printable.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace slim::plots {
namespace {

std::string page_of(const std::vector<Record>& records, const std::vector<Verdict>& verdicts) {
  std::vector<DrawnFigure> figures;
  for (const Figure& figure : catalogue()) figures.push_back(chart_figure(figure, records));
  Report report{.verdicts = verdicts, .figures = figures, .svg = {}};
  for (const DrawnFigure& drawn : figures) {
    if (!drawn.empty()) report.svg[drawn.figure.name] = svg_of(drawn);
  }
  return report_page(report);
}

class ReportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    write_synthetic(folder_);
    records_ = experiments::read_records(folder_.path() / "records.jsonl");
    verdicts_ = read_verdicts(folder_.path());
  }

  TestFolder folder_;
  std::vector<Record> records_;
  std::vector<Verdict> verdicts_;
};

TEST_F(ReportTest, shows_each_verdict_and_each_figure) {
  const std::string page = page_of(records_, verdicts_);
  const auto shows = [&](const std::string& text) {
    EXPECT_NE(page.find(text), std::string::npos) << text;
  };
  for (const Verdict& v : verdicts_) {
    shows("id=\"claim-" + v.claim + "\"");
    shows("<span class=\"badge " + v.verdict + "\">");
    shows(v.statement);
    shows(v.evidence);
  }
  for (const Figure& figure : catalogue()) {
    shows(R"(<figure class="card" id=")" + figure.name + "\">");
    shows("<span>--figure</span> <span>" + figure.name + "</span>");
    shows("aria-labelledby=\"" + figure.name + "-title");
    shows("download=\"" + figure.name + ".csv\" href=\"data:text/csv;charset=utf-8,%22");
  }
  shows("Imaginary 9000");
  shows("0123456789ab");
  shows("gcide.dict.dz");
  shows("da39a3ee5e6b4b0d3255bfef95601890afd80709");
  shows("1.013 in [0.97, 1.06]");
}

TEST_F(ReportTest, shows_the_scale_of_the_verdicts) {
  EXPECT_EQ(page_of(records_, verdicts_).find("Judged at scale"), std::string::npos)
      << "the scale is unknown";
  for (Verdict& verdict : verdicts_) verdict.scale = "paper";
  EXPECT_NE(page_of(records_, verdicts_).find("Judged at scale paper."), std::string::npos);
}

TEST_F(ReportTest, has_the_twelve_cells_of_table_1) {
  const std::string page = page_of(records_, verdicts_);
  const std::size_t begin = page.find("<h2 id=\"table1\">");
  ASSERT_NE(begin, std::string::npos);
  const std::string table = page.substr(begin, page.find("</section>", begin) - begin);
  const auto count = [&](const std::string& text) {
    std::size_t found = 0;
    for (std::size_t at = table.find(text); at != std::string::npos;
         at = table.find(text, at + 1)) {
      ++found;
    }
    return found;
  };
  EXPECT_EQ(count("scope=\"row\""), 4U);
  EXPECT_EQ(count("scope=\"col\""), 3U);
  EXPECT_EQ(count("O((L/C)(1 + log C))"), 12U);
  EXPECT_EQ(count("14 N ⌈log₂ C⌉"), 12U);
  EXPECT_EQ(count("badge SUPPORTED"), 12U);
}

TEST_F(ReportTest, shows_the_options_that_reproduce_a_figure) {
  const std::string option = "<span>--corpus</span> <span>enwik8</span>";
  EXPECT_EQ(page_of(records_, verdicts_).find(option), std::string::npos);
  for (Record& record : records_) record.setting.corpus = "enwik8";
  EXPECT_NE(page_of(records_, verdicts_).find(option), std::string::npos);
}

TEST_F(ReportTest, is_self_contained) {
  const std::string page = page_of(records_, verdicts_);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("<link"), std::string::npos);
  EXPECT_EQ(page.find("src="), std::string::npos);
  EXPECT_EQ(page.find("@import"), std::string::npos);
  // The only addresses are XML namespaces.
  static const std::regex address(R"(https?://[^"'\s<]*)");
  for (std::sregex_iterator i(page.begin(), page.end(), address), end; i != end; ++i) {
    EXPECT_TRUE(i->str().starts_with("http://www.w3.org/")) << i->str();
  }
}

TEST_F(ReportTest, has_unique_ids_and_valid_references) {
  const std::string page = page_of(records_, verdicts_);
  static const std::regex id(R"(\bid=["']([^"']*)["'])");
  static const std::regex reference(R"((?:href=["']#|url\(#)([^"')]*))");
  std::set<std::string> ids;
  for (std::sregex_iterator i(page.begin(), page.end(), id), end; i != end; ++i) {
    EXPECT_TRUE(ids.insert((*i)[1]).second) << (*i)[1] << " is not unique";
  }
  std::size_t references = 0;
  for (std::sregex_iterator i(page.begin(), page.end(), reference), end; i != end; ++i) {
    EXPECT_TRUE(ids.contains((*i)[1])) << (*i)[1];
    ++references;
  }
  EXPECT_GT(references, 20U);
}

TEST_F(ReportTest, escapes_hostile_records) {
  const std::string evil = "<script>alert(1)</script>\"'&\x1b[31m\u202e";
  for (Record& record : records_) {
    record.setting.subject = evil;
    record.scale = evil;
    record.setting.corpus = evil;
    record.corpus_sha1 = evil;
    record.provenance = {evil, evil, evil, evil, evil, evil, evil, evil};
  }
  Verdict verdict = verdicts_[0];
  verdict.claim = verdict.statement = verdict.statistic = verdict.rule = verdict.evidence =
      verdict.source = evil;
  const std::string page = page_of(records_, {verdict});
  EXPECT_EQ(printable(page), page) << "it has a character that is never printed";
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;"), std::string::npos);
  EXPECT_EQ(page.find("\"'&\""), std::string::npos);
}

TEST_F(ReportTest, reports_missing_verdicts_and_figures) {
  std::erase_if(records_, [](const Record& r) { return r.experiment == "slice"; });
  const std::string page = page_of(records_, {});
  EXPECT_NE(page.find("No claim has been judged"), std::string::npos);
  EXPECT_NE(page.find("Not drawn"), std::string::npos);
  EXPECT_NE(page.find("“slice”"), std::string::npos);
}

}  // namespace
}  // namespace slim::plots
