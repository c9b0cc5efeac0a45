// SPDX-License-Identifier: Apache-2.0
// Failures of the environment that are no fault of the subject (full file systems, lack of
// descriptors and processes, permissions), and attacks of a subject on the harness.

#include "properties/third_party/protocol/exchange.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "properties/third_party/sandbox/peak_watch.hpp"
#include "properties/third_party/sandbox/process_tree.hpp"
#include "properties/tolerance/attention_answer.hpp"
#include "reference/vocabulary/system/child_program.hpp"
#include "reference/vocabulary/system/ordinary_user.hpp"
#include "reference/vocabulary/system/test_folder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace slim::properties::foreign {
namespace {

namespace fs = std::filesystem;

std::string program_with(const std::string& fault) {
  return "exec " SLIM_PYTHON " " + folder + "faults/fault_subject.py " + fault;
}

template <class T>
AttentionInputs<T> two_rows() {
  AttentionInputs<T> inputs;
  const HeadsSizes sizes{.batch = 1, .heads = 1, .rows = 2, .cols = 2};
  for (Heads<T>* heads : {&inputs.q, &inputs.k, &inputs.v}) {
    *heads = Heads<T>(sizes, MemoryTag::parameters);
    for (T& entry : heads->values()) entry = T(1);
  }
  inputs.features_given = true;
  return inputs;
}

/// "answered", or the failure of the subject.
std::string how_it_answers(const ForeignSubject& foreign) {
  try {
    ask(foreign.subject, Scalar::float32, two_rows<double>());
    return "answered";
  } catch (const SubjectError& error) {
    return std::string(name(error.failure())) + ": " + error.what();
  }
}

// File systems

TEST(ScratchPlace, IsTheFirstComfortableOneOrTheLargest) {
  const TestFolder one;
  const TestFolder other;
  const std::vector<fs::path> both = {one.path(), other.path()};
  EXPECT_EQ(scratch_place(both, 0), one.path());
  const std::vector<fs::path> absent_first = {"/no/such/folder", other.path()};
  EXPECT_EQ(scratch_place(absent_first, 0), other.path());
  const std::vector<fs::path> unprintable_first = {one.path() / "\xff", other.path()};
  fs::create_directory(one.path() / "\xff");
  EXPECT_EQ(scratch_place(unprintable_first, 0), other.path());
}

TEST(ScratchPlace, TooSmallIsAHarnessErrorThatNamesTheFreeSpace) {
  const TestFolder folder;
  const std::vector<fs::path> places = {"/no/such/folder", folder.path()};
  const std::int64_t too_much = room_in(folder.path()) * 2 + least_room;
  try {
    scratch_place(places, too_much);
    ADD_FAILURE();
  } catch (const NoRoom& error) {
    const std::string what = error.what();
    EXPECT_EQ(error.needed(), too_much);
    EXPECT_NE(what.find("/no/such/folder is not a writable folder"), std::string::npos) << what;
    EXPECT_NE(what.find(folder.path().string() + " has "), std::string::npos) << what;
    EXPECT_NE(what.find("TMPDIR"), std::string::npos) << what;
  }
}

/// Runs shell lines that may mount file systems; skipped if the system forbids that.
class OwnMounts : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system(
            "unshare --user --map-root-user --mount mount -t tmpfs none /mnt 2>/dev/null") != 0) {
      GTEST_SKIP() << "this system does not allow users to mount file systems";
    }
    fs::create_directory(tiny_);
  }
  [[nodiscard]] ChildOutcome run(const std::string& lines) const {
    return run_child(
        {.program = "unshare",
         .arguments = {"--user", "--map-root-user", "--mount", "sh", "-e", "-c", lines},
         .folder = folder_.path()});
  }
  [[nodiscard]] static std::string verify(const std::string& subject) {
    return SLIM_VERIFY " run --law attention-agrees --scalar float32 --cases 3 --threads 1 " +
           subject;
  }
  static std::string shared_memory_of(const std::string& size) {
    return "mount -t tmpfs -o size=" + size + " none /dev/shm\n";
  }
  /// Mounts a file system of a few kilobytes as TMPDIR.
  [[nodiscard]] std::string tiny_temporary_files() const {
    return "mount -t tmpfs -o size=4k none '" + tiny_.string() + "'\nexport TMPDIR='" +
           tiny_.string() + "'\n";
  }

 private:
  const TestFolder folder_;
  const fs::path tiny_ = folder_.path() / "tiny";
};

const std::string sound_library = "--subject-library " + library("c_attention");

