// SPDX-License-Identifier: Apache-2.0
// slim-verify as an MPI program.

#include "reference/vocabulary/system/test_folder.hpp"
#include "reference/vocabulary/system/text_file.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace {

struct RanRanks {
  int exit = 0;
  std::string out;
  std::string err;
};

class OnRanks : public testing::Test {
 protected:
  void SetUp() override {
    if (std::string(SLIM_MPIRUN).empty()) GTEST_SKIP() << "Open MPI is not installed";
  }
  [[nodiscard]] RanRanks run(const std::string& command,
                             const std::string& environment = "") const {
    const std::string out = (all_.path() / "out").string();
    const std::string err = (all_.path() / "err").string();
    const int status = std::system(("cd '" + all_.path().string() + "' && " + environment + " " +
                                    command + " >'" + out + "' 2>'" + err + "'")
                                       .c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, slim::read_text_file(out),
            slim::read_text_file(err)};
  }
  static std::string mpirun() {
    return std::string("'" SLIM_MPIRUN "' --oversubscribe --bind-to none ") +
           (::geteuid() == 0 ? "--allow-run-as-root " : "");
  }
  static std::string of_ranks(int ranks, const std::string& arguments) {
    return mpirun() + "-n " + std::to_string(ranks) + " '" SLIM_VERIFY "' " + arguments;
  }
  /// Of three ranks the last one has a fault.
  [[nodiscard]] RanRanks run_with_fault(const std::string& fault) const {
    const std::string arguments = "run --subject distributed/blocked --cases 1";
    return run(mpirun() + "-n 2 '" SLIM_VERIFY "' " + arguments +
                   " : -n 1 '" SLIM_FAULTY_RANK "' " + fault + " " + arguments,
               "SLIM_RANKS_DEADLINE=3");
  }

  const slim::TestFolder all_;
};

TEST_F(OnRanks, HoldsWithOneToFourRanks) {
  for (const int ranks : {1, 2, 3, 4}) {
    const RanRanks ran = run(of_ranks(ranks, "run --subject distributed/blocked --cases 1"));
    EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
    EXPECT_NE(ran.out.find("all claimed laws hold"), std::string::npos) << ran.out;
    EXPECT_EQ(ran.out.find('\033'), std::string::npos) << "colours in a file";
    EXPECT_EQ(ran.out.find("all claimed laws hold"), ran.out.rfind("all claimed laws hold"))
        << "more than one rank prints";
  }
}

TEST_F(OnRanks, HasTheBitsOfThreads) {
  const std::string arguments =
      "run --subject distributed/blocked --subject distributed-tree/blocked --cases 2 --json "
      "--law gradient-agrees --law pullback-agrees --law split-and-resume --law attention-agrees";
  const RanRanks threads = run("'" SLIM_VERIFY "' " + arguments, "SLIM_RANKS=3");
  const RanRanks processes = run(of_ranks(3, arguments));
  EXPECT_EQ(threads.exit, 0) << threads.err;
  EXPECT_EQ(processes.exit, 0) << processes.err;
  auto one = nlohmann::json::parse(threads.out);
  auto other = nlohmann::json::parse(processes.out);
  EXPECT_EQ(one["ranks"], "3 ranks as threads");
  EXPECT_EQ(other["ranks"], "3 ranks as MPI processes");
  // Errors over bounds have all digits.
  EXPECT_FALSE(one["verdicts"].empty());
  EXPECT_EQ(one["verdicts"], other["verdicts"]);
  const RanRanks more = run(of_ranks(4, arguments));
  EXPECT_NE(nlohmann::json::parse(more.out)["verdicts"], one["verdicts"]) << "bits depend on P";
}

TEST_F(OnRanks, ReturnsTheVerdictOfRank0) {
  EXPECT_EQ(run(of_ranks(2, "run --subject mutant/last-row-dropped --cases 2")).exit, 1);
  const RanRanks bad = run(of_ranks(2, "run --subject nothing"));
  EXPECT_EQ(bad.exit, 2);
  EXPECT_NE(bad.err.find("subject 'nothing' is unknown"), std::string::npos) << bad.err;
}

TEST_F(OnRanks, ReportsARankThatFails) {
  const std::pair<const char*, const char*> faults[] = {
      {"dies", "rank 2: ended by signal 9"},
      {"stops", "no answer within 3 s from rank 2"},
      {"fails", "rank 2 failed: no memory"},
      {"other-task", "rank 2 sent "},
      {"other-code", "rank 2 was started with other code"},
  };
  for (const auto& [fault, message] : faults) {
    const RanRanks ran = run_with_fault(fault);
    EXPECT_EQ(ran.exit, 3) << fault << "\n" << ran.out << ran.err;
    EXPECT_NE(ran.err.find(message), std::string::npos) << fault << "\n" << ran.err;
    EXPECT_EQ(ran.out.find("hold"), std::string::npos) << fault << "\n" << ran.out;
  }
}

TEST_F(OnRanks, RequiresTheSameArguments) {
  const RanRanks ran =
      run(mpirun() + "-n 1 '" SLIM_VERIFY "' laws : -n 1 '" SLIM_VERIFY "' subjects");
  EXPECT_EQ(ran.exit, 3);
  EXPECT_NE(ran.err.find("rank 1 was started with other arguments than rank 0: 'subjects', not "
                         "'laws'"),
            std::string::npos)
      << ran.err;
}

TEST_F(OnRanks, RefusesUnusableSettings) {
  const RanRanks deadline = run(of_ranks(2, "laws"), "SLIM_RANKS_DEADLINE=x");
  EXPECT_EQ(deadline.exit, 2);
  EXPECT_NE(deadline.err.find("SLIM_RANKS_DEADLINE is 'x'"), std::string::npos) << deadline.err;
  for (const char* ranks : {"0", "x", "-1", "1025", ""}) {
    const RanRanks ran = run("'" SLIM_VERIFY "' laws", std::string("SLIM_RANKS=") + ranks);
    EXPECT_EQ(ran.exit, 2) << ranks;
    EXPECT_NE(ran.err.find("allowed are 1 to 1024"), std::string::npos) << ran.err;
  }
}

}  // namespace
