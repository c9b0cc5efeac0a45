// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/training_curves.hpp"

#include "plots/chart/panel_script.hpp"
#include "plots/figures/catalogue.hpp"
#include "plots/synthetic_records.test.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace slim::plots {
namespace {

std::vector<Record> synthetic() {
  std::vector<Record> records;
  for (const std::string& line : synthetic_training_records()) {
    records.push_back(experiments::parse_record(line));
  }
  return records;
}

const PanelCurve& curve_of(const Panel& panel, const std::string& label) {
  return *std::find_if(panel.curves.begin(), panel.curves.end(),
                       [&](const PanelCurve& curve) { return curve.label == label; });
}

TEST(Figure3, HasACurveADifferenceAndABarForEachRegime) {
  const Chart chart = chart_figure(figure3_text(), synthetic()).chart;
  ASSERT_EQ(chart.panels.size(), 3U);
  const Panel& curves = chart.panels[0];
  EXPECT_EQ(curves.curves.size(), 7U) << "five regimes, the band of the full pass, validations";
  EXPECT_EQ(curve_of(curves, "full, validation").look, PanelCurve::Look::crosses);
  const PanelCurve& full = curve_of(curves, "full, mean");
  EXPECT_LT(full.points.back().y, full.points.front().y);
  EXPECT_GT(curve_of(curves, "full, then C = 32").points.front().x, 100.0);
  const Panel& below = chart.panels[1];
  EXPECT_EQ(below.curves.size(), 6U) << "two bands, four regimes";
  EXPECT_TRUE(below.key);
  EXPECT_FALSE(curve_of(below, "full pass, other orders of summation").points.empty());
  for (const PanelCurve& curve : below.curves) {
    for (const PanelPoint& p : curve.points) {
      EXPECT_GE(p.y, below.y_low);
      EXPECT_LE(p.y, below.y_high);
    }
  }
  const Panel& memory = chart.panels[2];
  ASSERT_EQ(memory.bars.size(), 5U);
  EXPECT_EQ(memory.bars[0].grey, 1'600'000 / 1024.0) << "parameters, gradient, moments";
  EXPECT_EQ(memory.bars[0].value, 3000 * 63 / 1024.0);
  EXPECT_LT(memory.bars[2].value, memory.bars[1].value);
}

TEST(Figure3, ShowsItsVerdictsBelowTheTitle) {
  Chart chart = chart_figure(figure3_text(), synthetic()).chart;
  chart.verdicts = {{"TRAINING: SUPPORTED, 2 in [1, 2]", "SUPPORTED"}};
  const std::string script = panel_script_of(chart, "figure3-text", "");
  EXPECT_NE(script.find("'TRAINING: SUPPORTED, 2 in [1, 2]' at screen 0.975, 0.897 right"),
            std::string::npos);
}

TEST(Figure3, ExplainsTheGreyPartsOfItsBars) {
  for (const Figure& figure : {figure3_text(), fine_tuning()}) {
    const Chart chart = chart_figure(figure, synthetic()).chart;
    EXPECT_NE(panel_script_of(chart, figure.name, "").find("'parameters, gradient, moments' at"),
              std::string::npos)
        << figure.name;
  }
}

TEST(Figure3, IsEmptyWithoutOtherOrdersOfSummation) {
  std::vector<Record> records = synthetic();
  std::erase_if(records, [](const Record& r) { return r.setting.subject != "recovered/blocked"; });
  EXPECT_TRUE(chart_figure(figure3_text(), records).empty());
  EXPECT_FALSE(chart_figure(fine_tuning(), records).empty());
}

TEST(Figure3, IsDrawnFromTheNewestOfTwoScales) {
  // Regression: shorter runs of the same seeds ended slim-plot with "steps that both have".
  std::vector<Record> records = synthetic();
  const std::string own = records.front().scale;
  std::vector<Record> both = records;
  for (Record& record : both) {
    record.scale = "other";
    record.setting.training.steps /= 2;
    record.setting.training.switch_at /= 2;
    auto& leg = std::get<experiments::TrainingLeg>(record.measured);
    leg.first_step /= 2;
    leg.losses.resize(leg.losses.size() / 2);
  }
  both.insert(both.end(), records.begin(), records.end());
  const DrawnFigure drawn = chart_figure(figure3_text(), both);
  EXPECT_EQ(drawn.scale, own);
  EXPECT_EQ(drawn.left_out, records.size());
  EXPECT_EQ(panel_data_of(drawn.chart), panel_data_of(chart_figure(figure3_text(), records).chart));
}

TEST(Figure3, WritesEveryPointWithItsBand) {
  const Chart chart = chart_figure(figure3_copying(), synthetic()).chart;
  std::size_t rows = 0;
  for (const Panel& panel : chart.panels) {
    for (const PanelCurve& curve : panel.curves) rows += curve.points.size();
    rows += panel.bars.size();
  }
  const std::vector<std::string> lines = panel_data_of(chart);
  const auto filled = std::count_if(lines.begin() + 1, lines.end(),
                                    [](const std::string& line) { return !line.empty(); });
  EXPECT_EQ(static_cast<std::size_t>(filled), rows);
}

}  // namespace
}  // namespace slim::plots
