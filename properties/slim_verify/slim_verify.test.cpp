// SPDX-License-Identifier: Apache-2.0
// Tests of the whole program.

#include "properties/command_line/every_option.hpp"
#include "reference/vocabulary/system/test_folder.hpp"
#include "reference/vocabulary/system/text_file.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace {

namespace fs = std::filesystem;

using slim::read_text_file;

struct Ran {
  int exit;
  std::string out;
  std::string err;
};

/// Runs the program in an empty folder.
class SlimVerify : public testing::Test {
 public:
  SlimVerify() { fs::create_directories(folder_); }

 protected:
  [[nodiscard]] Ran run(const std::string& arguments) const {
    const fs::path out = all_.path() / "out";
    const fs::path err = all_.path() / "err";
    const std::string command = "cd '" + folder_.string() + "' && { '" SLIM_VERIFY "' " +
                                arguments + "; } >'" + out.string() + "' 2>'" + err.string() + "'";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text_file(out), read_text_file(err)};
  }
  void expect_refused(const std::string& arguments, const std::string& because) const {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.exit, 2) << arguments << "\n" << ran.err;
    EXPECT_TRUE(ran.out.empty()) << arguments << "\n" << ran.out;
    EXPECT_EQ(std::ranges::count(ran.err, '\n'), 1) << arguments << "\n" << ran.err;
    EXPECT_NE(ran.err.find(because), std::string::npos) << arguments << "\n" << ran.err;
    EXPECT_TRUE(fs::is_empty(folder_)) << arguments << " left something behind";
  }

  const slim::TestFolder all_;
  const fs::path folder_ = all_.path() / "empty";
  const std::string golden_ = SLIM_SOURCE_DIR "/reference/golden/";
};

TEST_F(SlimVerify, PrintsWhichLawsKillEachMutantAndFailsWhenOneSurvives) {
  // The only test of the full matrix, since it takes as long as a tenth of all tests.
  const Ran full = run("mutants --effort quick --json");
  EXPECT_EQ(full.exit, 0) << full.err;
  const auto mutants = nlohmann::json::parse(full.out);
  ASSERT_GE(mutants.size(), 60U);
  for (const auto& mutant : mutants) {
    EXPECT_EQ(mutant["killed"], true) << mutant["name"];
    EXPECT_FALSE(mutant["killed_by"].empty()) << mutant["name"];
    EXPECT_GT(mutant["margin"].get<double>(), 1.0) << mutant["name"];
    EXPECT_EQ(mutant["exact"].get<bool>(), mutant["margin"].get<double>() > 1e300);
    const auto& laws = mutant["killed_by"];
    EXPECT_NE(std::ranges::find(laws, mutant["margin_law"]), laws.end()) << mutant["name"];
  }
  const Ran few = run("mutants --cases 1");
  EXPECT_EQ(few.exit, 1);
  EXPECT_NE(few.out.find("SURVIVES"), std::string::npos) << few.out;
  std::istringstream lines(few.out);
  std::map<std::string, std::vector<std::string>> words_after;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string first;
    words >> first;
    for (std::string word; words >> word;) words_after[first].push_back(word);
  }
  const std::vector<std::string>& law = words_after["1"];
  ASSERT_EQ(law.size(), 4U) << "gradient-agrees, kills, margin, mutant\n" << few.out;
  EXPECT_EQ(law[0], "gradient-agrees");
  EXPECT_GT(std::stod(law[2]), 1.0);
  EXPECT_TRUE(law[3].starts_with("mutant/")) << law[3];
  EXPECT_GT(std::stod(words_after["mutant/last-row-dropped"].at(0)), 1.0) << "its margin";
  expect_refused("mutants --scalar float8", "float8");
}

