// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/example_records.hpp"
#include "experiments/records/record_log.hpp"
#include "experiments/slim_measure/temporary_folder.hpp"
#include "properties/command_line/every_option.hpp"
#include "reference/vocabulary/system/child_program.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace slim::experiments {
namespace {

struct Outcome {
  int code = -1;
  std::string output;
  std::string error;
};

Outcome slim_measure(const std::vector<std::string>& arguments) {
  ChildOutcome outcome = run_child({.program = SLIM_MEASURE, .arguments = arguments});
  return {outcome.status, std::move(outcome.output), std::move(outcome.errors)};
}

class SlimMeasure : public testing::Test {
 protected:
  SlimMeasure() : text_(folder_.write("text", std::string(20000, 'x') + "and an end").string()) {}

  Outcome gradient(std::vector<std::string> more) {
    std::vector<std::string> arguments = {
        "gradient", "--hidden", "8",  "--ffn",     "8", "--length",  "64", "--layers",
        "1",        "--slice",  "16", "--repeats", "1", "--threads", "1"};
    const bool own_text = std::find(more.begin(), more.end(), "--corpus") != more.end();
    if (!own_text) arguments.insert(arguments.end(), {"--corpus", text_});
    // An option may be given once: the test's value replaces the default.
    for (std::size_t i = 0; i + 1 < more.size(); i += 2) {
      const auto twin = std::find(arguments.begin(), arguments.end(), more[i]);
      if (twin != arguments.end()) arguments.erase(twin, twin + 2);
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    return slim_measure(arguments);
  }
  nlohmann::json cost(std::vector<std::string> more) {
    more.emplace_back("--json");
    const Outcome outcome = gradient(more);
    EXPECT_EQ(outcome.code, 0) << outcome.error;
    return nlohmann::json::parse(outcome.output);
  }

  TemporaryFolder folder_;
  std::string text_;
};

void expect_refusal(const Outcome& outcome, int code, const std::string& words) {
  EXPECT_EQ(outcome.code, code) << words;
  EXPECT_EQ(outcome.output, "") << words;
  EXPECT_NE(outcome.error.find(words), std::string::npos) << outcome.error;
  EXPECT_EQ(std::count(outcome.error.begin(), outcome.error.end(), '\n'), 1) << outcome.error;
}

TEST_F(SlimMeasure, RejectsBadInputInOneLineWithCode2) {
  expect_refusal(gradient({"--slice", "0"}), 2, "slice must be at least 1, not 0");
  expect_refusal(gradient({"--length", "0"}), 2, "length must be at least 1, not 0");
  expect_refusal(gradient({"--batch", "-1"}), 2, "batch must be at least 1, not -1");
  expect_refusal(gradient({"--hidden", "6"}), 2, "multiple of 4");
  expect_refusal(gradient({"--heads", "3"}), 2, "multiple of heads 3");
  expect_refusal(gradient({"--threads", "0"}), 2, "threads must be from 1");
  expect_refusal(gradient({"--repeats", "0"}), 2, "--repeats");
  expect_refusal(gradient({"--subject", "nobody"}), 2, "'nobody' is unknown");
  expect_refusal(slim_measure({"sweep", "--experiment", "lenght", "--out", "r"}), 2,
                 "experiment 'lenght' is unknown: did you mean 'length'?");
  expect_refusal(slim_measure({}), 2, "a command is missing: give gradient, sweep");
  expect_refusal(gradient({"--feature-map", "cube"}), 2, "allowed are sqr");
  expect_refusal(gradient({"--norm", "none"}), 2, "allowed are branch-output");
  expect_refusal(gradient({"--scalar", "int"}), 2, "float32");
  expect_refusal(gradient({"--vocab", "100"}), 2, "is not a token of a vocabulary of 100");
  expect_refusal(gradient({"--slice", "many"}), 2, "--slice");
  expect_refusal(gradient({"--slic", "1"}), 2, "--slic");
  expect_refusal(gradient({"--length", "30000"}), 2, "is too short");
  expect_refusal(gradient({"--corpus", "/nowhere"}), 2, "'/nowhere' does not exist");
  expect_refusal(gradient({"--corpus", "/tmp"}), 2, "'/tmp' is a folder: give a file");
  expect_refusal(gradient({"--vocab", "2147483648"}), 2, "GiB with their gradient");
  expect_refusal(gradient({"--ffn", "2147483648"}), 2, "GiB with their gradient");
  expect_refusal(gradient({"--memory-cap", "3"}), 2, "--memory-cap is 3 bytes");
  expect_refusal(gradient({"--memory-cap", "-1"}), 2, "memory cap must be at least 0");
  expect_refusal(gradient({"--corpus", folder_.write("empty", "").string()}), 2, "is empty");
  expect_refusal(gradient({"--corpus", folder_.write("bad", "\x1f\x8b rubbish").string()}), 2,
                 "is corrupt");
  expect_refusal(gradient({"--first-sweep", "eager"}), 2, "allowed are lazy, plain");
  expect_refusal(gradient({"--first-sweep", "plain", "--subject", "reference"}), 2,
                 "reference has no first sweep to choose");
  expect_refusal(gradient({"--key-scale", "0"}), 2, "key scale must be above 0");
  expect_refusal(slim_measure({"sweeep"}), 2, "sweeep");
}

TEST_F(SlimMeasure, RejectsABadSweepWithCode2AndWritesNothing) {
  const auto out = folder_.path() / "out";
  const auto sweep = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"sweep", "--out", out.string(), "--scale", "ci"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return slim_measure(arguments);
  };
  expect_refusal(sweep({"--experiment", "none", "--corpus", text_}), 2, "allowed are all, exact");
  expect_refusal(sweep({"--corpus", "/nowhere"}), 2, "'/nowhere' does not exist");
  expect_refusal(sweep({"--corpus", text_}), 2, "is too short");
  expect_refusal(sweep({"--threads", "0", "--corpus", text_}), 2, "--threads");
  expect_refusal(
      slim_measure({"sweep", "--out", out.string(), "--scale", "huge", "--corpus", text_}), 2,
      "allowed are ci, laptop, paper");
  expect_refusal(slim_measure({"claims", "--out", out.string(), "--scale", "huge"}), 2,
                 "allowed are ci, laptop, paper");
  expect_refusal(slim_measure({"sweep", "--scale", "ci"}), 2, "--out");
  EXPECT_FALSE(std::filesystem::exists(out));
  expect_refusal(slim_measure({"sweep", "--experiment", "exact", "--scale", "ci", "--corpus", text_,
                               "--out", text_ + "/below"}),
                 2, "Not a directory");
}

TEST_F(SlimMeasure, RejectsSizesForWhichNoClaimOfASubjectCanBeJudged) {
  const auto foreign = [&](std::vector<std::string> sizes) {
    std::vector<std::string> arguments = {"foreign", "--subject-command", "true"};
    arguments.insert(arguments.end(), sizes.begin(), sizes.end());
    return slim_measure(arguments);
  };
  expect_refusal(foreign({"--lengths", "256", "256", "256"}), 2, "twice the one before");
  expect_refusal(foreign({"--lengths", "256", "512"}), 2, "at least three lengths are required");
  expect_refusal(foreign({"--slices", "64", "32"}), 2, "slice lengths must increase");
  expect_refusal(foreign({"--subject-memory", "1"}), 2, "--subject-memory");
}

TEST_F(SlimMeasure, AppliesTheRequestedLimitsToThirdPartySubjects) {
  const auto foreign = [](const std::string& command, const std::string& option,
                          const std::string& value) {
    const Outcome outcome =
        slim_measure({"foreign", "--subject-command", command, option, value, "--json"});
    EXPECT_EQ(outcome.code, 1) << outcome.error;
    return nlohmann::json::parse(outcome.output);
  };
  const auto late = foreign("sleep 60", "--subject-deadline", "0.01");
  EXPECT_EQ(late.at("failure"), "HANG");
  const auto prints_its_limit = foreign("ulimit -v", "--subject-address-space", "1024");
  EXPECT_EQ(prints_its_limit.at("failure"), "PROTOCOL-ERROR");
  EXPECT_NE(prints_its_limit.at("note").get<std::string>().find("1048576"), std::string::npos);
  const auto grows = foreign("head -c 100M /dev/zero > $SLIM_SCRATCH/x; sleep 60",  //
                             "--subject-memory", "64");
  EXPECT_EQ(grows.at("failure"), "MEMORY-LIMIT");
}

TEST_F(SlimMeasure, RejectsMergingConflictingResultsWithCode1) {
  const auto out = folder_.path() / "out";
  std::vector<std::string> parts;
  for (const std::int64_t depth : {5, 6}) {
    const std::filesystem::path part = folder_.path() / std::to_string(depth);
    RecordLog(part, {}).append(example_record(Operations{.depth = depth}));
    parts.push_back(part.string());
  }
  const Outcome outcome = slim_measure({"merge", parts[0], parts[1], "--out", out.string()});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.output, "");
  EXPECT_EQ(outcome.error.find("nothing was merged: 1 measurement with two"), 0U) << outcome.error;
  EXPECT_NE(outcome.error.find("length operations, recovered/iterative"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(out));
  EXPECT_EQ(slim_measure({"merge", parts[0], "--out", out.string()}).code, 0);
}

TEST_F(SlimMeasure, JudgesRecordsOfOtherMachinesWithoutMeasuring) {
  const std::filesystem::path out = folder_.path() / "out";
  std::size_t appended = 0;
  {
    RecordLog log(out, {});
    for (const auto& [sweep, sliced] :
         {std::pair{FirstSweep::plain, 133}, {FirstSweep::lazy, 110}}) {
      Record record = example_record(Overhead{.sliced = sliced, .full = 100});
      record.experiment = "overhead";
      record.setting.first_sweep = sweep;
      record.setting.length = 64;
      for (const Index slice : {8, 16, 32}) {
        record.setting.slice = slice;
        log.append(record);
        ++appended;
      }
    }
  }
  const std::vector<std::string> arguments = {"claims",     "--records-only", "--out",
                                              out.string(), "--json",         "--scale"};
  const auto at_scale = [&](const char* scale) {
    std::vector<std::string> all = arguments;
    all.emplace_back(scale);
    return slim_measure(all);
  };
  const Outcome outcome = at_scale("ci");
  ASSERT_EQ(outcome.code, 0) << outcome.error;
  const nlohmann::json json = nlohmann::json::parse(outcome.output);
  EXPECT_EQ(json.at("scale"), "ci");
  EXPECT_EQ(json.at("provenance").at("code"), "0123456789ab") << "the provenance of the records";
  for (const nlohmann::json& verdict : json.at("verdicts")) {
    const bool known = verdict.at("claim") == "OVERHEAD";
    EXPECT_EQ(verdict.at("verdict"), known ? "SUPPORTED" : "NOT-JUDGED") << verdict;
    if (verdict.at("claim") != "SERIAL") continue;
    EXPECT_EQ(verdict.at("evidence"), "experiment has no records: length");
  }
  EXPECT_EQ(read_records(out / "records.jsonl").size(), appended);
  EXPECT_TRUE(std::filesystem::exists(out / "verdicts.json"));
  expect_refusal(at_scale("laptop"), 2,
                 "there are no records of scale laptop: the file has records of ci");
}

TEST_F(SlimMeasure, NamesALostClaimAndExitsWith1) {
  for (const auto& [sliced, verdict] : {std::pair{300, "REFUTED"}, {133, "INCONCLUSIVE"}}) {
    const std::filesystem::path out = folder_.path() / verdict;
    Record record = example_record(Overhead{.sliced = sliced, .full = 100});
    record.experiment = "overhead";
    record.setting.first_sweep = FirstSweep::plain;
    RecordLog(out, {}).append(record);
    const Outcome outcome =
        slim_measure({"claims", "--records-only", "--scale", "ci", "--out", out.string()});
    EXPECT_EQ(outcome.code, 1) << outcome.output;
    EXPECT_NE(outcome.output.find(verdict), std::string::npos) << outcome.output;
    EXPECT_EQ(outcome.error,
              "OVERHEAD is " + std::string(verdict) + ", not SUPPORTED as claims.toml expects\n");
  }
}

TEST_F(SlimMeasure, FallsShortWhenNoClaimIsJudged) {
  const std::filesystem::path out = folder_.path() / "out";
  RecordLog(out, {}).append(example_record(Seconds{.seconds = 1.0}));
  const std::vector<std::string> arguments = {"claims", "--records-only", "--leave-out", "length",
                                              "--out",  out.string(),     "--scale",     "ci"};
  for (const bool json : {false, true}) {
    std::vector<std::string> all = arguments;
    if (json) all.emplace_back("--json");
    const Outcome outcome = slim_measure(all);
    EXPECT_EQ(outcome.code, 1) << outcome.output;
    EXPECT_NE(outcome.output.find("NOT-JUDGED"), std::string::npos);
    EXPECT_EQ(outcome.error.find("nothing was judged: every one of the "), 0U) << outcome.error;
  }
  EXPECT_TRUE(std::filesystem::exists(out / "verdicts.json"));
}

TEST_F(SlimMeasure, RejectsAMutantWithCode1) {
  expect_refusal(gradient({"--subject", "mutant/last-row-dropped"}), 1,
                 "mutant/last-row-dropped is rejected");
}

TEST_F(SlimMeasure, PrintsItsVersion) {
  const Outcome outcome = slim_measure({"--version"});
  EXPECT_EQ(outcome.code, 0) << outcome.error;
  EXPECT_EQ(outcome.output.find("slim-measure "), 0U) << outcome.output;
  EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 2) << outcome.output;
}

