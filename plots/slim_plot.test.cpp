// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/catalogue.hpp"
#include "plots/synthetic_records.test.hpp"
#include "properties/command_line/every_option.hpp"
#include "reference/vocabulary/system/text_file.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace slim::plots {
namespace {

struct Outcome {
  int status = -1;
  std::string errors;  ///< standard error
};

/// Runs the slim-plot of this build.
Outcome slim_plot(const std::string& arguments) {
  const std::string command = fmt::format("{} {} 2>&1 >/dev/null", SLIM_PLOT, arguments);
  std::FILE* pipe = ::popen(command.c_str(), "r");
  Outcome outcome;
  std::array<char, 4096> buffer{};
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    outcome.errors.append(buffer.data(), n);
  }
  const int status = ::pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

class SlimPlot : public ::testing::Test {
 protected:
  [[nodiscard]] std::string in(const std::string& name) const {
    return (folder_.path() / name).string();
  }
  [[nodiscard]] Outcome figures(const std::string& more = "") const {
    return slim_plot(fmt::format("figures --records {} --out {} {}", in(""), in("out"), more));
  }
  [[nodiscard]] Outcome report(const std::string& more = "") const {
    return slim_plot(
        fmt::format("report --records {} --out {} {}", in(""), in("report.html"), more));
  }
  /// Expects exit code 2, one line that contains `what`, and no output files.
  void expect_refused(const Outcome& outcome, const std::string& what) const {
    EXPECT_EQ(outcome.status, 2) << outcome.errors;
    EXPECT_EQ(std::count(outcome.errors.begin(), outcome.errors.end(), '\n'), 1) << outcome.errors;
    EXPECT_NE(outcome.errors.find(what), std::string::npos) << outcome.errors;
    EXPECT_FALSE(std::filesystem::exists(in("out")));
    EXPECT_FALSE(std::filesystem::exists(in("report.html")));
  }