TEST_F(SlimVerify, HoldsForACorrectSubjectAndLeavesNothingBehind) {
  const Ran ran = run("run --subject stored/iterative --cases 3");
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("all claimed laws hold ("), std::string::npos) << ran.out;
  EXPECT_TRUE(ran.err.empty()) << "no progress line without a terminal";
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(SlimVerify, DetectsAMutantAndItsReplayCommandFailsToo) {
  const Ran ran = run("run --subject mutant/last-row-dropped --law gradient-agrees --cases 10");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_NE(ran.out.find("behaves like: mutant/last-row-dropped (the last row of a slice is"),
            std::string::npos)
      << ran.out;
  const std::string marker = "slim-verify replay ";
  const std::size_t at = ran.out.find(marker);
  ASSERT_NE(at, std::string::npos) << ran.out;
  EXPECT_EQ(at, ran.out.rfind(marker)) << "one replay command";
  const std::string path =
      ran.out.substr(at + marker.size(), ran.out.find('\n', at) - at - marker.size());
  const Ran again = run("replay " + path);
  EXPECT_EQ(again.exit, 1) << again.out << again.err;
  EXPECT_NE(again.out.find("mutant/last-row-dropped"), std::string::npos);
  EXPECT_NE(again.out.find("WRONG"), std::string::npos);
}

TEST_F(SlimVerify, IdentifiesMutantsByMoreThanTheirAnswers) {
  const std::map<std::string, std::vector<std::string>> by_law = {
      {"attention-agrees",
       {"output-written-past-its-end", "output-written-before-its-beginning",
        "work-space-written-past-its-end"}},
      {"bytes-as-claimed", {"workspace-grows", "slices-counted", "scores-of-a-slice-kept"}},
      {"refuses-bad-tasks", {"bad-task-answered-with-nothing", "refusal-without-a-name"}},
      {"projection-as-declared",
       {"projection-of-unit-length", "projection-without-sign-correction",
        "projection-independent-called-orthogonal", "projection-of-blocks-alike",
        "projection-without-chi-lengths"}}};
  for (const auto& [law, mutants] : by_law) {
    std::string arguments = "run --scalar float64 --law " + law;
    for (const std::string& mutant : mutants) arguments += " --subject mutant/" + mutant;
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.exit, 1) << ran.err;
    for (const std::string& mutant : mutants) {
      EXPECT_NE(ran.out.find("behaves like: mutant/" + mutant + " ("), std::string::npos)
          << mutant << "\n"
          << ran.out;
    }
  }
}

TEST_F(SlimVerify, AccountsForLawsThatASubjectDoesNotClaim) {
  const Ran reference = run("run --subject reference --cases 2");
  EXPECT_EQ(reference.exit, 0) << reference.out;
  for (const char* part :
       {"\nnot claimed: 1 of ",
        " laws, 5 checks\n  bytes-as-claimed\n  missing claims: how its memory grows (5)\n"}) {
    EXPECT_NE(reference.out.find(part), std::string::npos) << part << "\n" << reference.out;
  }
  const Ran attention = run("run --subject mutant/own-key-unseen --cases 2");
  EXPECT_EQ(attention.exit, 1);
  EXPECT_EQ(attention.out.find("FALLS SHORT"), std::string::npos) << attention.out;
  const Ran none = run("run --subject reference --law bytes-as-claimed --junit nothing.xml");
  EXPECT_EQ(none.exit, 1) << none.out;
  EXPECT_NE(
      read_text_file(folder_ / "nothing.xml").find("<failure message=\"nothing was executed\">"),
      std::string::npos);
}

TEST_F(SlimVerify, WritesJsonAndJUnit) {
  const Ran ran = run(
      "run --subject mutant/last-row-dropped --subject reference --law gradient-agrees --cases 6 "
      "--scalar float64 --json --junit deep/results.xml --markdown deep/results.md --out found "
      "--threads 2");
  EXPECT_EQ(ran.exit, 1) << ran.err;
  const auto json = nlohmann::json::parse(ran.out);
  EXPECT_EQ(json["verdicts"].size(), 2U);
  EXPECT_EQ(json["counterexamples"].size(), 1U);
  EXPECT_EQ(json["counterexamples"][0]["diagnosis"]["behaves_like"][0]["name"],
            "mutant/last-row-dropped");
  EXPECT_TRUE(fs::exists(folder_ / json["counterexamples"][0]["path"].get<std::string>()));
  EXPECT_NE(read_text_file(folder_ / "deep/results.xml").find("failures=\"1\""), std::string::npos);
  EXPECT_NE(
      read_text_file(folder_ / "deep/results.md").find("- behaves like: mutant/last-row-dropped"),
      std::string::npos);
}

