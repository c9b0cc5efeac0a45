// Subjects that are at fault on purpose: each gets its verdict, the run goes on, nothing is left.

#include "properties/catalogue.hpp"
#include "properties/diagnosis/diagnostician.hpp"
#include "properties/engine/engine.hpp"
#include "properties/foreign/adapted_law.hpp"
#include "properties/foreign/certificate.hpp"
#include "properties/foreign/expected_failures.hpp"
#include "properties/foreign/foreign_subject.hpp"
#include "properties/foreign/level.hpp"
#include "properties/foreign/refuses_bad_requests.hpp"
#include "properties/foreign/resources.hpp"
#include "properties/judgement/attention_answer.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/program/verdict_table.hpp"
#include "reference/vocabulary/contract.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <thread>

namespace slim::properties::foreign {
namespace {

namespace fs = std::filesystem;

const std::string foreign_folder = SLIM_SOURCE_DIR "/properties/foreign/";

/// A word that no other process has among its arguments.
std::string fresh_mark() {
  static int number = 0;
  return "slim-mark-" + std::to_string(::getpid()) + "-" + std::to_string(number++);
}

std::string command_of(const std::string& fault, const std::string& mark = "none") {
  return "SLIM_MARK=" + mark + " exec " SLIM_PYTHON " " + foreign_folder +
         "faults/fault_subject.py " + fault + " " + mark;
}

std::string content_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// Processes, other than this one, that have the mark among their arguments.
int marked_processes(const std::string& mark) {
  int count = 0;
  std::error_code status;
  for (const auto& entry : fs::directory_iterator("/proc", status)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (name == std::to_string(::getpid())) continue;
    count += content_of(entry.path() / "cmdline").find(mark) == std::string::npos ? 0 : 1;
  }
  return count;
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

/// How the first question ends; "answered" when it does not fail.
Fate asked(const ForeignSubject& foreign) {
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
    const Fate first = asked(foreign);
    const Fate second = asked(foreign);  // restarted where it has to be
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

TEST_P(Faults, GetTheirVerdictTwiceAndLeaveNothing) {
  const KnownFault& known = GetParam();
  const std::string mark = fresh_mark();
  fs::path scratch;
  const Fate fate =
      fate_of(program_door(command_of(known.fault, mark)),
              {.deadline_s = known.deadline_s, .memory_bytes = std::int64_t{200} << 20}, &scratch);
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
        KnownFault{"allocates", Failure::memory_limit, "outgrew 200 MB"},
        KnownFault{"allocates-at-once", Failure::memory_limit, "outgrew 200 MB"},
        KnownFault{"prints-garbage", Failure::protocol_error, "'epoch 1: loss 0.25'"},
        KnownFault{"prints-afterwards", Failure::protocol_error, "'done"},
        KnownFault{"endless-line", Failure::protocol_error, "a line of more than"},
        KnownFault{"answers-out-of-order", Failure::protocol_error, "answered request"},
        KnownFault{"truncates-result", Failure::protocol_error, "safetensors"},
        KnownFault{"wrong-dtype", Failure::wrong_shape, "F64 [1, 2, 3, 2], asked for was F32"},
        KnownFault{"wrong-shape", Failure::wrong_shape, "[1, 2, 3, 2, 1]"},
        KnownFault{"modifies-case", Failure::input_modified, "case file"},
        KnownFault{"closes-output", Failure::protocol_error, "closed its standard output"},
        KnownFault{"exits", Failure::crash, "exit code 0"},
        KnownFault{"declines", Failure::unsupported, "not today"},
        KnownFault{"no-result", Failure::protocol_error, "is not there"},
        KnownFault{"result-is-a-pipe", Failure::protocol_error, "no plain file"},
        KnownFault{"dies-at-start", Failure::load_error, "'cannot find my weights'"},
        KnownFault{"other-version", Failure::version_mismatch, "speaks version 2"},
        KnownFault{"bad-declaration", Failure::protocol_error, "allowed are BHLD, BLHD, LBHD"}),
    [](const testing::TestParamInfo<KnownFault>& of) {
      std::string name = of.param.fault;
      std::erase(name, '-');
      return name;
    });

TEST(Foreign, ChildrenThatStayAreKilled) {
  for (const char* fault : {"leaves-children", "leaves-children-at-start"}) {
    const std::string mark = fresh_mark();
    {
      const ForeignSubject foreign = open_subject(program_door(command_of(fault, mark)), {});
      EXPECT_EQ(asked(foreign).what, "answered");
      EXPECT_GE(marked_processes(mark), 2) << "it and a child at least";
    }
    EXPECT_EQ(marked_processes(mark), 0) << fault;
  }
}

TEST(Foreign, NothingOutlivesAHarnessThatIsKilled) {
  const std::string mark = fresh_mark();
  const std::string command = command_of("leaves-children-at-start", mark);
  const pid_t harness = ::fork();
  if (harness == 0) {
    ::execl(SLIM_VERIFY, "slim-verify", "run", "--subject-command", command.c_str(), "--cases",
            "1000000", "--law", "attention-agrees", "--out", "/nonexistent-is-not-written",
            nullptr);
    ::_exit(127);
  }
  for (int i = 0; i < 1000 && marked_processes(mark) < 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ASSERT_GE(marked_processes(mark), 5) << "harness, keeper, subject, its child and grandchild";
  ::kill(harness, SIGKILL);
  ::waitpid(harness, nullptr, 0);
  for (int i = 0; i < 1000 && marked_processes(mark) > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(marked_processes(mark), 0);
}

RunResult run_on(const ForeignSubject& foreign, const std::vector<std::string>& names, int cases,
                 std::vector<Scalar> scalars = {Scalar::float32}) {
  std::vector<Law> laws;
  for (const std::string& name : names) {
    laws.push_back(name == "refuses-bad-requests"
                       ? refuses_bad_requests(foreign)
                       : adapted_law(laws::find_law(name), foreign.subject));
  }
  RunPlan plan{.laws = {}, .subjects = {&foreign.subject}, .scalars = std::move(scalars)};
  for (const Law& law : laws) plan.laws.push_back(&law);
  plan.cases = cases;
  plan.may_claim_less = true;
  return run(plan);
}

TEST(Foreign, ARunGoesOnAfterACrashAndShrinksIt) {
  const ForeignSubject foreign = open_subject(program_door(command_of("segfaults")), {});
  const RunResult result = run_on(foreign, {"attention-agrees", "averages"}, 2);
  ASSERT_EQ(result.verdicts.size(), 2U);
  for (const Verdict& verdict : result.verdicts) EXPECT_EQ(summary(verdict), "CRASH");
  ASSERT_EQ(result.counterexamples.size(), 2U);
  for (const Counterexample& found : result.counterexamples) {
    EXPECT_NE(found.readable.find("L=1 "), std::string::npos) << found.readable;
    EXPECT_NE(found.finding.note.find("SIGSEGV"), std::string::npos);
  }
  EXPECT_GT(processes_started(*foreign.pool), 3);
}

TEST(Foreign, NaNIsAVerdictOfItsOwn) {
  const ForeignSubject foreign = open_subject(program_door(command_of("nan")), {});
  const RunResult result = run_on(foreign, {"attention-agrees"}, 1);
  EXPECT_EQ(summary(result.verdicts.front()), "NON-FINITE");
}

std::string library(const std::string& name) {
  return std::string(SLIM_EXAMPLES) + "/lib" + name + ".so";
}

TEST(ForeignLibraries, GetTheirVerdict) {
  const std::map<std::string, std::pair<Failure, std::string>> faults = {
      {"PAST_END", {Failure::out_of_bounds, "past the end of out"}},
      {"BEFORE_BEGINNING", {Failure::out_of_bounds, "before the beginning of out"}},
      {"FAR_BEFORE", {Failure::out_of_bounds, "before the beginning of out"}},
      {"WRITES_INPUT", {Failure::input_modified, "wrote into its input q"}},
      {"OLD_VERSION", {Failure::version_mismatch, "version 7 of slim_subject.h"}},
      {"NO_SUBJECT", {Failure::load_error, "gave no subject"}},
      {"CRASHES", {Failure::crash, "SIGABRT"}},
      {"SLEEPS", {Failure::hang, "did not answer"}},
      {"FAILS", {Failure::error, "q is too long"}},
      {"PRINTS", {Failure::wrong, "answered"}},
  };
  for (const auto& [fault, expected] : faults) {
    const Fate fate = fate_of(library_door(library("fault_" + fault)), {.deadline_s = 0.5});
    EXPECT_EQ(name(fate.failure), name(expected.first)) << fault << ": " << fate.what;
    EXPECT_NE(fate.what.find(expected.second), std::string::npos) << fault << ": " << fate.what;
  }
}

TEST(ForeignLibraries, WhatIsNoLibraryOfOursDoesNotLoad) {
  const Fate text = fate_of(library_door(foreign_folder + "slim_subject.h"), {});
  EXPECT_EQ(text.failure, Failure::load_error) << text.what;
  EXPECT_THROW(library_door("/nowhere.so"), ContractError);
}

TEST(ForeignLibraries, BuffersLeftAloneAreNaN) {
  const ForeignSubject foreign =
      open_subject(library_door(library("fault_LEAVES_NAN")), {.deadline_s = 5.0});
  EXPECT_EQ(summary(run_on(foreign, {"attention-agrees"}, 1).verdicts.front()), "NON-FINITE");
}

const std::vector<std::string> forward_laws = {
    "attention-agrees",  "averages",          "linear-in-values",     "heads-independent",
    "calls-independent", "layouts-agree",     "future-does-not-leak", "permutation-equivariant",
    "stays-in-hull",     "key-scale-cancels", "refuses-bad-requests"};

TEST(ForeignExamples, InCAndCppHoldAndTheBuggyOneFails) {
  const std::vector<Scalar> scalars = {Scalar::float32, Scalar::float64};
  for (const char* name : {"c_attention", "cpp_attention"}) {
    const ForeignSubject foreign = open_subject(library_door(library(name)), {});
    const RunResult result = run_on(foreign, forward_laws, 12, scalars);
    EXPECT_TRUE(result.holds()) << name;
    for (const Verdict& verdict : result.verdicts) {
      EXPECT_TRUE(verdict.holds()) << name << " " << verdict.law << ": " << summary(verdict) << " "
                                   << verdict.tally.worst.tensor;
    }
  }
  const ForeignSubject buggy = open_subject(library_door(library("c_attention_buggy")), {});
  const RunResult result = run_on(buggy, {"attention-agrees", "averages"}, 12);
  EXPECT_FALSE(result.holds());
  EXPECT_NE(result.counterexamples.front().readable.find("L=1 "), std::string::npos);
}

bool has_module(const std::string& module) {
  return std::system((SLIM_PYTHON " -c 'import " + module + "' 2>/dev/null").c_str()) == 0;
}

TEST(ForeignExamples, NumpyHolds) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const ForeignSubject foreign =
      open_subject(program_door("PYTHONPATH=" + foreign_folder + " exec " SLIM_PYTHON " " +
                                foreign_folder + "examples/numpy_attention.py"),
                   {});
  std::vector<std::string> names = forward_laws;
  for (const char* more : {"features-agree", "attention-resumes", "masked-keys-absent"}) {
    names.emplace_back(more);
  }
  const RunResult result = run_on(foreign, names, 6, {Scalar::float32, Scalar::float64});
  for (const Verdict& verdict : result.verdicts) {
    EXPECT_TRUE(verdict.holds()) << verdict.law << ": " << summary(verdict) << " "
                                 << verdict.tally.worst.tensor;
    EXPECT_FALSE(verdict.unclaimed()) << verdict.law;
  }
  EXPECT_TRUE(result.holds());
}

TEST(ForeignExamples, TorchHoldsByAutogradAndFailsWithItsStabiliserOverTheLength) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const std::string path = "PYTHONPATH=" + foreign_folder + " exec " SLIM_PYTHON " ";
  const std::string program = foreign_folder + "examples/torch_attention.py";
  const std::vector<std::string> names = {"attention-agrees", "pullback-agrees",
                                          "future-does-not-leak"};
  const ForeignSubject right = open_subject(program_door(path + program), {});
  const RunResult held = run_on(right, names, 4, {Scalar::float64});
  for (const Verdict& verdict : held.verdicts) {
    EXPECT_TRUE(verdict.holds()) << verdict.law << ": " << summary(verdict);
    EXPECT_FALSE(verdict.unclaimed()) << verdict.law;
  }
  const std::string leaking = path + "-c \"import re; exec(open('" + program +
                              "').read().replace('OVER_LENGTH = False', 'OVER_LENGTH = True'))\"";
  const ForeignSubject leaks = open_subject(program_door(leaking), {});
  const RunResult broken = run_on(leaks, {"attention-agrees"}, 4, {Scalar::float64});
  ASSERT_EQ(broken.counterexamples.size(), 1U);
  const Counterexample& found = broken.counterexamples.front();
  std::vector<Law> adapted;
  for (const Law& law : laws::catalogue()) adapted.push_back(adapted_law(law, leaks.subject));
  const std::vector<std::string> looks =
      in_words(Diagnostician(std::move(adapted)).diagnose(leaks.subject, found.scalar, found.file));
  EXPECT_NE(looks.front().find("stabiliser of queries over-length, of keys over-length"),
            std::string::npos)
      << looks.front();
}

TEST(ForeignConventions, EveryLayoutAndOwnConventionsPassAsTightlyAndUndeclaredFail) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const std::string program =
      "exec " SLIM_PYTHON " " + foreign_folder + "faults/layout_subject.py ";
  const std::vector<std::string> names = {"attention-agrees", "features-agree", "attention-resumes",
                                          "masked-keys-absent"};
  for (const char* layout : {"BHLD DM", "BLHD MD", "LBHD DM"}) {
    const ForeignSubject foreign = open_subject(program_door(program + layout), {});
    const RunResult result = run_on(foreign, names, 5, {Scalar::float64});
    for (const Verdict& verdict : result.verdicts) {
      EXPECT_EQ(summary(verdict), "PASS") << layout << " " << verdict.law;
    }
  }
  const ForeignSubject undeclared = open_subject(program_door(program + "BHLD DM undeclared"), {});
  EXPECT_FALSE(run_on(undeclared, {"attention-agrees"}, 5, {Scalar::float64}).holds());
}

TEST(AdaptedLaws, HoldForTheReferenceUnderOtherConventions) {
  std::vector<AttentionConventions> conventions(4);
  conventions[0].epsilon = 1e-3;
  conventions[1].epsilon_place = EpsilonPlace::feature;
  conventions[1].epsilon = 1e-4;
  conventions[2].divides_by_root_features = true;
  conventions[2].scaling = Scaling::queries;
  conventions[3].query_stabiliser = Stabiliser::per_row;
  for (const AttentionConventions& own : conventions) {
    Subject subject = reference_subject();
    subject.capabilities.any_attention_conventions = false;
    subject.attention_conventions = own;
    std::vector<Law> adapted;
    for (const Law& law : laws::catalogue()) {
      if (law.name.find("gradient") == std::string::npos) {
        adapted.push_back(adapted_law(law, subject));
      }
    }
    RunPlan plan{.laws = {}, .subjects = {&subject}, .scalars = {Scalar::float64}};
    for (const Law& law : adapted) plan.laws.push_back(&law);
    plan.cases = 4;
    plan.may_claim_less = true;
    plan.shrinks = false;
    for (const Verdict& verdict : run(plan).verdicts) {
      EXPECT_TRUE(verdict.holds())
          << to_text(own) << " " << verdict.law << ": " << summary(verdict) << " "
          << verdict.tally.worst.tensor << " " << verdict.tally.worst.error;
    }
  }
}

TEST(Levels, HaveEveryLaw) {
  for (const Law& law : laws::catalogue()) EXPECT_NO_THROW(level_of(law.name)) << law.name;
}

TEST(ExpectedFailures, AreStaleWhenTheyHold) {
  RunResult result;
  Verdict broken{.law = "averages", .subject = "x", .scalar = Scalar::float32, .tally = {}};
  broken.tally.cases = broken.tally.wrong = 1;
  Verdict held = broken;
  held.law = "attention-agrees";
  held.tally.wrong = 0;
  held.tally.passed = 1;
  result.verdicts = {broken, held};
  EXPECT_TRUE(compared(result, {{"averages", "float32"}}).met());
  EXPECT_EQ(compared(result, {}).unexpected, (std::vector<std::string>{"averages float32"}));
  const Expectation stale =
      compared(result, {{"averages", "float32"}, {"attention-agrees", "float32"}});
  EXPECT_EQ(stale.stale, (std::vector<std::string>{"attention-agrees float32"}));
  EXPECT_FALSE(stale.met());
}

/// Samples whose bytes and seconds are these functions of L and C.
std::vector<ResourceSample> synthetic(const ResourcePlan& plan, double bytes_a_row,
                                      double bytes_a_slice_row, double power) {
  std::vector<ResourceSample> samples;
  const auto add = [&](Index length, Index slice) {
    const auto L = static_cast<double>(length);
    samples.push_back(
        {.length = length,
         .slice_length = slice,
         .bytes_peak = 1e7 + bytes_a_row * L + bytes_a_slice_row * static_cast<double>(slice),
         .seconds = 1e-4 + 1e-6 * std::pow(L, power)});
  };
  for (const Index length : plan.lengths) add(length, plan.slices.front());
  for (std::size_t i = 1; i < plan.slices.size(); ++i) add(plan.lengths.back(), plan.slices[i]);
  return samples;
}

TEST(ResourceClaims, AreJudgedByTheirGrowth) {
  const ResourcePlan plan;
  const auto standing = [&](ResourceClaim claim, const std::vector<ResourceSample>& samples) {
    return std::string(name(judge_claim(claim, samples, plan).standing));
  };
  const double row = 4.0 * 4.0 * static_cast<double>(plan.width);
  EXPECT_EQ(standing(ResourceClaim::flat_in_length, synthetic(plan, 3.0 * row, 0.0, 1.0)),
            "SUPPORTED");
  EXPECT_EQ(standing(ResourceClaim::flat_in_length, synthetic(plan, 16.0 * row, 0.0, 1.0)),
            "REFUTED");
  EXPECT_EQ(standing(ResourceClaim::linear_in_slice, synthetic(plan, row, 1e6, 1.0)), "SUPPORTED");
  std::vector<ResourceSample> quadratic_in_slice = synthetic(plan, row, 0.0, 1.0);
  quadratic_in_slice.back().bytes_peak *= 16.0;
  EXPECT_EQ(standing(ResourceClaim::linear_in_slice, quadratic_in_slice), "REFUTED");
  EXPECT_EQ(standing(ResourceClaim::linear_time, synthetic(plan, row, 0.0, 1.0)), "SUPPORTED");
  EXPECT_EQ(standing(ResourceClaim::linear_time, synthetic(plan, row, 0.0, 2.0)), "REFUTED");
  EXPECT_EQ(standing(ResourceClaim::linear_time, synthetic(plan, row, 0.0, 1.35)), "INCONCLUSIVE");
}

TEST(ResourceClaims, AreMeasuredOnAForeignProcess) {
  const ForeignSubject foreign = open_subject(library_door(library("c_attention")), {});
  const ResourcePlan plan{.lengths = {16, 32, 64}, .slices = {4, 8}, .width = 4, .repeats = 1};
  const std::vector<ResourceSample> samples = measure_resources(foreign, plan);
  ASSERT_EQ(samples.size(), 4U);
  for (const ResourceSample& sample : samples) EXPECT_GT(sample.seconds, 0.0);
}

TEST(Papers, NameTheFailureAndDrawIt) {
  const ForeignSubject buggy = open_subject(library_door(library("c_attention_buggy")), {});
  const Law law = adapted_law(laws::find_law("attention-agrees"), buggy.subject);
  RunPlan plan{.laws = {&law}, .subjects = {&buggy.subject}, .scalars = {Scalar::float64}};
  plan.cases = 3;
  plan.may_claim_less = true;
  const RunResult result = run(plan);
  const Certified certified{.foreign = buggy,
                            .plan = plan,
                            .result = result,
                            .case_paths = {"x.safetensors"},
                            .replay_lines = {"slim-verify replay x.safetensors"},
                            .looks = {{"behaves like: mutant/none"}},
                            .harness_version = "0"};
  const std::string certificate = to_certificate(certified);
  for (const char* words : {"\"Core\": {\n      \"standing\": \"falls short\"", "\"Resources\"",
                            "\"seed\": 1", "\"verdict\": \"WRONG\""}) {
    EXPECT_NE(certificate.find(words), std::string::npos) << words << "\n" << certificate;
  }
  EXPECT_NE(to_markdown(certified).find("| Core | falls short: attention-agrees |"),
            std::string::npos);
  EXPECT_NE(to_markdown(certified).find("- behaves like: mutant/none\n"), std::string::npos);
  const std::string page = to_html(certified);
  for (const char* words :
       {"<svg", "row 0: error", "fill=\"#c33\"", "slices of", "<p>behaves like: mutant/none</p>"}) {
    EXPECT_NE(page.find(words), std::string::npos) << words;
  }
  EXPECT_EQ(page.find("http"), std::string::npos) << "it is self-contained";
}

TEST(Declarations, AreRefusedByName) {
  const auto refused = [](const std::string& text, const std::string& words) {
    try {
      parse_declaration(text);
      ADD_FAILURE() << text;
    } catch (const ContractError& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  };
  const std::string head = R"({"protocol": 1, "name": "x", "tasks": ["attention"])";
  EXPECT_NO_THROW(parse_declaration(head + "}"));
  refused("[]", "an object");
  refused(R"({"name": "x"})", "'protocol'");
  refused(R"({"protocol": 1, "name": "a b", "tasks": ["attention"]})", "'name'");
  refused(R"({"protocol": 1, "name": "x"})", "'tasks'");
  refused(head + R"(, "taks": 1})", "'taks'");
  refused(head + R"(, "capabilities": {"causal": 1}})", "'causal'");
  refused(head + R"(, "capabilities": {"dtypes": ["float16"]}})", "float16");
  refused(head + R"(, "capabilities": {"feature_maps": []}})", "'feature_maps' is empty");
  refused(head + R"(, "capabilities": {"causal": false}})", "neither 'causal' nor 'bidirectional'");
  refused(R"({"protocol": 1, "name": "x", "tasks": ["features"],
              "capabilities": {"feature_maps": ["given"]}})",
          "'feature_maps' is empty");
  refused(head + R"(, "capabilities": {"claims": ["free"]}})", "flat in L");
  refused(head + R"(, "conventions": {"attention": {"epsilon_plce": "sums"}}})", "epsilon_plce");
}

}  // namespace
}  // namespace slim::properties::foreign
