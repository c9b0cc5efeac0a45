// SPDX-License-Identifier: Apache-2.0
// Reports on third-party implementations.

#include "properties/catalogue.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/report/certificate.hpp"
#include "properties/report/expected_failures.hpp"
#include "properties/report/level.hpp"
#include "properties/third_party/protocol/adapted_law.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "properties/third_party/protocol/unopened.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/printable.hpp"
#include "reference/vocabulary/system/test_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace slim::properties::foreign {
namespace {

TEST(Levels, HaveEveryLaw) {
  for (const Law& law : laws::catalogue()) EXPECT_TRUE(level_of(law.name)) << law.name;
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

TEST(ExpectedFailures, NameTheLineOfAnUnknownScalar) {
  const TestFolder own;
  const std::filesystem::path list = own.path() / "expected-failures-of-no-scalar";
  std::ofstream(list) << "averages float32\naverages float33\n";
  try {
    read_expected_failures(list, {"averages"});
    ADD_FAILURE() << "float33 was accepted";
  } catch (const ContractError& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find("expected-failures-of-no-scalar, line 2: "), std::string::npos) << what;
    EXPECT_NE(what.find("float33"), std::string::npos) << what;
  }
}

TEST(ExpectedFailures, NameTheLineOfAnUnknownLawAndTheClosest) {
  const TestFolder own;
  const std::filesystem::path list = own.path() / "expected-failures-of-no-law";
  const std::vector<std::string> laws = {"attention-agrees", "averages", "cost-linear"};
  std::ofstream(list) << "cost-linear float32\naverages float32\n";
  EXPECT_EQ(read_expected_failures(list, laws).size(), 2U);
  std::ofstream(list) << "averages float32\n# a comment\naverges float32\n";
  try {
    read_expected_failures(list, laws);
    ADD_FAILURE() << "averges was accepted";
  } catch (const ContractError& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find("expected-failures-of-no-law, line 3: law 'averges' is unknown: did you "
                        "mean 'averages'?"),
              std::string::npos)
        << what;
  }
}

TEST(ExpectedFailures, AreNotMetByARunThatExecutedNothing) {
  RunResult result;
  Verdict unclaimed{.law = "averages", .subject = "x", .scalar = Scalar::float32, .tally = {}};
  unclaimed.tally.cases = unclaimed.tally.unclaimed = 1;
  unclaimed.tally.skipped["does not claim this"] = 1;
  result.verdicts = {unclaimed};
  EXPECT_EQ(compared(result, {}).idle, std::vector<std::string>{"anything"});
  EXPECT_FALSE(compared(result, {}).met());

  Verdict idle = unclaimed;
  idle.law = "attention-agrees";
  idle.tally.unclaimed = 0;
  result.verdicts = {idle};
  const Expectation of_idle = compared(result, {{"attention-agrees", "float32"}});
  EXPECT_EQ(of_idle.idle, std::vector<std::string>{"attention-agrees"});
  EXPECT_FALSE(of_idle.met());
  EXPECT_FALSE(of_idle.falls_short);
}

TEST(ExpectedFailures, AreNotMetByARunThatFallsShortInAnotherWay) {
  RunResult result;
  Verdict executed{.law = "averages", .subject = "x", .scalar = Scalar::float32, .tally = {}};
  for (int i = 0; i < 10; ++i) {
    Finding finding{.worst = {.tensor = "out"}, .note = {}};
    finding.judged = {{.tensor = "out", .compared = 1, .judged = 0}};
    executed.tally.add(finding);
  }
  result.verdicts = {executed};
  ASSERT_FALSE(result.shortfalls().empty());
  const Expectation expectation = compared(result, {});
  EXPECT_TRUE(expectation.falls_short);
  EXPECT_TRUE(expectation.idle.empty()) << expectation.idle.front();
  EXPECT_FALSE(expectation.met());
  EXPECT_EQ(differences_in_words(expectation),
            std::vector<std::string>{"the run falls short, as its reports say"});
  EXPECT_EQ(expectation_json(expectation)["falls_short"], true);
}