TEST_F(SlimVerify, WritesReportsOnAThirdPartyImplementationThatDoesNotStart) {
  std::ofstream(folder_ / "certificate.json") << "{\"holds\": true}";
  const Ran ran =
      run("run --subject-command 'echo no weights >&2; exit 3' --certificate certificate.json "
          "--markdown summary.md --html page.html --junit results.xml");
  EXPECT_EQ(ran.exit, 1) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("LOAD-ERROR"), std::string::npos) << ran.out;
  const auto certificate = nlohmann::json::parse(read_text_file(folder_ / "certificate.json"));
  EXPECT_EQ(certificate["holds"], false);
  EXPECT_EQ(certificate["failure"], "LOAD-ERROR");
  for (const char* report : {"certificate.json", "summary.md", "page.html", "results.xml"}) {
    EXPECT_NE(read_text_file(folder_ / report).find("exit code 3"), std::string::npos) << report;
  }
  EXPECT_NE(read_text_file(folder_ / "results.xml").find("failures=\"1\""), std::string::npos);
}

TEST_F(SlimVerify, PrintsTheSameForAnyNumberOfThreads) {
  const std::string arguments =
      "run --subject reference --subject recovered/blocked --subject exact/iterative "
      "--subject mutant/last-row-dropped --cases 4 --json --threads ";
  auto one = nlohmann::json::parse(run(arguments + "1").out);
  auto four = nlohmann::json::parse(run(arguments + "4").out);
  one.erase("seconds");
  four.erase("seconds");
  EXPECT_EQ(one, four);
}

TEST_F(SlimVerify, ReplaysGoldenVectors) {
  const Ran ran =
      run("replay " + golden_ + "square_post.safetensors " + golden_ + "elu_pre.safetensors");
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
  const Ran json = run("replay --json " + golden_ + "square_post.safetensors");
  EXPECT_EQ(nlohmann::json::parse(json.out)["agrees"], true);
  const Ran unopened =
      run("replay --json --subject-command true " + golden_ + "square_post.safetensors");
  EXPECT_EQ(unopened.exit, 1);
  EXPECT_EQ(nlohmann::json::parse(unopened.out).at("failure"), "LOAD-ERROR");
}

TEST_F(SlimVerify, ListsSubjectsAndLaws) {
  EXPECT_NE(run("subjects").out.find("recovered/iterative"), std::string::npos);
  EXPECT_NE(run("laws").out.find("split-and-resume"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(run("subjects --json").out)[0]["name"], "reference");
  EXPECT_EQ(nlohmann::json::parse(run("laws --json").out)[0]["name"], "gradient-agrees");
}

TEST_F(SlimVerify, ChecksTheMachine) {
  const Ran ran = run("doctor");
  EXPECT_EQ(ran.exit, 0) << ran.out;
  for (const char* line :
       {"\ncommit ", "slim-subject-host", "scratch folder", "locale", "mpirun"}) {
    EXPECT_NE(ran.out.find(line), std::string::npos) << ran.out;
  }
  EXPECT_NE(run("doctor; LC_ALL=xx_XX.UTF-8 '" SLIM_VERIFY "' doctor").out.find("note  locale"),
            std::string::npos);
}

TEST_F(SlimVerify, BundlesACaseWithItsReplayAndVersions) {
  const Ran ran = run("bundle " + golden_ + "square_post.safetensors --out b.tar.gz --report " +
                      golden_ + "README.md; tar -xzf b.tar.gz");
  ASSERT_EQ(ran.exit, 0) << ran.err;
  const fs::path bundle = folder_ / "bundle";
  EXPECT_NE(read_text_file(bundle / "replay.txt").find("  agrees\nexit code 0\n"),
            std::string::npos);
  EXPECT_NE(read_text_file(bundle / "doctor.txt").find("commit "), std::string::npos);
  EXPECT_EQ(read_text_file(bundle / "square_post.safetensors"),
            read_text_file(golden_ + "square_post.safetensors"));
  EXPECT_TRUE(fs::exists(bundle / "README.md"));
  fs::remove_all(folder_);
  fs::create_directory(folder_);
  expect_refused("bundle " + golden_ + "README.md", "README.md");
}

TEST_F(SlimVerify, HasHelpForEveryCommand) {
  for (const char* arguments :
       {"--help", "run --help", "replay --help", "subjects --help", "laws --help"}) {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.exit, 0) << arguments;
    EXPECT_NE(ran.out.find("--help"), std::string::npos) << arguments;
  }
  EXPECT_NE(run("--version").out.find("slim-verify "), std::string::npos);
}