TEST_F(OwnMounts, TemporaryFolderIsUsedIfSharedMemoryIsFull) {
  const ChildOutcome outcome = run(shared_memory_of("4k") + verify(sound_library));
  EXPECT_EQ(outcome.status, 0) << outcome.output << outcome.errors;
}

TEST_F(OwnMounts, NoSpaceAnywhereIsAHarnessError) {
  const ChildOutcome outcome =
      run(shared_memory_of("4k") + tiny_temporary_files() + verify(sound_library));
  EXPECT_EQ(outcome.status, 3) << outcome.output << outcome.errors;
  EXPECT_NE(outcome.errors.find("a scratch folder needs"), std::string::npos) << outcome.errors;
  EXPECT_EQ(outcome.output.find("CRASH"), std::string::npos) << outcome.output;
}

TEST_F(OwnMounts, TemporaryFolderIsUsedOnceSharedMemoryFillsUp) {
  const std::string filling = "--subject-command '" + program_with("fills-shared-memory") + "'";
  const ChildOutcome outcome = run(shared_memory_of("300m") + verify(filling));
  EXPECT_EQ(outcome.status, 1) << "its answers are wrong\n" << outcome.output << outcome.errors;
  EXPECT_NE(outcome.output.find("WRONG"), std::string::npos) << outcome.output;
  const ChildOutcome nowhere =
      run(shared_memory_of("300m") + tiny_temporary_files() + verify(filling));
  EXPECT_EQ(nowhere.status, 3) << nowhere.output << nowhere.errors;
}

// Descriptors and processes

TEST(Surroundings, TooFewDescriptorsAreAHarnessError) {
  const TestFolder out;
  for (int limit = 4; limit <= 40; ++limit) {
    const ChildOutcome outcome = run_child(
        {.program = "sh",
         .arguments = {"-c", "ulimit -n " + std::to_string(limit) +
                                 "; exec " SLIM_VERIFY " run --law attention-agrees --scalar "
                                 "float32 --cases 3 --threads 2 --subject-library " +
                                 library("c_attention")},
         .folder = out.path()});
    EXPECT_TRUE(outcome.status == 0 || outcome.status == 3 || outcome.status == 127)
        << limit << " descriptors: " << outcome.status << "\n"
        << outcome.output << outcome.errors;
  }
}