TEST(Reports, NameTheFailureAndShowItsChart) {
  const ForeignSubject buggy = open_subject(library_door(library("c_attention_buggy")), {});
  const Law law = adapted_law(laws::find_law("attention-agrees"), buggy);
  RunPlan plan{.laws = {&law}, .subjects = {&buggy.subject}, .scalars = {Scalar::float64}};
  plan.cases = 3;
  const RunResult result = run(plan);
  const Certified certified{.foreign = buggy,
                            .plan = plan,
                            .result = result,
                            .case_paths = {"x.safetensors"},
                            .replay_lines = {"slim-verify replay x.safetensors"},
                            .looks = {{{"behaves like: mutant/none"}}},
                            .harness_version = "0",
                            .harness_commit = "abc",
                            .expectation = compared(result, {{"attention-agrees", "float64"}})};
  const std::string certificate = to_certificate(certified);
  for (const char* words :
       {"\"Core\": {\n      \"standing\": \"falls short\"", R"("Resources")", R"("seed": 1)",
        R"("verdict": "WRONG")", R"("harness_commit": "abc")", R"("deadline_s": 10.0)",
        R"("address_space_bytes": 0)", R"("epsilon": 1e-16)", R"("passed": 0)",
        R"("skipped_by_reason": {)", R"("met": true)", R"("case_number": )"}) {
    EXPECT_NE(certificate.find(words), std::string::npos) << words << "\n" << certificate;
  }
  EXPECT_NE(to_markdown(certified).find(": fails as expected\n"), std::string::npos);
  Certified unmet = certified;
  unmet.expectation = compared(result, {{"averages", "float64"}});
  EXPECT_NE(to_certificate(unmet).find("\"idle\": []"), std::string::npos);
  EXPECT_NE(to_markdown(unmet).find(": NOT as expected\n"), std::string::npos);
  for (const std::string& report : {to_markdown(unmet), to_html(unmet)}) {
    for (const char* words :
         {"unexpected failure: attention-agrees float64",
          "stale expected failure (the law holds or was not run): averages float64"}) {
      EXPECT_NE(report.find(words), std::string::npos) << words << "\n" << report;
    }
  }
  unmet.expectation = compared(result, {});
  EXPECT_NE(to_markdown(unmet).find(": NOT as expected\n"), std::string::npos)
      << "an empty list is one";
  EXPECT_NE(to_markdown(certified).find("| Core | falls short | 1 of 1 laws claimed, "),
            std::string::npos);
  EXPECT_NE(to_markdown(certified).find("- behaves like: mutant/none\n"), std::string::npos);
  const std::string page = to_html(certified);
  for (const char* words : {"<svg", "row 0: error", "class=\"beyond\"",
                            "<p class=\"name\">behaves like: mutant/none</p>"}) {
    EXPECT_NE(page.find(words), std::string::npos) << words;
  }
  EXPECT_EQ(page.find("slices of"), std::string::npos) << "the subject does not declare slices";
  EXPECT_EQ(page.find("http"), std::string::npos) << "it is self-contained";
  EXPECT_EQ((page + certificate).find("exact/"), std::string::npos) << "it does not drift";

  RunResult drifting = result;
  drifting.verdicts.front().tally.drift = 1;
  const Certified drifts{.foreign = buggy,
                         .plan = plan,
                         .result = drifting,
                         .case_paths = certified.case_paths,
                         .replay_lines = certified.replay_lines,
                         .looks = {},
                         .harness_version = "0"};
  for (const std::string& report : {to_certificate(drifts), to_markdown(drifts), to_html(drifts)}) {
    EXPECT_NE(report.find("exact/… recovers the sums bit for bit"), std::string::npos) << report;
  }
}

