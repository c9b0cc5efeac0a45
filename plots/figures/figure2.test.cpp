// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/figure2.hpp"

#include "experiments/plans/figure2.hpp"
#include "experiments/records/example_records.hpp"
#include "plots/chart/script.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

namespace slim::plots {
namespace {

std::vector<Record> bytes_at_scale_ci() {
  std::vector<Record> records;
  for (const experiments::Plan& plan :
       experiments::figure2_plans({.scale = experiments::Scale::ci})) {
    if (plan.quantity != Quantity::bytes) continue;
    Record record = experiments::example_record(experiments::Bytes{.peak = 1000});
    record.experiment = "figure2";
    record.scale = "ci";
    record.setting = plan.setting;
    records.push_back(record);
  }
  return records;
}

/// Label of every curve, and how many points it has.
std::map<std::string, std::size_t> labels(const std::vector<Record>& records) {
  std::map<std::string, std::size_t> found;
  for (const Curve& curve : chart_figure(figure2_memory(), records).chart.curves) {
    found[curve.label] = curve.points.size();
  }
  return found;
}

TEST(Figure2, LabelsCurvesByConfiguration) {
  const auto all = labels(bytes_at_scale_ci());
  EXPECT_EQ(all.size(), 9U) << "four configurations, two prefix sums, the full pass";
  for (const char* label : {"I (L = 512), iterative", "II (L = 64), explicit",
                            "III (L = 256), iterative", "IV (L = 1024), explicit"}) {
    EXPECT_TRUE(all.contains(label)) << label;
  }
}

TEST(Figure2, LabelsCurvesWhenConfigurationsAreMissing) {
  std::vector<Record> records = bytes_at_scale_ci();
  std::erase_if(records, [](const Record& r) { return r.setting.length > 256; });
  const auto some = labels(records);
  EXPECT_EQ(some.size(), 5U);
  EXPECT_TRUE(some.contains("II (L = 64), iterative"));
  EXPECT_TRUE(some.contains("III (L = 256), explicit"));
}

TEST(Figure2, ReportsSliceLengthsNotMeasuredAndTheirEstimatedMemory) {
  std::vector<Record> records = bytes_at_scale_ci();
  std::erase_if(records, [](const Record& r) {
    return r.setting.length == 1024 && r.setting.slice > 64 &&
           r.setting.subject == "recovered/explicit";
  });
  // Of 1024 rows, 3 layers, d = 128, d_ff = 512: activations 24.5 MiB, R and S 97.5 MiB;
  // parameters and three gradients 9.1 MiB.
  const std::string subtitle = chart_figure(figure2_memory(), records).chart.subtitle;
  EXPECT_NE(subtitle.find("IV explicit: C above 64 not measured (C = L takes about 132 MiB)"),
            std::string::npos)
      << subtitle;
}

TEST(Figure2, DrawsNoBandThroughFullPassesOfDifferentConfigurations) {
  std::vector<Record> records = bytes_at_scale_ci();
  for (Record& record : records) record.measured = experiments::Seconds{.seconds = 1.0};
  const Chart chart = chart_figure(figure2_time(), records).chart;
  const auto crosses = std::ranges::find_if(chart.curves, &Curve::points_only);
  ASSERT_NE(crosses, chart.curves.end());
  EXPECT_EQ(crosses->points.size(), 8U);
  const std::string script = script_of(chart, "stem", "");
  EXPECT_EQ(script.find("filledcurves"), std::string::npos) << "bands would cover each other";
  EXPECT_NE(script.find("yerrorbars"), std::string::npos);
}

TEST(Figure2, NamesOnlySettingsThatAreConfigurations) {
  Record record = bytes_at_scale_ci().front();
  EXPECT_EQ(experiments::configuration_name(record), "I");
  record.scale = "anything";
  EXPECT_EQ(experiments::configuration_name(record), "");
  record.scale = "ci";
  record.setting.model.layers = 2;
  EXPECT_EQ(experiments::configuration_name(record), "");
}

}  // namespace
}  // namespace slim::plots