TEST_F(SlimMeasure, HasHelpForEveryCommand) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--help"},
                                             {"gradient", "--help"},
                                             {"sweep", "--help"},
                                             {"table", "--help"},
                                             {"claims", "--help"}}) {
    const Outcome outcome = slim_measure(arguments);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_NE(outcome.output.find("Usage"), std::string::npos);
  }
}

TEST_F(SlimMeasure, TellsTheCostOfAGradient) {
  const nlohmann::json json = cost({"--repeats", "3"});
  EXPECT_EQ(json.at("seconds").size(), 3U);
  EXPECT_GT(json.at("seconds_min").get<double>(), 0.0);
  EXPECT_GE(json.at("seconds_median").get<double>(), json.at("seconds_min").get<double>());
  EXPECT_GE(json.at("seconds_deviation").get<double>(), 0.0);
  EXPECT_GT(json.at("loss").get<double>(), 0.0);
  EXPECT_EQ(json.at("bytes_tokens"), 4 * 65);
  EXPECT_GE(json.at("process_peak_bytes"), json.at("process_baseline_bytes"));
  EXPECT_FALSE(json.contains("multiply_adds"));
}

TEST_F(SlimMeasure, ReportsTheOverheadOfEitherFirstSweep) {
  const auto overhead = [&](const char* sweep) {
    return cost({"--first-sweep", sweep, "--hidden", "16", "--layers", "2", "--overhead"})
        .at("overhead")
        .get<double>();
  };
  EXPECT_GT(overhead("plain"), 1.2);
  EXPECT_LT(overhead("lazy"), overhead("plain") - 0.1);
}