TEST_F(SlimVerify, RejectsBadInputInOneLineAndWritesNoFiles) {
  expect_refused("", "a command is missing: give run, replay");
  expect_refused("verify", "command 'verify' is unknown");
  expect_refused("runn", "did you mean 'run'?");
  expect_refused("run --subjet reference",
                 "option '--subjet' is unknown: did you mean '--subject'?");
  expect_refused("run --subject recoverd/iterative", "did you mean 'recovered/iterative'?");
  expect_refused("run --law gravity", "the closest of ");
  expect_refused("run --scalar float128", "float128");
  expect_refused("run --cases 0", "--cases");
  expect_refused("run --cases many", "--cases");
  expect_refused("run --effort much", "--effort");
  expect_refused("run --effort quik", "'quik' is unknown: did you mean 'quick'?");
  expect_refused("run --law refuses-bad-requests", "third-party implementation");
  expect_refused("run --law cost-linear", "law cost-linear needs a third-party implementation");
  expect_refused("run --seed -1", "--seed");
  expect_refused("run --threads -1", "--threads");
  expect_refused("run --out /proc/nowhere", "/proc/nowhere");
  expect_refused("run --out /dev/null/below", "/dev/null/below");
  expect_refused("run --junit /proc/results.xml", "/proc");
  expect_refused("run --markdown /proc/results.md", "/proc");
  expect_refused("run --unknown", "--unknown");
  expect_refused("run --expected-failures " SLIM_SOURCE_DIR "/LICENSE",
                 "third-party implementation");
  const fs::path list = all_.path() / "known-failures";
  std::ofstream(list) << "atention-agrees float32\n";
  expect_refused("run --subject-command true --expected-failures '" + list.string() + "'",
                 "line 1: law 'atention-agrees' is unknown: did you mean 'attention-agrees'?");
  expect_refused("replay", "files");
  expect_refused("replay missing.safetensors", "'missing.safetensors' does not exist");
  expect_refused("replay .", "'.' is a folder: give a file");
  expect_refused("replay " SLIM_SOURCE_DIR "/CMakeLists.txt", "CMakeLists.txt");
}

TEST_F(SlimVerify, RejectsEveryUnusableValueOfEveryOption) {
  slim::command_line::EveryOption(SLIM_VERIFY).expect_unusable_values_refused();
}

TEST_F(SlimVerify, RejectsAnEmptyOptionInsteadOfRunningTheDefault) {
  for (const char* arguments :
       {"run --subject-command '' --cases 1", "run --subject-library '' --cases 1",
        "run --subject-command= --cases 1", "run --expected-failures '' --cases 1",
        "run --subject reference --subject '' --cases 1", "run --junit '' --cases 1",
        "run --junit --json --cases 1"}) {
    expect_refused(arguments, "--");
  }
  expect_refused("run --subject-command ' ' --cases 1", "empty");
  expect_refused("replay --subject-command '' " + golden_ + "square_post.safetensors", "empty");
  expect_refused("run --expected-failures . --subject-command true", "'.' is a folder");
  expect_refused("run --subject-deadline nan", "--subject-deadline");
}

TEST_F(SlimVerify, FailsWhenItsOutputIsLost) {
  for (const char* arguments :
       {"--help", "--version", "subjects", "laws --json",
        "run --subject reference --law averages --cases 1",
        "run --subject reference --law averages --cases 1 --json",
        "run --subject reference --law averages --cases 1 --markdown /dev/full"}) {
    const bool is_of_file = std::string(arguments).ends_with("/dev/full");
    const Ran ran = run(std::string(arguments) + (is_of_file ? "" : " >/dev/full"));
    EXPECT_EQ(ran.exit, 3) << arguments << ran.err;
    EXPECT_NE(ran.err.find("No space left on device"), std::string::npos) << ran.err;
    if (is_of_file) continue;
    EXPECT_EQ(run(std::string(arguments) + " >&-").exit, 3) << arguments;
  }
}

