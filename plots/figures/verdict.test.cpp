// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/verdict.hpp"

#include "experiments/claims/verdict.hpp"
#include "plots/synthetic_records.test.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace slim::plots {
namespace {

TEST(Verdicts, round_trip_from_experiments) {
  experiments::Verdict written;
  written.claim.name = "MEMORY-C";
  written.claim.rule = "less than 1";
  written.answer = experiments::Answer::supported;
  written.value = 0.1 + 0.2;
  written.low = -1.0;
  written.high = 1.0;
  const TestFolder folder;
  folder.write("verdicts.json", experiments::to_json(std::array{written}, "ci", {}));
  const std::vector<Verdict> read = read_verdicts(folder.path());
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].claim, "MEMORY-C");
  EXPECT_EQ(read[0].verdict, "SUPPORTED");
  EXPECT_EQ(read[0].rule, "less than 1");
  EXPECT_EQ(read[0].scale, "ci");
  EXPECT_EQ(read[0].value, 0.1 + 0.2);
  EXPECT_EQ(read[0].interval, std::pair(-1.0, 1.0));
}

TEST(Verdicts, with_an_unbounded_interval_show_the_lower_bound) {
  experiments::Verdict written;
  written.value = written.low = 1048576.0;
  written.high = HUGE_VAL;
  const TestFolder folder;
  folder.write("verdicts.json", experiments::to_json(std::array{written}, "ci", {}));
  const std::vector<Verdict> read = read_verdicts(folder.path());
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(number_and_interval(read[0]), "1048576 or more");
}

TEST(Verdicts, may_have_no_value) {
  experiments::Verdict written;
  written.value = written.low = written.high = NAN;
  const TestFolder folder;
  folder.write("verdicts.json", experiments::to_json(std::array{written}, "ci", {}));
  const std::vector<Verdict> read = read_verdicts(folder.path());
  ASSERT_EQ(read.size(), 1U);
  EXPECT_FALSE(read[0].value.has_value());
  EXPECT_FALSE(read[0].interval.has_value());
}

TEST(Verdicts, are_empty_without_a_file) {
  const TestFolder folder;
  EXPECT_TRUE(read_verdicts(folder.path()).empty());
}

TEST(Verdicts, refuse_unknown_contents) {
  const TestFolder folder;
  const std::string good = synthetic_verdicts();
  const auto refuses = [&](const std::string& text) {
    folder.write("verdicts.json", text);
    try {
      read_verdicts(folder.path());
      ADD_FAILURE() << text;
    } catch (const ContractError& error) {
      EXPECT_EQ(std::string(error.what()).find("json.exception"), std::string::npos)
          << error.what();
    }
  };
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  refuses("");
  refuses("[]");
  refuses("{}");
  refuses(good.substr(0, good.size() / 2));
  refuses(changed("\"schema\": 1", "\"schema\": 2"));
  refuses(changed("REFUTED", "MAYBE"));
  refuses(changed("\"rule\"", "\"rulx\""));
}

TEST(Verdicts, are_formatted_with_value_and_interval) {
  Verdict verdict;
  EXPECT_EQ(number_and_interval(verdict), "none");
  verdict.value = 1048576.0;
  verdict.interval = {{1048576.0, 1048576.0}};
  EXPECT_EQ(number_and_interval(verdict), "1048576, exact");
  verdict.value = 1.07654321;
  verdict.interval = {{1.0, 1.2e-7}};
  EXPECT_EQ(number_and_interval(verdict), "1.077 in [1, 1.2e-07]");
}

}  // namespace
}  // namespace slim::plots