/// Opens all descriptors of this process except `left`.
class Hoard {
 public:
  explicit Hoard(std::size_t left) {
    for (int one = 0; (one = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) all_.push_back(one);
    for (; left > 0 && !all_.empty(); --left) {
      ::close(all_.back());
      all_.pop_back();
    }
  }
  Hoard(const Hoard&) = delete;
  Hoard& operator=(const Hoard&) = delete;
  ~Hoard() {
    for (const int one : all_) ::close(one);
  }

 private:
  std::vector<int> all_;
};

TEST(Surroundings, RunningOutOfDescriptorsLaterIsAHarnessError) {
  for (std::size_t left = 0; left < 4; ++left) {
    const ForeignSubject foreign = open_subject(library_door(library("c_attention")), {});
    EXPECT_EQ(how_it_answers(foreign), "answered");
    const Hoard hoard(left);
    try {
      EXPECT_EQ(how_it_answers(foreign), "answered") << left << " descriptors left";
    } catch (const HarnessError&) {
      continue;
    }
  }
}

/// Tests as an ordinary user, to whom permissions and limits on processes apply.
class OrdinaryUser : public testing::Test {
 protected:
  void SetUp() override {
    if (!ordinary_user_may_run(SLIM_VERIFY)) {
      GTEST_SKIP() << "an ordinary user may not run " SLIM_VERIFY;
    }
  }
};

TEST_F(OrdinaryUser, TooFewProcessesAreAHarnessError) {
  for (rlim_t limit = 0; limit <= 6; ++limit) {
    EXPECT_TRUE(holds_for_ordinary_user([limit] {
      const rlimit few{limit, limit};
      ::setrlimit(RLIMIT_NPROC, &few);
      try {
        open_subject(library_door(library("c_attention")), {});
        return true;
      } catch (const HarnessError&) {
        return true;
      } catch (const SubjectError& error) {
        std::fprintf(stderr, "%d processes: %s\n", static_cast<int>(limit), error.what());
        return false;
      }
    }));
  }
}

TEST_F(OrdinaryUser, ScratchFolderIsRemovedDespitePermissionsInIt) {
  const TestFolder note;
  const fs::path file = note.path() / "scratch";
  ::chmod(note.path().c_str(), 0777);
  EXPECT_TRUE(holds_for_ordinary_user([&] {
    const ForeignSubject foreign =
        open_subject(program_door(program_with("leaves-closed-entries")), {});
    with_session(*foreign.pool, [&](Session& session) {
      std::ofstream(file) << session.process().scratch().string();
    });
    return how_it_answers(foreign) == "answered";
  }));
  std::ifstream stream(file);
  std::string scratch;
  std::getline(stream, scratch);
  ASSERT_FALSE(scratch.empty());
  EXPECT_FALSE(fs::exists(scratch));
}

TEST_F(OrdinaryUser, CannotReadTheMemoryOfTheHarness) {
  const TestFolder out;
  ::chmod(out.path().c_str(), 0777);
  std::vector<std::string> words = run_by_ordinary_user();
  for (const char* word : {SLIM_VERIFY, "run", "--law", "attention-agrees", "--scalar", "float32",
                           "--cases", "1", "--subject-command"}) {
    words.emplace_back(word);
  }
  words.push_back(program_with("reads-the-harness"));
  const ChildOutcome outcome = run_child({.program = words.front(),
                                          .arguments = {words.begin() + 1, words.end()},
                                          .folder = out.path()});
  EXPECT_NE(outcome.output.find("PermissionError"), std::string::npos)
      << outcome.output << outcome.errors;
}

// A busy machine

TEST(Surroundings, WaitingForABusyProcessorIsNoHang) {
  // It has one processor, of which a process of higher priority leaves it about a hundredth.
  Process process({"/bin/sh", "-c",
                   "read go; taskset -cp $(taskset -cp $$ | sed 's/.*[ ,-]//') $$ > /dev/null; "
                   "sh -c 'while :; do :; done' & renice -n 19 $$ > /dev/null; "
                   "i=0; while [ $i -lt 6000 ]; do i=$((i + 1)); done; echo done"},
                  std::int64_t{1} << 30, 0);
  ASSERT_TRUE(process.say("go", Clock::now() + std::chrono::seconds(10)));
  const Heard heard = process.hear(Clock::now() + std::chrono::milliseconds(100));
  EXPECT_EQ(heard.kind, Heard::Kind::line);
  EXPECT_EQ(heard.text, "done");
}

// Text that the locale cannot represent

TEST(Surroundings, PythonSubjectAnswersInUtf8InAnyLocale) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  for (const char* locale : {"LC_ALL=C.UTF-8", "LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0"}) {
    const ForeignSubject foreign = open_subject(
        program_door(std::string(locale) + " PYTHONPATH=" + folder +
                     " exec " SLIM_PYTHON
                     " -c 'from slim_subject import *\n@subject()\ndef f(q, k, v, **options):\n  "
                     "raise ValueError(\"no file \\udcff\")\nserve()'"),
        {});
    EXPECT_EQ(how_it_answers(foreign),
              "ERROR: returned an error: ValueError: no file ? (<string>, line 4)")
        << locale;
  }
}

// The harness's own processes

TEST(Surroundings, StoppingASupervisorIsDetected) {
  for (const char* which : {"inner", "outer"}) {
    const ForeignSubject foreign = open_subject(
        program_door(program_with(std::string("stops-its-") + which + "-supervisor-for-a-while")),
        {});
    const std::string fate = how_it_answers(foreign);
    EXPECT_EQ(fate.find("CRASH: stopped (SIGSTOP) the processes"), 0U) << which << ": " << fate;
  }
}

TEST_F(OrdinaryUser, MeasurementsAreDiscardedIfTheSubjectStoppedTheHarness) {
  // In a child process, since the parent of a stopped process may react to it.
  EXPECT_TRUE(holds_for_ordinary_user([] {
    const ForeignSubject foreign =
        open_subject(program_door(program_with("stops-the-harness-for-a-while")), {});
    bool undisturbed = false;
    bool stopped = false;
    with_session(*foreign.pool, [&](Session& session) {
      const Process& process = session.process();
      const pid_t inner_supervisor = entry_of(process.pid()).parent;
      undisturbed = !PeakWatch(inner_supervisor, process.scratch()).end().lost_sight;
      PeakWatch watch(inner_supervisor, process.scratch());
      AttentionInputs<float> inputs = two_rows<float>();
      AttentionResult<float> result;
      exchange(session, inputs.task(), result);
      stopped = watch.end().lost_sight;
    });
    return undisturbed && stopped;
  }));
}

}  // namespace
}  // namespace slim::properties::foreign