TEST_F(SlimMeasure, ReportsTheMinimalMemoryOfTheVariant) {
  const nlohmann::json json = cost({"--hidden", "64", "--ffn", "256", "--layers", "3"});
  EXPECT_GE(json.at("bytes_over_least").get<double>(), 1.0);
  EXPECT_LE(json.at("bytes_over_least").get<double>(), 1.2);
}

TEST_F(SlimMeasure, CountsTheSameEveryTime) {
  const nlohmann::json first = cost({});
  const nlohmann::json second = cost({});
  for (const char* field : {"bytes_peak", "bytes_state", "bytes_slice", "loss"}) {
    EXPECT_EQ(first.at(field), second.at(field)) << field;
  }
}

TEST_F(SlimMeasure, ALongerTextAddsOnlyTheBytesOfItsTokens) {
  const nlohmann::json near = cost({"--length", "64"});
  const nlohmann::json far = cost({"--length", "4096"});
  EXPECT_EQ(near.at("bytes_state"), far.at("bytes_state"));
  EXPECT_EQ(near.at("bytes_slice"), far.at("bytes_slice"));
  EXPECT_EQ(near.at("bytes_result"), far.at("bytes_result"));
  EXPECT_EQ(far.at("bytes_tokens").get<int>() - near.at("bytes_tokens").get<int>(),
            4 * (4096 - 64));
}

