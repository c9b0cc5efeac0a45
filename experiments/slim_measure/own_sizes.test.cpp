// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/own_sizes.hpp"

#include "experiments/records/record_log.hpp"
#include "experiments/slim_measure/temporary_folder.hpp"
#include "reference/vocabulary/system/child_program.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace slim::experiments {
namespace {

class OwnSizesSweep : public testing::Test {
 protected:
  static ChildOutcome slim_measure(const std::vector<std::string>& arguments) {
    return run_child({.program = SLIM_MEASURE, .arguments = arguments});
  }
  static void expect_refusal(const ChildOutcome& outcome, int code, const std::string& words) {
    EXPECT_EQ(outcome.status, code) << words;
    EXPECT_NE(outcome.errors.find(words), std::string::npos) << outcome.errors;
  }

  TemporaryFolder folder_;
  std::string text_ = folder_.write("text", std::string(1000, 'x')).string();
};

TEST_F(OwnSizesSweep, SweepsSizesOfOnesOwn) {
  const std::filesystem::path out = folder_.path() / "out";
  const auto sweep = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {
        "sweep", "--out",    out.string(), "--corpus", text_, "--lengths", "32,64", "--slices",
        "4,16",  "--hidden", "8",          "--layers", "1",   "--ffn",     "8"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return slim_measure(arguments);
  };
  expect_refusal(sweep({"--experiment", "exact"}), 2, "leave out --experiment");
  expect_refusal(sweep({"--subject", "nobody"}), 2, "'nobody' is unknown");
  expect_refusal(slim_measure({"sweep", "--out", out.string(), "--slices", "64,64"}), 2,
                 "slice lengths must increase");
  const ChildOutcome outcome = sweep({"--subject", "recovered/blocked,stored/iterative"});
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  std::set<std::string> seen;
  for (const Record& record : read_records(out / "records.jsonl")) {
    EXPECT_EQ(record.scale, "own");
    EXPECT_EQ(record.setting.model.hidden_dim, 8);
    seen.insert(record.experiment + " " + std::to_string(record.setting.length) + " " +
                std::to_string(record.setting.slice) + " " + record.setting.subject);
  }
  EXPECT_EQ(seen.size(), 11U) << "two subjects: L = 32 and 64; C = 4 and 16; and three full passes";
  expect_refusal(slim_measure({"claims", "--records-only", "--scale", "ci", "--out", out.string()}),
                 2, "the file has records of own");
}

TEST_F(OwnSizesSweep, StoresTheCostOfThirdPartyImplementations) {
  const std::filesystem::path out = folder_.path() / "out";
  const std::string program =
      std::string("PYTHONPATH='" SLIM_SOURCE_DIR "/properties/third_party/kit' exec ") +
      SLIM_PYTHON + " " + SLIM_SOURCE_DIR +
      "/properties/third_party/kit/examples/numpy_attention.py";
  const ChildOutcome outcome =
      slim_measure({"foreign", "--subject-command", program, "--lengths", "64", "128", "256",
                    "--slices", "16", "32", "--out", out.string()});
  ASSERT_LE(outcome.status, 1) << outcome.errors;
  std::size_t seconds = 0;
  for (const Record& record : read_records(out / "records.jsonl")) {
    EXPECT_EQ(record.scale, "own");
    EXPECT_EQ(record.setting.subject.find("foreign/"), 0U) << record.setting.subject;
    seconds += quantity_of(record.measured) == Quantity::seconds ? 1U : 0U;
  }
  EXPECT_GE(seconds, 5U) << "three lengths, and two slices at the last";
}

}  // namespace
}  // namespace slim::experiments