TEST(Reports, SayWhichLevelsWereNotRunOrNotClaimed) {
  ForeignSubject third_party = open_subject(library_door(library("c_attention")), {});
  const Law law = adapted_law(laws::find_law("averages"), third_party);
  RunPlan plan{.laws = {&law}, .subjects = {&third_party.subject}, .scalars = {Scalar::float64}};
  plan.cases = 2;
  RunResult result = run(plan);
  result.laws_not_run = {"attention-agrees", "gradient-agrees"};
  result.scalars_not_run = {Scalar::float32};
  const Certified certified{.foreign = third_party,
                            .plan = plan,
                            .result = result,
                            .case_paths = {},
                            .replay_lines = {},
                            .looks = {},
                            .harness_version = "0"};
  for (const std::string& report :
       {to_certificate(certified), to_markdown(certified), to_html(certified)}) {
    EXPECT_NE(report.find("what was run holds (1 of 3 laws); float32: not run"), std::string::npos)
        << report;
    EXPECT_EQ(report.find("all laws hold"), std::string::npos) << report;
  }
  for (const std::string& report : {to_markdown(certified), to_html(certified)}) {
    EXPECT_NE(report.find("1 of 2 laws of level Core were run"), std::string::npos) << report;
    EXPECT_NE(report.find("0 of 1 laws of level Gradient were run"), std::string::npos) << report;
  }
  EXPECT_NE(to_certificate(certified).find(R"("standing": "partly run")"), std::string::npos);

  result.laws_not_run.clear();
  result.scalars_not_run.clear();
  Verdict unclaimed{
      .law = "gradient-agrees", .subject = "x", .scalar = Scalar::float64, .tally = {}};
  unclaimed.tally.cases = 1;
  unclaimed.tally.add(not_claimed("gradients"));
  result.verdicts.push_back(unclaimed);
  for (const std::string& report :
       {to_certificate(certified), to_markdown(certified), to_html(certified)}) {
    EXPECT_NE(report.find("all claimed laws hold (1 of 2); Gradient: not claimed"),
              std::string::npos)
        << report;
  }
}

TEST(Reports, EscapeTextOfAThirdPartyImplementation) {
  ForeignSubject third_party = open_subject(library_door(library("c_attention")), {});
  const std::string hostile =
      "<script>alert(1)</script>\x1b[31m\u202e\n# heading\n| a | `b` [c](d)";
  third_party.declaration.version = hostile;
  RunPlan plan{.laws = {}, .subjects = {&third_party.subject}, .scalars = {Scalar::float64}};
  RunResult result;
  Counterexample found{.law = "averages",
                       .subject = third_party.subject.name,
                       .scalar = Scalar::float64,
                       .drawn = {},
                       .readable = "L=1",
                       .finding = {.outcome = Outcome::wrong,
                                   .worst = {.tensor = std::string(no_tensor)},
                                   .note = hostile},
                       .file = {}};
  result.counterexamples = {found};
  const Certified certified{.foreign = third_party,
                            .plan = plan,
                            .result = result,
                            .case_paths = {hostile},
                            .replay_lines = {"slim-verify replay x"},
                            .looks = {{{hostile}}},
                            .harness_version = "0"};
  const Unopened unopened{.what = hostile, .options = hostile, .harness_version = "0"};
  for (const std::string& report :
       {to_markdown(certified), to_html(certified), to_certificate(certified),
        to_markdown(unopened), to_html(unopened), to_junit(unopened)}) {
    EXPECT_EQ(printable(report), report) << "it has a character that is never printed";
  }
  for (const std::string& report :
       {to_markdown(certified), to_html(certified), to_html(unopened), to_junit(unopened)}) {
    EXPECT_EQ(report.find("<script"), std::string::npos) << report;
  }
  for (const std::string& report : {to_markdown(certified), to_markdown(unopened)}) {
    EXPECT_EQ(report.find("\n# heading"), std::string::npos) << report;
  }
}

TEST(Reports, ListUnusualDeclarationsAtTheTop) {
  ForeignSubject third_party = open_subject(library_door(library("c_attention")), {});
  third_party.subject.attention_conventions.epsilons[EpsilonPlace::denominator] = 0.25;
  const Law law = adapted_law(laws::find_law("averages"), third_party);
  RunPlan plan{.laws = {&law}, .subjects = {&third_party.subject}, .scalars = {Scalar::float64}};
  const RunResult result;
  const Certified certified{.foreign = third_party,
                            .plan = plan,
                            .result = result,
                            .case_paths = {},
                            .replay_lines = {},
                            .looks = {},
                            .harness_version = "0"};
  EXPECT_NE(to_certificate(certified).find("\"attention.epsilon\": 0.25"), std::string::npos);
  const std::string words = "declares: attention epsilon 0.25, usually 1e-16";
  const std::string markdown = to_markdown(certified);
  EXPECT_LT(markdown.find(words), markdown.find("| level |")) << markdown;
  const std::string page = to_html(certified);
  EXPECT_LT(page.find(words), page.find("<table>")) << page;
}