  TestFolder folder_;
};

TEST_F(SlimPlot, draws_figures_and_report) {
  write_synthetic(folder_);
  const Outcome drawn = figures();
  EXPECT_EQ(drawn.status, 0) << drawn.errors;
  EXPECT_EQ(drawn.errors, "");
  ASSERT_FALSE(catalogue().empty());
  for (const Figure& figure : catalogue()) {
    for (const char* suffix : {".svg", ".png", ".pdf", ".gp", ".tsv"}) {
      EXPECT_TRUE(std::filesystem::exists(in("out/") + figure.name + suffix))
          << figure.name << suffix;
    }
  }
  const Outcome reported = report();
  EXPECT_EQ(reported.status, 0) << reported.errors;
  EXPECT_GT(read_text_file(in("report.html")).size(), 50000U);
}

TEST_F(SlimPlot, draws_only_requested_figures) {
  folder_.write("records.jsonl", joined_lines(synthetic_length_records()));
  EXPECT_EQ(figures("--figure time-length").status, 0);
  EXPECT_TRUE(std::filesystem::exists(in("out/time-length.png")));
  EXPECT_FALSE(std::filesystem::exists(in("out/memory-length.png")));
}

TEST_F(SlimPlot, reports_figures_without_records) {
  folder_.write("records.jsonl", joined_lines(synthetic_length_records()));
  const Outcome drawn = figures();
  EXPECT_EQ(drawn.status, 1);
  EXPECT_NE(drawn.errors.find("memory-slice"), std::string::npos) << drawn.errors;
  EXPECT_NE(drawn.errors.find("time-slice"), std::string::npos) << drawn.errors;
  EXPECT_TRUE(std::filesystem::exists(in("out/memory-length.png")));
  const Outcome reported = report();
  EXPECT_EQ(reported.status, 1);
  EXPECT_NE(reported.errors.find("verdicts"), std::string::npos) << reported.errors;
  EXPECT_TRUE(std::filesystem::exists(in("report.html")));
}

TEST_F(SlimPlot, accepts_missing_records_of_an_experiment_left_out) {
  write_synthetic(folder_);
  std::istringstream records(read_text_file(in("records.jsonl")));
  std::string kept;
  for (std::string line; std::getline(records, line);) {
    if (line.find("\"experiment\":\"training\"") == std::string::npos) kept += line + "\n";
  }
  folder_.write("records.jsonl", kept);
  EXPECT_EQ(figures().status, 1);
  EXPECT_EQ(figures("--leave-out training").status, 0);
  EXPECT_FALSE(std::filesystem::exists(in("out/figure3-text.svg")));
  EXPECT_EQ(report().status, 1);
  EXPECT_EQ(report("--leave-out training").status, 0);
}

TEST_F(SlimPlot, refuses_to_leave_out_an_unknown_experiment_or_every_figure) {
  write_synthetic(folder_);
  expect_refused(figures("--leave-out trainings"), "experiment 'trainings' is unknown");
  expect_refused(figures("--leave-out all"), "one experiment at a time");
  expect_refused(figures("--figure fine-tuning --leave-out training"), "leaves no figure");
}

TEST_F(SlimPlot, names_the_figure_closest_to_an_unknown_one) {
  write_synthetic(folder_);
  expect_refused(figures("--figure memry-length"),
                 "figure 'memry-length' is unknown: did you mean 'memory-length'?");
}

TEST_F(SlimPlot, refuses_missing_and_empty_records) {
  expect_refused(figures(), "records.jsonl");
  expect_refused(report(), "records.jsonl");
  folder_.write("records.jsonl", "");
  expect_refused(figures(), "contains no records");
  expect_refused(report(), "contains no records");
}

TEST_F(SlimPlot, refuses_corrupt_records_and_reports_the_line) {
  std::vector<std::string> lines = synthetic_length_records();
  lines[2] = lines[2].substr(0, 40);
  folder_.write("records.jsonl", joined_lines(lines));
  expect_refused(figures(), "line 3");
  expect_refused(report(), "line 3");
}

TEST_F(SlimPlot, refuses_an_unknown_schema) {
  std::vector<std::string> lines = synthetic_length_records();
  for (std::string& line : lines) line.replace(line.find("\"schema\":1"), 10, "\"schema\":7");
  folder_.write("records.jsonl", joined_lines(lines));
  expect_refused(figures(), "field 'schema' of the record is 7: allowed is 1");
}

TEST_F(SlimPlot, refuses_corrupt_verdicts) {
  write_synthetic(folder_);
  folder_.write("verdicts.json", "{");
  expect_refused(report(), "verdicts.json");
}

TEST_F(SlimPlot, refuses_an_unknown_figure_and_lists_the_known_ones) {
  write_synthetic(folder_);
  expect_refused(figures("--figure memory"), "memory-length, time-length");
}

TEST_F(SlimPlot, refuses_an_output_that_cannot_be_written) {
  write_synthetic(folder_);
  folder_.write("file", "");
  expect_refused(slim_plot("figures --records " + in("") + " --out " + in("file/out")), "file/out");
  expect_refused(slim_plot("report --records " + in("") + " --out " + in("absent/report.html")),
                 "absent/report.html");
  EXPECT_FALSE(std::filesystem::exists(in("absent")));
}

TEST_F(SlimPlot, refuses_unknown_usage) {
  EXPECT_EQ(slim_plot("").status, 2);
  EXPECT_EQ(slim_plot("nonsense").status, 2);
  EXPECT_EQ(slim_plot("figures").status, 2);
  EXPECT_EQ(slim_plot("figures --records x --out y --colour red").status, 2);
  EXPECT_EQ(slim_plot("--help").status, 0);
  EXPECT_EQ(slim_plot("report --help").status, 0);
}

TEST_F(SlimPlot, prints_its_version) {
  EXPECT_EQ(slim_plot("--version | grep -qE '^slim-plot [0-9]+[.][0-9]+[.][0-9]+$'").status, 0);
}

TEST_F(SlimPlot, refuses_every_unusable_value_of_every_option) {
  command_line::EveryOption(SLIM_PLOT).expect_unusable_values_refused();
}

TEST_F(SlimPlot, refuses_folders_instead_of_files) {
  std::filesystem::create_directories(in("records.jsonl"));
  expect_refused(figures(), "records.jsonl: cannot be read: Is a directory");
  std::filesystem::remove(in("records.jsonl"));
  write_synthetic(folder_);
  std::filesystem::remove(in("verdicts.json"));
  std::filesystem::create_directories(in("verdicts.json"));
  expect_refused(report(), "verdicts.json: cannot be read: Is a directory");
}

TEST_F(SlimPlot, refuses_a_last_record_of_another_version_and_keeps_it) {
  std::vector<std::string> lines = synthetic_length_records();
  std::string& last = lines.back();
  last.replace(last.find("\"schema\":1"), 10, "\"schema\":7");
  folder_.write("records.jsonl", joined_lines(lines));
  expect_refused(figures(), "field 'schema' of the record is 7: allowed is 1");
}

TEST_F(SlimPlot, fails_when_its_output_is_lost) {
  const auto exit_of = [](const std::string& line) {
    const int status = std::system((std::string(SLIM_PLOT) + " " + line).c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  EXPECT_EQ(exit_of("--help >/dev/full 2>/dev/null"), 3);
  EXPECT_EQ(exit_of("--help >&- 2>/dev/null"), 3);
  EXPECT_EQ(exit_of("nope 2>&-"), 2);
  EXPECT_EQ(exit_of("nope 2>/dev/full"), 2);
  folder_.write("records.jsonl", joined_lines(synthetic_length_records()));
  const std::string page = "report --figure time-length --records " + in("") + " --out ";
  EXPECT_EQ(exit_of(page + "/dev/full >/dev/null 2>&1"), 3);
  EXPECT_EQ(exit_of(page + "- >/dev/full 2>/dev/null"), 3);
}

TEST_F(SlimPlot, writes_the_page_to_standard_output_and_through_links) {
  folder_.write("records.jsonl", joined_lines(synthetic_length_records()));
  const std::string page = "report --figure time-length --records " + in("") + " --out ";
  for (const char* name : {"-", "/dev/stdout"}) {
    const std::string line =
        std::string(SLIM_PLOT) + " " + page + name + " >" + in("page") + " 2>/dev/null";
    EXPECT_NE(std::system(line.c_str()), -1);
    EXPECT_TRUE(read_text_file(in("page")).starts_with("<!DOCTYPE html>")) << name;
    EXPECT_TRUE(read_text_file(in("page")).ends_with("</html>\n")) << name;
  }
  std::filesystem::create_symlink("page", in("link"));
  folder_.write("page", "old");
  slim_plot(page + in("link"));
  EXPECT_TRUE(std::filesystem::is_symlink(in("link")));
  EXPECT_TRUE(read_text_file(in("page")).starts_with("<!DOCTYPE html>"));
}

}  // namespace
}  // namespace slim::plots