TEST_F(SlimVerify, KeepsItsExitCodeWhenNoMessageCanBeWritten) {
  for (const char* redirection : {" 2>&-", " 2>/dev/full"}) {
    EXPECT_EQ(run(std::string("nope") + redirection).exit, 2) << redirection;
    EXPECT_EQ(run(std::string("run --subject nobody") + redirection).exit, 2) << redirection;
  }
}

TEST_F(SlimVerify, WritesAReportToStandardOutputInsteadOfText) {
  const std::string few = "run --subject reference --law averages --cases 1 ";
  for (const char* option : {"--markdown -", "--markdown /dev/stdout", "--markdown=/dev/fd/1"}) {
    const Ran ran = run(few + option);
    EXPECT_EQ(ran.exit, 0) << ran.err;
    EXPECT_TRUE(ran.out.starts_with("# slim-verify: what was run holds (1 of ")) << ran.out;
    EXPECT_EQ(ran.out.find("checks: "), std::string::npos) << "the text report's sum of checks\n"
                                                           << ran.out;
  }
  EXPECT_TRUE(run(few + "--junit -").out.starts_with("<?xml "));
  expect_refused(few + "--json --junit -", "--json and --junit both write to standard output");
  expect_refused(few + "--markdown /dev/stdout --junit -", "write to standard output");
  EXPECT_TRUE(fs::is_empty(folder_)) << "no file is named '-'";
}

TEST_F(SlimVerify, RejectsTwoReportsToOneFile) {
  const std::string few = "run --subject reference --law averages --cases 1 ";
  for (const char* other : {"report", "./report", "\"$PWD\"/report"}) {
    expect_refused(few + "--junit report --markdown " + other,
                   "are the same file: give each a file of its own");
  }
  fs::create_symlink("report", folder_ / "link");
  EXPECT_EQ(run(few + "--junit report --markdown link").exit, 2);
  EXPECT_FALSE(fs::exists(folder_ / "report"));
  EXPECT_EQ(run(few + "--junit /dev/null --markdown /dev/null").exit, 0);
}

TEST_F(SlimVerify, WritesItsReportThroughALink) {
  std::ofstream(folder_ / "target.md") << "old";
  fs::create_symlink("target.md", folder_ / "link.md");
  EXPECT_EQ(run("run --subject reference --law averages --cases 1 --markdown link.md").exit, 0);
  EXPECT_TRUE(fs::is_symlink(folder_ / "link.md"));
  EXPECT_TRUE(read_text_file(folder_ / "target.md").starts_with("# slim-verify: "));
}

TEST_F(SlimVerify, SaysHowManyOfTheLawsWereRun) {
  const Ran ran = run("run --subject reference --law averages --law stays-in-hull --cases 1");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.out.find("all laws hold"), std::string::npos) << ran.out;
  for (const char* words : {"what was run holds (2 of ", "Core       partly run   2 of ",
                            " laws of level Core were run", "Gradient   not run      0 of "}) {
    EXPECT_NE(ran.out.find(words), std::string::npos) << words << "\n" << ran.out;
  }
  const Ran attention = run("run --subject mutant/own-key-unseen --cases 1");
  EXPECT_NE(attention.out.find("\nNOT all laws hold; Resources: not claimed\n"), std::string::npos)
      << attention.out;
}

TEST_F(SlimVerify, SaysWhatAReplayCompared) {
  const std::string golden = golden_ + "square_post.safetensors";
  const Ran ran = run("replay " + golden);
  EXPECT_NE(ran.out.find("\n  compared: loss, logits, "), std::string::npos) << ran.out;
  const auto json = nlohmann::json::parse(run("replay --json " + golden).out)["files"][0];
  EXPECT_EQ(json["compared"]["loss"], true);
  EXPECT_EQ(json["compared"]["gradients"], json["compared"]["gradients_in_all"]);
}

}  // namespace