/// Parses each report and prints problems on standard error.
constexpr const char* reader = R"(
import json, sys, xml.dom.minidom
for path in sys.argv[1:]:
    text = open(path, "rb").read().decode("utf-8")
    if path.endswith(".json"): json.loads(text)
    if path.endswith(".xml"): xml.dom.minidom.parseString(text.encode())
    assert not any(ord(c) < 32 and c not in "\n\t" or 127 <= ord(c) < 160 or c == "\u202e" for c in text), path
)";

TEST(Reports, AreReadableForAnyBytesInAnImplementationAndItsCommand) {
  const TestFolder own;
  const std::filesystem::path& reports = own.path();
  std::ofstream(reports / "reader.py") << reader;
  const std::string run =
      "cd '" + reports.string() + "' && " SLIM_VERIFY " run --subject-command ': \xff; exec " +
      std::string(SLIM_PYTHON " ") + folder + "faults/fault_subject.py prints-bytes' " +
      "--law attention-agrees --cases 2 --out . --json --certificate certificate.json " +
      "--junit junit.xml --html page.html --markdown summary.md > run.json";
  const int status = std::system(run.c_str());
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 1) << "the subject fails, not the harness";
  const std::string read = "cd '" + reports.string() +
                           "' && " SLIM_PYTHON
                           " reader.py run.json certificate.json junit.xml "
                           "page.html summary.md";
  EXPECT_EQ(std::system(read.c_str()), 0);
}

/// The HTML page on a built-in subject that breaks a law, as if it were a third-party
/// implementation.
std::string page_on(const char* subject, const char* law_name) {
  const ForeignSubject third_party = open_subject(library_door(library("c_attention")), {});
  const Law& law = laws::find_law(law_name);
  RunPlan plan{.laws = {&law}, .subjects = {&find_subject(subject)}, .scalars = {Scalar::float64}};
  const RunResult result = run(plan);
  return to_html({.foreign = third_party,
                  .plan = plan,
                  .result = result,
                  .case_paths = {"x.safetensors"},
                  .replay_lines = {"slim-verify replay x.safetensors"},
                  .looks = {},
                  .harness_version = "0"});
}

TEST(Reports, ShowInTheChartWhatTheLawCompared) {
  const std::string leak = page_on("mutant/causal-flag-dropped", "future-does-not-leak");
  EXPECT_NE(leak.find("class=\"beyond\""), std::string::npos);
  EXPECT_NE(leak.find("(future x "), std::string::npos) << leak;
  EXPECT_NE(leak.find("every bound is 0"), std::string::npos) << leak;
  const std::string gradient = page_on("mutant/last-row-dropped", "gradient-agrees");
  EXPECT_NE(gradient.find("class=\"beyond\""), std::string::npos);
  EXPECT_NE(gradient.find("<figcaption>grad."), std::string::npos) << gradient;
  EXPECT_EQ(gradient.find("slices of"), std::string::npos) << "rows of parameters have no slice";
}

TEST(ThirdParties, HoldOnlyWhenEveryDeclaredTaskWasRun) {
  ForeignSubject third_party = open_subject(library_door(library("c_attention")), {});
  third_party.declaration.gradient = true;
  RunResult result = run_on(third_party, {"attention-agrees"}, 1, {Scalar::float64});
  EXPECT_TRUE(result.holds());
  result.unasked_tasks = tasks_never_asked(third_party);
  EXPECT_EQ(result.unasked_tasks, std::vector<std::string>{"gradient"});
  EXPECT_FALSE(result.holds());
}

}  // namespace
}  // namespace slim::properties::foreign
