// SPDX-License-Identifier: Apache-2.0
#include "experiments/ranks/ranks.hpp"

#include "experiments/ranks/job_server.hpp"
#include "experiments/records/example_records.hpp"
#include "experiments/records/record_log.hpp"
#include "experiments/slim_measure/temporary_folder.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/child_program.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <future>
#include <iterator>
#include <map>
#include <stdexcept>
#include <thread>

namespace slim::experiments {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

std::string bytes_in(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(MeasuringProcess, AnswersAndReportsExceptionsAndItsEnd) {
  MeasuringProcess process([](const std::string& text) -> std::string {
    if (text == "throw") throw std::runtime_error("wrong");
    if (text == "die") std::raise(SIGKILL);
    return text + text;
  });
  const auto answer_to = [&](const std::string& text) {
    process.give(text);
    return process.answer(std::chrono::minutes(1)).value_or("none");
  };
  EXPECT_EQ(answer_to("a"), "aa");
  const std::string large(1'000'000, 'x');
  EXPECT_EQ(answer_to(large), large + large);
  EXPECT_EQ(reason_of_failure(answer_to("throw")), "wrong");
  EXPECT_EQ(answer_to(""), "");
  EXPECT_EQ(reason_of_failure(answer_to("die")),
            "its measuring process was ended by signal 9 (Killed)");
  EXPECT_EQ(process.answer(std::chrono::milliseconds(1)), std::nullopt) << "reported once";
}

TEST(RemoteJob, KeepsTheSettingAndPathsOfAnyBytes) {
  RemoteJob job = {.record = example_record(Longest{}), .folder = "/a\nb\xff", .alone = true};
  job.record.setting.corpus = "/some\nwhere/te\xffxt";
  const RemoteJob same = parse_remote_job(to_text(job));
  EXPECT_EQ(same.record.setting.corpus, job.record.setting.corpus);
  EXPECT_EQ(identity(same.record), identity(job.record));
  EXPECT_EQ(same.folder, job.folder);
  EXPECT_TRUE(same.alone);
  EXPECT_THROW(parse_remote_job("{}"), ContractError);
}

TEST(JobServer, RefusesAnotherText) {
  const TemporaryFolder folder;
  RemoteJob job = {.record = example_record(KeySpread{}), .folder = folder.path()};
  job.record.setting.corpus = folder.write("text", "another text");
  JobServer server({});
  try {
    server.answer(to_text(job));
    FAIL();
  } catch (const ContractError& error) {
    EXPECT_NE(std::string(error.what()).find("differs from that of rank 0"), std::string::npos)
        << error.what();
  }
}

/// A process that a test started through mpirun.
struct Process {
  pid_t pid = 0;
  pid_t parent = 0;
  std::string rank;  ///< empty: mpirun itself
};

/// Sweeps in a folder, with and without mpirun.
class MpiSweep : public testing::Test {
 protected:
  void SetUp() override {
    if (std::string(SLIM_MPIRUN).empty()) GTEST_SKIP() << "Open MPI was not found when CMake ran";
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "Open MPI does not free all its memory";
#endif
    out_ = folder_.path() / "records";
    text_ = folder_.write("text", std::string(100'000, 'x')).string();
  }
  /// Kills what a failed test left behind.
  void TearDown() override {
    for (const Process& process : processes()) ::kill(process.pid, SIGKILL);
  }

  [[nodiscard]] Arguments sweep(const fs::path& out, Arguments more = {}) const {
    Arguments arguments = {"sweep", "--scale", "ci", "--corpus", text_, "--out", out.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  [[nodiscard]] ChildOutcome on_ranks(const std::string& count, const Arguments& arguments,
                                      const Arguments& other_program = {}) const {
    Arguments all = {"--oversubscribe", "-n", count, SLIM_MEASURE};
    all.insert(all.end(), arguments.begin(), arguments.end());
    all.insert(all.end(), other_program.begin(), other_program.end());
    return run_child({.program = SLIM_MPIRUN,
                      .arguments = all,
                      .environment = {{"OMPI_ALLOW_RUN_AS_ROOT", "1"},
                                      {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},
                                      {"SLIM_TEST", folder_.path().string()}}});
  }
  [[nodiscard]] static ChildOutcome alone(const Arguments& arguments) {
    return run_child({.program = SLIM_MEASURE, .arguments = arguments});
  }
  [[nodiscard]] std::vector<Record> records(const fs::path& out) const {
    const fs::path file = out / "records.jsonl";
    return fs::exists(file) ? read_records(file) : std::vector<Record>();
  }

  /// The living processes of this test.
  [[nodiscard]] std::vector<Process> processes() const {
    std::vector<Process> found;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
      const std::string environment = std::string(1, '\0') + bytes_in(entry.path() / "environ");
      const auto value = [&](const std::string& name) -> std::string {
        const std::size_t at = environment.find('\0' + name + '=');
        return at == std::string::npos ? "" : environment.c_str() + at + name.size() + 2;
      };
      if (value("SLIM_TEST") != folder_.path()) continue;
      Process process = {.rank = value("OMPI_COMM_WORLD_RANK")};
      std::string name;
      char state = 0;
      std::ifstream(entry.path() / "stat") >> process.pid >> name >> state >> process.parent;
      if (state != 0 && state != 'Z') found.push_back(process);
    }
    return found;
  }
  /// The processes of a rank, each the child of the one before.
  enum Generation { watcher, mpi, measurement };
  /// 0 if there is none.
  [[nodiscard]] pid_t process_of(const std::string& rank, int generation) const {
    const std::vector<Process> all = processes();
    pid_t parent = 0;
    for (const Process& process : all) {
      if (process.rank.empty()) parent = process.pid;  // mpirun
    }
    for (int i = 0; i <= generation; ++i) {
      const auto child = std::find_if(all.begin(), all.end(), [&](const Process& process) {
        return process.rank == rank && process.parent == parent;
      });
      if (child == all.end()) return 0;
      parent = child->pid;
    }
    return parent;
  }
  template <class Condition>
  static bool becomes_true(const Condition& condition) {
    for (int i = 0; i < 6000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  /// Starts a long sweep on three ranks and runs `harm` when some records are stored.
  template <class Harm>
  ChildOutcome harmed(const Harm& harm, const Arguments& more = {}) {
    Arguments arguments = sweep(out_, {"--experiment", "exact", "--seeds", "4"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto outcome = std::async(std::launch::async, [&] { return on_ranks("3", arguments); });
    const bool began = becomes_true(
        [&] { return std::ranges::count(bytes_in(out_ / "records.jsonl"), '\n') >= 5; });
    EXPECT_TRUE(began);
    if (began) harm();
    return outcome.get();
  }
  void expect_records_kept_and_no_orphans() {
    EXPECT_TRUE(becomes_true([&] { return processes().empty(); })) << "orphans";
    const std::size_t kept = records(out_).size();
    EXPECT_GE(kept, 5U);
    EXPECT_LT(kept, all_samples) << "the sweep was over before the fault";
  }
  static void expect_in(const std::string& text, const std::string& words) {
    EXPECT_NE(text.find(words), std::string::npos) << text;
  }

  static constexpr std::size_t all_samples = 144;  ///< of the long sweep
  TemporaryFolder folder_;
  fs::path out_;
  std::string text_;
};

/// Exact results by what they are results of.
std::map<std::string, std::string> results_of(const std::vector<Record>& records) {
  std::map<std::string, std::string> results;
  for (const Record& record : records) results[identity(record)] = exact_result(record);
  return results;
}

TEST_F(MpiSweep, StoresTheSameRecordsAsWithoutMpirun) {
  const fs::path plain = folder_.path() / "plain";
  for (const char* experiment : {"exact", "crossing"}) {
    ASSERT_EQ(alone(sweep(plain, {"--experiment", experiment})).status, 0);
    const ChildOutcome outcome = on_ranks("3", sweep(out_, {"--experiment", experiment}));
    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    expect_in(outcome.output, "samples measured, 0 reused");
  }
  const auto expected = results_of(records(plain));
  EXPECT_GT(expected.size(), 100U);
  EXPECT_EQ(results_of(records(out_)), expected);
  EXPECT_EQ(records(out_).size(), expected.size()) << "no sample is measured twice";
  for (const Record& record : records(out_)) EXPECT_NE(record.provenance.host, "");
}

TEST_F(MpiSweep, ResumesAfterAKillWithAnyNumberOfRanks) {
  harmed([&] {
    for (const Process& process : processes()) {
      if (process.rank.empty()) ::kill(process.pid, SIGKILL);
    }
  });
  expect_records_kept_and_no_orphans();
  const std::size_t kept = records(out_).size();
  const Arguments two_seeds = sweep(out_, {"--experiment", "exact", "--seeds", "2"});
  const ChildOutcome resumed = on_ranks("2", two_seeds);
  EXPECT_EQ(resumed.status, 0) << resumed.errors;
  EXPECT_GE(records(out_).size(), kept);
  const ChildOutcome plain = alone(sweep(out_, {"--experiment", "exact", "--seeds", "4"}));
  EXPECT_EQ(plain.status, 0) << plain.errors;
  EXPECT_EQ(results_of(records(out_)).size(), all_samples);
  EXPECT_EQ(records(out_).size(), all_samples) << "no sample is measured twice";
  expect_in(on_ranks("4", two_seeds).output, "0 samples measured, 72 reused");
}

TEST_F(MpiSweep, PartsAreSharedByRanks) {
  Arguments part = {"--experiment", "exact", "--shard", "0/2"};
  ASSERT_EQ(on_ranks("2", sweep(out_, part)).status, 0);
  part.back() = "1/2";
  ASSERT_EQ(alone(sweep(out_, part)).status, 0);
  EXPECT_EQ(records(out_).size(), all_samples / 4);
}

TEST_F(MpiSweep, ReportsAKilledRank) {
  for (const char* rank : {"0", "1"}) {
    fs::remove_all(out_);
    const ChildOutcome outcome = harmed([&] { ::kill(process_of(rank, mpi), SIGKILL); });
    EXPECT_EQ(outcome.status, 3);
    expect_in(outcome.errors, std::string("slim-measure: rank ") + rank + " on ");
    expect_in(outcome.errors,
              " was ended by signal 9 (Killed); the records stored so far are kept");
    expect_records_kept_and_no_orphans();
  }
}

TEST_F(MpiSweep, EndsWithTheProcessThatMpirunStarted) {
  const ChildOutcome outcome = harmed([&] { ::kill(process_of("1", watcher), SIGKILL); });
  EXPECT_EQ(outcome.status, 128 + SIGKILL);
  expect_in(outcome.errors, "process rank 1");
  expect_records_kept_and_no_orphans();
}

TEST_F(MpiSweep, ReportsAKilledMeasurement) {
  for (const char* rank : {"0", "2"}) {
    fs::remove_all(out_);
    const ChildOutcome outcome = harmed([&] { ::kill(process_of(rank, measurement), SIGKILL); });
    EXPECT_EQ(outcome.status, 3);
    expect_in(outcome.errors,
              std::string("slim-measure: the harness failed: rank ") + rank + " on ");
    expect_in(outcome.errors, ": its measuring process was ended by signal 9 (Killed)\n");
    expect_records_kept_and_no_orphans();
  }
}

TEST_F(MpiSweep, ReportsASilentRankWithinTheDeadline) {
  const ChildOutcome outcome =
      harmed([&] { ::kill(process_of("1", mpi), SIGSTOP); }, {"--rank-deadline", "2"});
  EXPECT_EQ(outcome.status, 3);
  expect_in(outcome.errors, "slim-measure: the harness failed: rank 1 on ");
  expect_in(outcome.errors, " has been silent for 2 s: it hangs, or its host is lost");
  expect_records_kept_and_no_orphans();
}

TEST_F(MpiSweep, RefusesRanksWithOtherCode) {
  // The compiler may store a short text as two numbers, of 8 and 4 bytes.
  const std::string code = provenance().code.substr(0, 8);
  const std::string zeros(code.size(), '0');
  std::string program = bytes_in(SLIM_MEASURE);
  std::size_t changed = 0;
  for (std::size_t at = program.find(code); at != std::string::npos; at = program.find(code)) {
    program.replace(at, code.size(), zeros);
    ++changed;
  }
  ASSERT_GT(changed, 0U);
  const fs::path other = folder_.write("slim-measure", program);
  fs::permissions(other, fs::perms::owner_all);
  const ChildOutcome outcome =
      on_ranks("1", sweep(out_, {"--experiment", "exact"}), {":", "-n", "1", other.string()});
  EXPECT_EQ(outcome.status, 3);
  expect_in(outcome.errors, "slim-measure: the harness failed: rank 1 on ");
  expect_in(outcome.errors, "has another build than rank 0: code is '" + zeros);
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(MpiSweep, RunsOtherCommandsOnce) {
  EXPECT_EQ(on_ranks("2", {"--version"}).output, alone({"--version"}).output);
  const ChildOutcome refused = on_ranks("2", {"sweep"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_EQ(refused.errors.find("--out is required"), refused.errors.rfind("--out is required"));
}

}  // namespace
}  // namespace slim::experiments
