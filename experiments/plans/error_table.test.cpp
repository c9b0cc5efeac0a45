// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/error_table.hpp"

#include "experiments/plans/catalogue.hpp"
#include "experiments/records/example_records.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string_view>

namespace slim::experiments {
namespace {

Record error_record(const char* subject, Index length, const Measured& measured) {
  Record record = example_record(measured);
  record.setting.subject = subject;
  record.setting.length = length;
  return record;
}

std::string by_length(const std::vector<Record>& records) {
  return error_table("L", {"a", "b"}, records,
                     [](const Setting& setting) { return std::to_string(setting.length); });
}

TEST(ErrorTable, HasTheLargestErrorOfEachCell) {
  EXPECT_EQ(by_length({error_record("a", 8, GradientError{.relative = 2e-7}),
                       error_record("a", 8, GradientDiscrepancy{.relative = 3e-7}),
                       error_record("b", 8, GradientError{.relative = 0.5}),
                       error_record("a", 4, GradientError{.relative = 0.0})}),
            "| L | a | b |\n|---|---|---|\n| 8 | 3e-07 | **5e-01** |\n| 4 | 0e+00 |  |\n");
}

TEST(ErrorTable, NaNIsTheLargestOfAll) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(by_length({error_record("a", 8, GradientError{.relative = nan}),
                       error_record("a", 8, GradientError{.relative = 1e-7})}),
            "| L | a | b |\n|---|---|---|\n| 8 | **nan** |  |\n");
}

TEST(ErrorTable, ARefusalIsNotAnError) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(by_length({error_record("b", 8, GradientError{.relative = nan, .refusal = "no"})}),
            "| L | a | b |\n|---|---|---|\n| 8 |  | refused |\n");
}

TEST(Tables, HaveARowForEverySettingOfTheirExperiment) {
  for (const Experiment& experiment : catalogue()) {
    if (experiment.table == nullptr) continue;
    const std::set<std::string_view> of_other_quantities = {"distributed", "training", "work"};
    if (of_other_quantities.contains(experiment.name)) continue;
    std::vector<Record> records;
    for (const Plan& plan : experiment.plans({.scale = Scale::ci, .corpus = "text"})) {
      Record record = example_record(GradientError{.relative = 1e-7});
      if (plan.quantity == Quantity::key_spread) record.measured = KeySpread{.largest_bits = 15.0};
      record.setting = plan.setting;
      records.push_back(record);
    }
    const std::string table = experiment.table(records);
    EXPECT_NE(table.find("1e-07"), std::string::npos) << table;
    EXPECT_EQ(table.find("nan"), std::string::npos) << table;
  }
}

}  // namespace
}  // namespace slim::experiments
