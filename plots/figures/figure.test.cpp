// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/figure.hpp"

#include "experiments/claims/claim.hpp"
#include "plots/figures/catalogue.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <tuple>

namespace slim::plots {
namespace {

Record bytes(Index length, std::int64_t peak, const std::string& code) {
  Record record;
  record.experiment = "length";
  record.setting.length = length;
  record.setting.slice = 4;
  record.measured = experiments::Bytes{.tokens = 100, .peak = peak, .scratch = {}};
  record.provenance.code = code;
  return record;
}

TEST(Figures, have_unique_names) {
  std::set<std::string> names;
  for (const Figure& figure : catalogue()) names.insert(figure.name);
  EXPECT_EQ(names.size(), catalogue().size());
  EXPECT_EQ(names, (std::set<std::string>{"memory-length",
                                          "time-length",
                                          "memory-slice",
                                          "time-slice",
                                          "figure2-time",
                                          "figure2-memory",
                                          "figure2-discrepancy",
                                          "crossing-memory",
                                          "crossing-time",
                                          "overhead",
                                          "critical-path",
                                          "drift-boundary",
                                          "drift-slice",
                                          "drift-length",
                                          "device",
                                          "distributed",
                                          "features",
                                          "figure3-copying",
                                          "figure3-text",
                                          "fine-tuning",
                                          "exact"}));
  EXPECT_THROW(find_figure("memory"), ContractError);
}

TEST(Figures, show_every_claim_outside_table_1) {
  std::set<std::string> carried;
  for (const Figure& figure : catalogue()) {
    carried.insert(figure.claims.begin(), figure.claims.end());
  }
  for (const experiments::Claim& claim : experiments::built_in_claims()) {
    const bool is_carried = carried.erase(claim.name) > 0;
    EXPECT_TRUE(is_carried || !claim.cell.empty()) << claim.name;
  }
  EXPECT_EQ(carried, std::set<std::string>()) << "these are not claims";
}

TEST(Figures, show_memory_without_the_tokens) {
  const DrawnFigure drawn = chart_figure(find_figure("memory-length"),
                                         std::vector{bytes(8, 150, "x"), bytes(16, 170, "x")});
  ASSERT_EQ(drawn.chart.curves.size(), 1U);
  EXPECT_EQ(drawn.chart.curves[0].points[0].y.median, 50.0);
  EXPECT_EQ(drawn.chart.curves[0].points[1].y.median, 70.0);
}

TEST(Figures, leave_out_records_of_other_code) {
  const DrawnFigure drawn =
      chart_figure(find_figure("memory-length"),
                   std::vector{bytes(8, 150, "old"), bytes(16, 170, "new"), bytes(32, 190, "new")});
  ASSERT_EQ(drawn.chart.curves.size(), 1U);
  EXPECT_EQ(drawn.chart.curves[0].points.size(), 2U);
  EXPECT_EQ(drawn.left_out, 1U);
}

TEST(Figures, show_the_newest_code_in_any_order_of_records) {
  std::vector<Record> records = {bytes(8, 150, "new"), bytes(16, 170, "old")};
  records[0].provenance.date = "2026-02-01T00:00:00Z";
  records[1].provenance.date = "2026-01-01T00:00:00Z";
  EXPECT_EQ(chart_figure(find_figure("memory-length"), records).provenance.code, "new");
}

TEST(Figures, leave_out_records_of_another_scale) {
  std::vector<Record> records = {bytes(8, 150, "x"), bytes(16, 170, "x"), bytes(32, 190, "x")};
  records[0].scale = "ci";
  records[1].scale = records[2].scale = "laptop";
  const DrawnFigure drawn = chart_figure(find_figure("memory-length"), records);
  ASSERT_EQ(drawn.chart.curves.size(), 1U);
  EXPECT_EQ(drawn.chart.curves[0].points.size(), 2U);
  EXPECT_EQ(drawn.left_out, 1U);
  EXPECT_EQ(drawn.scale, "laptop");
}

TEST(Figures, of_capped_processes_show_measured_lengths_only) {
  // Regression: with records of two scales, the median of both was shown, under a label that no
  // record had.
  std::vector<Record> records;
  for (const auto& [scale, length] : {std::pair{"ci", 4096}, {"laptop", 16384}}) {
    Record record = bytes(1 << 20, 0, "x");
    record.experiment = "device";
    record.scale = scale;
    record.setting.memory_cap = 64 << 20;
    record.measured = experiments::Longest{.length = length};
    records.push_back(record);
  }
  const DrawnFigure drawn = chart_figure(find_figure("device"), records);
  ASSERT_EQ(drawn.chart.curves.size(), 1U);
  EXPECT_EQ(drawn.chart.curves[0].points[0].y.median, 16384.0);
  EXPECT_EQ(drawn.chart.curves[0].points[0].note, "2^{14}");
}

TEST(Figures, are_empty_without_records) {
  EXPECT_TRUE(chart_figure(find_figure("time-length"), std::vector{bytes(8, 150, "x")}).empty());
}

TEST(Figures, refuse_numbers_that_are_not_positive_and_finite) {
  EXPECT_THROW(chart_figure(find_figure("memory-length"), std::vector{bytes(8, 100, "x")}),
               ContractError);
  Record record = bytes(8, 150, "x");
  for (const double bad : {0.0, -1.0, HUGE_VAL}) {
    record.measured = experiments::Seconds{.seconds = bad};
    EXPECT_THROW(chart_figure(find_figure("time-length"), std::vector{record}), ContractError);
  }
}

TEST(Figures, show_the_verdicts_on_their_claims_only) {
  DrawnFigure drawn = chart_figure(find_figure("memory-length"), std::vector{bytes(8, 150, "x")});
  drawn.figure.claims = {"MEMORY-C"};
  Verdict verdict;
  verdict.claim = "MEMORY-C";
  verdict.verdict = "SUPPORTED";
  verdict.value = 0.0;
  verdict.interval = {{0.0, 0.0}};
  Verdict other = verdict;
  other.claim = "SERIAL";
  add_verdicts(drawn, std::vector{verdict, other});
  ASSERT_EQ(drawn.chart.verdicts.size(), 1U);
  EXPECT_EQ(drawn.chart.verdicts[0].text, "MEMORY-C: SUPPORTED, 0, exact");
  EXPECT_EQ(drawn.chart.verdicts[0].verdict, "SUPPORTED");
  EXPECT_EQ(drawn.chart.title, drawn.figure.finding);
  drawn.chart.title = drawn.figure.title;
  drawn.figure.claims.emplace_back("MEMORY-D");
  add_verdicts(drawn, std::vector{verdict});
  EXPECT_EQ(drawn.chart.title, drawn.figure.title) << "the finding needs every verdict";
  drawn.figure.claims.pop_back();
  verdict.verdict = "REFUTED";
  add_verdicts(drawn, std::vector{verdict});
  EXPECT_EQ(drawn.chart.title, drawn.figure.title) << "what is refuted is no finding";
  verdict.verdict = "SUPPORTED";
  verdict.code = "x";
  EXPECT_EQ(verdicts_on(drawn, std::vector{verdict}).size(), 1U);
  verdict.code = "y";
  EXPECT_TRUE(verdicts_on(drawn, std::vector{verdict}).empty()) << "judged by other code";
  verdict.code = "x";
  drawn.scale = verdict.scale = "laptop";
  EXPECT_EQ(verdicts_on(drawn, std::vector{verdict}).size(), 1U);
  verdict.scale = "ci";
  EXPECT_TRUE(verdicts_on(drawn, std::vector{verdict}).empty()) << "judged at another scale";
}

TEST(Figures, mark_where_softmax_attention_begins_to_cost_more) {
  std::vector<Record> records;
  for (Index length = 16; length <= 1024; length *= 2) {
    const auto L = static_cast<double>(length);
    for (const auto& [subject, cost] : {std::pair{"softmax", L * L / 100}, {"recovered/a", L}}) {
      Record record = bytes(length, 0, "x");
      record.experiment = "crossing";
      record.setting.subject = subject;
      record.setting.slice = length;
      record.measured = experiments::Seconds{.seconds = cost};
      records.push_back(record);
    }
  }
  const DrawnFigure drawn = chart_figure(find_figure("crossing-time"), records);
  ASSERT_EQ(drawn.chart.marks.size(), 1U);
  EXPECT_NEAR(drawn.chart.marks[0].x, 100.0, 1e-9);
  EXPECT_EQ(drawn.chart.marks[0].label, "L = 100, full pass");
}

TEST(Figures, of_exactness_separate_relu_and_other_architectures) {
  std::vector<Record> records;
  for (const auto& [experiment, subject, kind, error] :
       {std::tuple{"extension", "recovered/iterative", FeatureKind::square, 1e-49},
        {"exact", "stored/iterative", FeatureKind::square, 5e-49},
        {"exact", "stored/iterative", FeatureKind::relu, 3e-49},
        {"exact", "recovered/iterative", FeatureKind::square, 2e-49},
        {"exact", "recovered/iterative", FeatureKind::relu, 1e-34}}) {
    Record record = bytes(24, 0, "x");
    record.experiment = experiment;
    record.setting.subject = subject;
    record.setting.model.feature_map = {.kind = kind};
    record.measured = experiments::GradientError{.relative = error};
    records.push_back(record);
  }
  const Chart chart = chart_figure(find_figure("exact"), records).chart;
  std::vector<std::pair<std::string, double>> shown;
  for (const Curve& curve : chart.curves) {
    shown.emplace_back(curve.label, curve.points.at(0).y.median);
  }
  EXPECT_EQ(shown,
            (std::vector<std::pair<std::string, double>>{{"sqr", 2e-49},
                                                         {"relu", 1e-34},
                                                         {"other architectures", 1e-49},
                                                         {"relu, stored boundaries", 3e-49}}));
  ASSERT_EQ(chart.guides.size(), 1U);
  EXPECT_EQ(chart.guides[0].coefficient, 1e-40);
}

TEST(Figures, of_drift_show_the_largest_error_and_omit_refusals) {
  std::vector<Record> records;
  for (const auto& [seed, error, refusal] :
       {std::tuple{1, 1e-6, ""}, {2, 1e-4, ""}, {3, 1e-5, ""}, {4, 1.0, "no grid"}}) {
    Record record = bytes(256, 0, "x");
    record.experiment = "drift";
    record.setting.subject = "recovered/iterative";
    record.setting.model = {.hidden_dim = 16, .layers = 2, .ffn_dim = 32, .heads = 4};
    record.setting.model.feature_map = {.kind = FeatureKind::relu};
    record.setting.seed = static_cast<std::uint64_t>(seed);
    record.measured = experiments::GradientError{.relative = error, .refusal = refusal};
    records.push_back(record);
  }
  const auto worst = [&](const char* name) {
    const DrawnFigure drawn = chart_figure(find_figure(name), records);
    EXPECT_EQ(drawn.chart.curves.size(), 1U) << name;
    return drawn.chart.curves.at(0).points.at(0).y.median;
  };
  EXPECT_EQ(worst("drift-boundary"), 1e-4);
  EXPECT_EQ(worst("drift-slice"), 1e-4);
  records[0].measured = experiments::GradientError{.relative = HUGE_VAL};
  EXPECT_EQ(worst("drift-slice"), 1e3) << "clamped to the largest error";
  EXPECT_TRUE(chart_figure(find_figure("drift-length"), records).empty())
      << "the figure shows C = 16 only";
}

}  // namespace
}  // namespace slim::plots