TEST_F(SlimMeasure, TheLossDoesNotDependOnTheSlice) {
  const double whole = cost({"--slice", "64"}).at("loss");
  for (const char* slice : {"1", "7", "63", "100"}) {
    EXPECT_NEAR(cost({"--slice", slice}).at("loss").get<double>(), whole, 1e-5 * whole) << slice;
  }
}

TEST_F(SlimMeasure, ProcessPeakGrowsByTheCountedBytes) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizer uses additional memory";
#endif
  const nlohmann::json json =
      cost({"--length", "16384", "--slice", "16384", "--hidden", "32", "--ffn", "128"});
  const double grown =
      json.at("process_peak_bytes").get<double>() - json.at("process_baseline_bytes").get<double>();
  const double counted =
      json.at("bytes_peak").get<double>() + json.at("bytes_scratch").get<double>();
  EXPECT_GT(grown, 0.9 * counted);
  EXPECT_LT(grown, 1.1 * counted);
}

TEST_F(SlimMeasure, SweepReusesRecords) {
  const auto out = (folder_.path() / "out").string();
  const std::vector<std::string> arguments = {
      "sweep", "--experiment", "exact", "--scale", "ci", "--out", out, "--corpus", text_, "--json"};
  const Outcome first = slim_measure(arguments);
  ASSERT_EQ(first.code, 0) << first.error;
  const auto measured = nlohmann::json::parse(first.output).at("measured").get<int>();
  EXPECT_GT(measured, 0);
  const auto second = nlohmann::json::parse(slim_measure(arguments).output);
  EXPECT_EQ(second.at("measured"), 0);
  EXPECT_EQ(second.at("reused"), measured);
}

