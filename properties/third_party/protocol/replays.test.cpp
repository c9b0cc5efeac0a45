// SPDX-License-Identifier: Apache-2.0
// Replay commands of third-party subjects, and non-determinism.

#include "properties/report/verdict_table.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "reference/vocabulary/system/test_folder.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>

namespace slim::properties::foreign {
namespace {

namespace fs = std::filesystem;

struct Printed {
  int exit = 0;
  std::string text;
};

/// Runs shell lines in a temporary folder, with slim-verify on the path.
class Replays : public testing::Test {
 protected:
  [[nodiscard]] Printed printed(const std::string& line) const {
    const std::string programs = fs::path(SLIM_VERIFY).parent_path();
    const std::string command =
        "cd '" + folder_.string() + "' && PATH='" + programs + "':\"$PATH\" " + line + " 2>&1";
    Printed result;
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return {-1, "no shell"};
    std::array<char, 4096> bytes{};
    for (std::size_t size = 0; (size = std::fread(bytes.data(), 1, bytes.size(), pipe)) > 0;) {
      result.text.append(bytes.data(), size);
    }
    const int status = ::pclose(pipe);
    result.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return result;
  }
  /// Runs, then executes the replay command of the first failure.
  [[nodiscard]] Printed replayed(const std::string& arguments) const {
    const Printed run = printed("slim-verify run " + arguments);
    const std::size_t at = run.text.find("slim-verify replay ");
    EXPECT_NE(at, std::string::npos) << run.text;
    if (at == std::string::npos) return run;
    return printed(run.text.substr(at, run.text.find('\n', at) - at));
  }
  static std::string faulty(const std::string& fault) {
    return "--subject-command \"exec " SLIM_PYTHON " " + folder + "faults/fault_subject.py " +
           fault + "\"";
  }

 private:
  const TestFolder temporary_;
  const fs::path folder_ = temporary_.path();
};

TEST_F(Replays, UseTheDeadlineOfTheRun) {
  const Printed again = replayed(faulty("sleeps") +
                                 " --subject-deadline 0.2 --law attention-agrees --cases 1 "
                                 "--scalar float32 --threads 1");
  EXPECT_EQ(again.exit, 1) << again.text;
  EXPECT_NE(again.text.find("HANG"), std::string::npos) << again.text;
}

TEST_F(Replays, ReportTheKindOfFailure) {
  const Printed again =
      replayed(faulty("aborts") + " --law attention-agrees --cases 1 --scalar float32");
  EXPECT_EQ(again.exit, 1) << again.text;
  EXPECT_NE(again.text.find("CRASH"), std::string::npos) << again.text;
  EXPECT_NE(again.text.find("it ended by signal 6"), std::string::npos) << again.text;
}

TEST_F(Replays, RepeatABadRequest) {
  const Printed again =
      replayed(faulty("none") + " --law refuses-bad-requests --cases 1 --scalar float32");
  EXPECT_EQ(again.exit, 1) << again.text;
  EXPECT_NE(again.text.find("foreign/none"), std::string::npos) << again.text;
  const bool is_named = again.text.find("CRASH") != std::string::npos ||
                        again.text.find("PROTOCOL-ERROR") != std::string::npos;
  EXPECT_TRUE(is_named) << again.text;
}

TEST_F(Replays, NeedFewDescriptorsAndReportTheirLackAsAHarnessFailure) {
  const std::string arguments = " slim-verify run --subject-library " + library("c_attention") +
                                " --law attention-agrees --cases 1 --scalar float32 --threads 1";
  const Printed few = printed("bash -c 'ulimit -n 60;" + arguments + "'");
  EXPECT_EQ(few.exit, 0) << few.text;
  const Printed none = printed("bash -c 'ulimit -n 9;" + arguments + "'");
  EXPECT_EQ(none.exit, 3) << none.text;
  EXPECT_NE(none.text.find("the harness failed: "), std::string::npos) << none.text;
}

TEST(Noise, IsNonDeterminismUnlessThereIsALargerError) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const std::vector<std::string> names = {"attention-agrees",     "heads-independent",
                                          "future-does-not-leak", "layouts-agree",
                                          "calls-independent",    "integers-exact"};
  const auto summaries = [&](const std::string& error) {
    const ForeignSubject foreign = open_subject(
        program_door("exec " SLIM_PYTHON " " + folder + "faults/noisy_subject.py " + error), {});
    std::vector<std::string> all;
    for (const Verdict& verdict : run_on(foreign, names, 6, {Scalar::float64}).verdicts) {
      all.push_back(summary(verdict));
    }
    return all;
  };
  const std::vector<std::string> steady_but_for_bits = summaries("0");
  EXPECT_EQ(std::ranges::count(steady_but_for_bits, "WRONG"), 0);
  EXPECT_GE(std::ranges::count(steady_but_for_bits, "NON-DETERMINISTIC"), 4);
  EXPECT_EQ(summaries("1e-3").front(), "WRONG") << "noise does not explain it";
}

}  // namespace
}  // namespace slim::properties::foreign
