// SPDX-License-Identifier: Apache-2.0
// Subjects with deliberate faults get their verdict, the run continues, and nothing is left behind.

#include "properties/report/verdict_table.hpp"
#include "properties/third_party/protocol/refuses_bad_requests.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "properties/tolerance/attention_answer.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/test_folder.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>
#include <vector>

namespace slim::properties::foreign {
namespace {

namespace fs = std::filesystem;

/// A word that is in no other process's arguments.
std::string fresh_mark() {
  static int number = 0;
  return "slim-mark-" + std::to_string(::getpid()) + "-" + std::to_string(number++);
}

std::string command_of(const std::string& fault, const std::string& mark = "none") {
  return "SLIM_MARK=" + mark + " exec " SLIM_PYTHON " " + folder + "faults/fault_subject.py " +
         fault + " " + mark;
}

std::string content_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// Other processes with the mark among their arguments.
std::vector<pid_t> with_mark(const std::string& mark) {
  std::vector<pid_t> found;
  std::error_code status;
  for (const auto& entry : fs::directory_iterator("/proc", status)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (name == std::to_string(::getpid())) continue;
    if (content_of(entry.path() / "cmdline").find(mark) == std::string::npos) continue;
    found.push_back(static_cast<pid_t>(std::stol(name)));
  }
  return found;
}

int marked_processes(const std::string& mark) {
  return static_cast<int>(with_mark(mark).size());
}

/// The marked child of a process: the outer supervisor of this one, the inner one of the outer one.
pid_t marked_child(const std::string& mark, pid_t parent) {
  for (const pid_t pid : with_mark(mark)) {
    const std::string status = content_of("/proc/" + std::to_string(pid) + "/status");
    if (status.find("\nPPid:\t" + std::to_string(parent) + "\n") != std::string::npos) return pid;
  }
  return 0;
}

AttentionInputs<double> small_question() {
  AttentionInputs<double> inputs;
  const HeadsSizes sizes{.batch = 1, .heads = 2, .rows = 3, .cols = 2};
  for (Heads<double>* heads : {&inputs.q, &inputs.k, &inputs.v}) {
    *heads = Heads<double>(sizes, MemoryTag::parameters);
    double x = 1.0;
    for (double& entry : heads->values()) entry = x += 0.25;
  }
  inputs.features_given = true;
  return inputs;
}

struct Fate {
  Failure failure;
  std::string what;
};

/// How a call ends; "answered" if it does not fail.
Fate outcome_of_call(const ForeignSubject& foreign) {
  try {
    ask(foreign.subject, Scalar::float32, small_question());
  } catch (const SubjectError& error) {
    return {error.failure(), error.what()};
  }
  return {Failure::wrong, "answered"};
}

Fate fate_of(const Door& door, const Limits& limits, fs::path* scratch = nullptr) {
  try {
    const ForeignSubject foreign = open_subject(door, limits);
    if (scratch != nullptr) {
      with_session(*foreign.pool,
                   [&](Session& session) { *scratch = session.process().scratch(); });
    }
    Fate first = outcome_of_call(foreign);
    const Fate second = outcome_of_call(foreign);  // after a restart if necessary
    EXPECT_EQ(first.failure, second.failure) << first.what << "\n" << second.what;
    return first;
  } catch (const SubjectError& error) {
    return {error.failure(), error.what()};
  }
}

struct KnownFault {
  const char* fault;
  Failure failure;
  const char* words;
  double deadline_s = 5.0;
};

class Faults : public testing::TestWithParam<KnownFault> {};

TEST_P(Faults, GetTheSameVerdictTwiceAndLeaveNothingBehind) {
  const KnownFault& known = GetParam();
  const std::string mark = fresh_mark();
  fs::path scratch;
  const Fate fate = fate_of(program_door(command_of(known.fault, mark)),
                            {.deadline_s = known.deadline_s,
                             .memory_bytes = std::int64_t{200} << 20,
                             .address_space_bytes = std::int64_t{1} << 39},
                            &scratch);
  EXPECT_EQ(name(fate.failure), name(known.failure)) << fate.what;
  EXPECT_NE(fate.what.find(known.words), std::string::npos) << fate.what;
  EXPECT_EQ(marked_processes(mark), 0);
  EXPECT_FALSE(!scratch.empty() && fs::exists(scratch));
}

INSTANTIATE_TEST_SUITE_P(
    OfPrograms, Faults,
    testing::Values(
        KnownFault{"aborts", Failure::crash, "signal 6 (SIGABRT)"},
        KnownFault{"segfaults", Failure::crash, "signal 11 (SIGSEGV)"},
        KnownFault{"sleeps", Failure::hang, "did not answer within 0.2 s", 0.2},
        KnownFault{"stops-its-inner-supervisor", Failure::hang, "did not answer within 0.2 s", 0.2},
        KnownFault{"stops-its-outer-supervisor", Failure::hang, "did not answer within 0.2 s", 0.2},
        KnownFault{"stops-both", Failure::hang, "did not answer within 0.2 s", 0.2},
        KnownFault{"allocates", Failure::memory_limit, "exceeded 200 MB"},
        KnownFault{"starts-daemons-that-allocate", Failure::memory_limit, "exceeded 200 MB"},
        KnownFault{"fills-its-scratch", Failure::memory_limit, "exceeded 200 MB"},
        KnownFault{"reserves", Failure::wrong, "answered"},
        KnownFault{"allocates-at-once", Failure::memory_limit, "exceeded 200 MB"},
        KnownFault{"prints-garbage", Failure::protocol_error, "'epoch 1: loss 0.25'"},
        KnownFault{"prints-bytes", Failure::protocol_error,
                   "'warning: ??? ?[31m ??? ]]> & nonsense'"},
        KnownFault{"prints-afterwards", Failure::protocol_error, "'done"},
        KnownFault{"endless-line", Failure::protocol_error, "a line of more than"},
        KnownFault{"answers-out-of-order", Failure::protocol_error, "answered request"},
        KnownFault{"truncates-result", Failure::protocol_error, "safetensors"},
        KnownFault{"wrong-dtype", Failure::wrong_shape, "F64 [1, 2, 3, 2], not as F32"},
        KnownFault{"bfloat16", Failure::wrong_shape, "returned tensor 'out' as BF16 ["},
        KnownFault{"code-wraps", Failure::error, "no code of ours"},
        KnownFault{"code-of-the-host", Failure::error, "my own code for a bad index"},
        KnownFault{"wrong-shape", Failure::wrong_shape, "[1, 2, 3, 2, 1]"},
        KnownFault{"modifies-case", Failure::input_modified, "case file"},
        KnownFault{"grows-case", Failure::input_modified, "case file"},
        KnownFault{"kills-its-supervisors", Failure::crash, "its supervisor was killed"},
        KnownFault{"kills-its-supervisors-and-forks-in-a-chain", Failure::crash,
                   "its supervisor was killed"},
        KnownFault{"closes-output", Failure::protocol_error, "closed its standard output"},
        KnownFault{"exits", Failure::crash, "exit code 0"},
        KnownFault{"forks-in-a-chain", Failure::crash, "exit code 0"},
        KnownFault{"declines", Failure::unsupported, "not today"},
        KnownFault{"no-result", Failure::protocol_error, "does not exist"},
        KnownFault{"result-is-a-pipe", Failure::protocol_error, "not a regular file"},
        KnownFault{"dies-at-start", Failure::load_error, "'cannot find my weights'"},
        KnownFault{"other-version", Failure::version_mismatch, "uses version 2"},
        KnownFault{"bad-declaration", Failure::protocol_error, "allowed are BHLD, BLHD, LBHD"}),
    [](const testing::TestParamInfo<KnownFault>& of) {
      std::string name = of.param.fault;
      std::erase(name, '-');
      return name;
    });

/// Peak resident size of this process, in bytes.
std::int64_t peak_of_this_process() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return std::int64_t{1024} * used.ru_maxrss;
}

TEST(Foreign, CaseFileThatGrewIsNotReadIntoMemory) {
  const std::int64_t before = peak_of_this_process();
  const ForeignSubject foreign = open_subject(program_door(command_of("grows-case")), {});
  EXPECT_EQ(outcome_of_call(foreign).failure, Failure::input_modified);
  EXPECT_LE(peak_of_this_process() - before, std::int64_t{1} << 28) << "the file has 3 GiB";
}

TEST(Foreign, SessionEndsWithShutdown) {
  const TestFolder own;
  const fs::path note = own.path() / "note";
  {
    const ForeignSubject foreign = open_subject(
        program_door("SLIM_NOTE='" + note.string() + "' " + command_of("notes-its-shutdown")), {});
    EXPECT_EQ(outcome_of_call(foreign).what, "answered");
    EXPECT_FALSE(fs::exists(note));
  }
  EXPECT_EQ(content_of(note), "shutdown");
  const std::string mark = fresh_mark();
  outcome_of_call(open_subject(program_door(command_of("stays-after-shutdown", mark)), {}));
  EXPECT_EQ(marked_processes(mark), 0) << "it is killed after one second";
}

TEST(Foreign, DeclarationMustNotChangeAtARestart) {
  const TestFolder own;
  const fs::path note = own.path() / "note";
  const ForeignSubject foreign = open_subject(
      program_door("SLIM_NOTE='" + note.string() + "' " + command_of("redeclares")), {});
  EXPECT_EQ(outcome_of_call(foreign).what, "answered") << "by the first process";
  try {
    with_fresh_session(*foreign.pool, [](Session&) {});
    ADD_FAILURE() << "another epsilon was accepted";
  } catch (const SubjectError& error) {
    EXPECT_EQ(error.failure(), Failure::protocol_error);
    EXPECT_NE(std::string(error.what()).find("gave another declaration"), std::string::npos);
  }
}

TEST(Foreign, AddressSpaceIsLimitedOnRequest) {
  const Fate fate =
      fate_of(program_door(command_of("reserves")), {.address_space_bytes = std::int64_t{1} << 30});
  EXPECT_EQ(name(fate.failure), "MEMORY-LIMIT") << fate.what;
}

TEST(Foreign, PagesSharedWithChildrenCountOnce) {
  const Fate fate = fate_of(program_door(command_of("shares-pages-with-children")),
                            {.memory_bytes = std::int64_t{160} << 20});
  EXPECT_EQ(fate.what, "answered");
}

TEST(Foreign, ChildrenOlderThanTheFirstSubjectAreNotKilled) {
  const TestFolder out;
  const std::string mark = fresh_mark();
  const std::string command = "cd '" + out.path().string() +
                              "'; setsid " SLIM_PYTHON " -c 'import time; time.sleep(60)' " + mark +
                              " & exec " SLIM_VERIFY
                              " run --law attention-agrees --scalar float32 --cases 1 "
                              "--subject-library " +
                              library("c_attention") + " > /dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
  const std::vector<pid_t> spared = with_mark(mark);
  EXPECT_EQ(spared.size(), 1U);
  for (const pid_t pid : spared) ::kill(pid, SIGKILL);
}

TEST(Foreign, RemainingChildrenAreKilled) {
  for (const char* fault : {"leaves-children", "leaves-children-at-start"}) {
    const std::string mark = fresh_mark();
    {
      const ForeignSubject foreign = open_subject(program_door(command_of(fault, mark)), {});
      EXPECT_EQ(outcome_of_call(foreign).what, "answered");
      EXPECT_GE(marked_processes(mark), 2) << "the subject and at least one child";
    }
    EXPECT_EQ(marked_processes(mark), 0) << fault;
  }
}

TEST(Foreign, NothingOutlivesAKilledHarnessEvenIfTheInnerSupervisorIsStopped) {
  for (const bool stops_inner : {false, true}) {
    const std::string mark = fresh_mark();
    const std::string command = command_of("leaves-children-at-start-and-sleeps", mark);
    const TestFolder out;
    const pid_t harness = ::fork();
    if (harness == 0) {
      ::execl(SLIM_VERIFY, "slim-verify", "run", "--subject-command", command.c_str(), "--cases",
              "1000000", "--law", "attention-agrees", "--threads", "1", "--out", out.path().c_str(),
              nullptr);
      ::_exit(127);
    }
    for (int i = 0; i < 1000 && marked_processes(mark) < 6; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ASSERT_GE(marked_processes(mark), 6) << "harness, two supervisors, subject, child, grandchild";
    const pid_t inner = marked_child(mark, marked_child(mark, harness));
    ASSERT_GT(inner, 0);
    if (stops_inner) ::kill(inner, SIGSTOP);
    ::kill(harness, SIGKILL);
    ::waitpid(harness, nullptr, 0);
    for (int i = 0; i < 1000 && marked_processes(mark) > 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(marked_processes(mark), 0) << (stops_inner ? "stopped" : "running");
  }
}

TEST(Foreign, NothingOutlivesAKilledSupervisor) {
  for (const bool kills_outer : {true, false}) {
    const std::string mark = fresh_mark();
    const ForeignSubject foreign =
        open_subject(program_door(command_of("leaves-children-at-start", mark)), {});
    for (int i = 0; i < 1000 && marked_processes(mark) < 5; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ASSERT_GE(marked_processes(mark), 5) << "two supervisors, subject, child, grandchild";
    const pid_t outer = marked_child(mark, ::getpid());
    const pid_t inner = marked_child(mark, outer);
    ASSERT_GT(outer, 0);
    ASSERT_GT(inner, 0);
    ::kill(kills_outer ? outer : inner, SIGKILL);
    // A killed outer supervisor stays as a zombie, without arguments, until it is waited for.
    for (int i = 0; i < 1000 && marked_processes(mark) > 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(marked_processes(mark), 0) << (kills_outer ? "outer" : "inner");
    outcome_of_call(foreign);  // fails, since the process has ended
    EXPECT_EQ(outcome_of_call(foreign).what, "answered") << "by a new process";
  }
}

TEST(Foreign, RunContinuesAfterACrashAndShrinksTheCase) {
  const ForeignSubject foreign = open_subject(program_door(command_of("segfaults")), {});
  const RunResult result = run_on(foreign, {"attention-agrees", "averages"}, 2);
  ASSERT_EQ(result.verdicts.size(), 2U);
  for (const Verdict& verdict : result.verdicts) EXPECT_EQ(summary(verdict), "CRASH");
  ASSERT_EQ(result.counterexamples.size(), 2U);
  for (const Counterexample& found : result.counterexamples) {
    EXPECT_NE(found.readable.find("L=2 "), std::string::npos) << found.readable;
    EXPECT_NE(found.finding.note.find("SIGSEGV"), std::string::npos);
  }
  EXPECT_GT(processes_started(*foreign.pool), 3);
}

TEST(Foreign, PipeInTheScratchFolderIsNotWrittenTo) {
  const ForeignSubject foreign = open_subject(program_door(command_of("bad-case-is-a-pipe")), {});
  const Law law = refuses_bad_requests(foreign);
  CaseFile probe;
  probe.metadata["request"] = "a truncated case file";
  const Finding finding = law.load(probe)->check(foreign.subject, Scalar::float32);
  EXPECT_EQ(finding.outcome, Outcome::pass) << finding.note;
}

TEST(Foreign, NaNHasItsOwnVerdict) {
  const ForeignSubject foreign = open_subject(program_door(command_of("nan")), {});
  const RunResult result = run_on(foreign, {"attention-agrees", "calls-independent"}, 1);
  for (const Verdict& verdict : result.verdicts) {
    EXPECT_EQ(summary(verdict), "NON-FINITE") << verdict.law << ": NaN equals NaN here";
  }
}

TEST(ForeignLibraries, GetTheirVerdict) {
  const std::map<std::string, std::pair<Failure, std::string>> faults = {
      {"PAST_END", {Failure::out_of_bounds, "past the end of out"}},
      {"BEFORE_BEGINNING", {Failure::out_of_bounds, "before the beginning of out"}},
      {"FAR_BEFORE", {Failure::out_of_bounds, "before the beginning of out"}},
      {"PAGES_PAST_END", {Failure::out_of_bounds, "past the end of out"}},
      {"PAGES_BEFORE", {Failure::out_of_bounds, "before the beginning of out"}},
      {"WRITES_INPUT", {Failure::input_modified, "wrote into its input q"}},
      {"UNPROTECTS_INPUT", {Failure::input_modified, "wrote into its input q"}},
      {"OLD_VERSION", {Failure::version_mismatch, "version 7 of slim_subject.h"}},
      {"NO_SUBJECT", {Failure::load_error, "returned NULL"}},
      {"NO_JSON", {Failure::load_error, "a declaration that is not JSON"}},
      {"CRASHES", {Failure::crash, "SIGABRT"}},
      {"SLEEPS", {Failure::hang, "did not answer"}},
      {"FAILS", {Failure::error, "q is too long"}},
      {"PRINTS", {Failure::wrong, "answered"}},
      {"FORKS", {Failure::crash, "exit code 0"}},
  };
  for (const auto& [fault, expected] : faults) {
    const Fate fate = fate_of(library_door(library("fault_" + fault)), {.deadline_s = 0.5});
    EXPECT_EQ(name(fate.failure), name(expected.first)) << fault << ": " << fate.what;
    EXPECT_NE(fate.what.find(expected.second), std::string::npos) << fault << ": " << fate.what;
    EXPECT_EQ(marked_processes("fault_" + fault), 0) << fault;
  }
}

TEST(ForeignLibraries, OtherFilesDoNotLoad) {
  const Fate text = fate_of(library_door(folder + "slim_subject.h"), {});
  EXPECT_EQ(text.failure, Failure::load_error) << text.what;
  EXPECT_THROW(library_door("/nowhere.so"), ContractError);
}

TEST(ForeignLibraries, OutputsThatAreNotWrittenAreNaN) {
  const ForeignSubject foreign =
      open_subject(library_door(library("fault_LEAVES_NAN")), {.deadline_s = 5.0});
  EXPECT_EQ(summary(run_on(foreign, {"attention-agrees"}, 1).verdicts.front()), "NON-FINITE");
}

}  // namespace
}  // namespace slim::properties::foreign