TEST_F(SlimMeasure, RejectsInvalidValuesOfEveryOption) {
  command_line::EveryOption(SLIM_MEASURE, {"--sample"})
      .expect_unusable_values_refused({{"train-leg", {"--job", "--start", "--corpus"}},
                                       {"process-peak", {"--subject", "--vocab", "--key-scale"}}});
}

TEST_F(SlimMeasure, FailsWhenItsOutputCannotBeWritten) {
  const std::string program = std::string("'") + SLIM_MEASURE + "' ";
  const auto exit_of = [&](const std::string& line) {
    const int status = std::system((program + line).c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  EXPECT_EQ(exit_of("--help >/dev/full 2>/dev/null"), 3);
  EXPECT_EQ(exit_of("gradient --help >&- 2>/dev/null"), 3);
  EXPECT_EQ(exit_of("nope 2>&-"), 2);
  EXPECT_EQ(exit_of("nope 2>/dev/full"), 2);
}

TEST_F(SlimMeasure, MeasuresATextWithANameThatIsNotUtf8) {
  const std::string text = folder_.write("te\xffxt", std::string(20000, 'x')).string();
  const nlohmann::json json = cost({"--corpus", text});
  EXPECT_EQ(json.at("corpus"), "te\xef\xbf\xbdxt");
  const Outcome swept = slim_measure({"sweep", "--experiment", "exact", "--scale", "ci", "--out",
                                      (folder_.path() / "out").string(), "--corpus", text});
  EXPECT_EQ(swept.code, 0) << swept.error;
}

TEST_F(SlimMeasure, RejectsAFolderInsteadOfTheRecordsBeforeMeasuring) {
  const auto out = folder_.path() / "out";
  std::filesystem::create_directories(out / "records.jsonl");
  expect_refusal(slim_measure({"sweep", "--experiment", "exact", "--scale", "ci", "--out",
                               out.string(), "--corpus", text_}),
                 2, "records.jsonl: cannot be written: Is a directory");
  expect_refusal(slim_measure({"claims", "--records-only", "--scale", "ci", "--out", out.string()}),
                 2, "records.jsonl: cannot be read: Is a directory");
  expect_refusal(slim_measure({"merge", out.string(), "--out", (out / "whole").string()}), 2,
                 "records.jsonl: cannot be read: Is a directory");
}

}  // namespace
}  // namespace slim::experiments
