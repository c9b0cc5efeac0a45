// SPDX-License-Identifier: Apache-2.0
#include "properties/report/coverage_in_words.hpp"

#include "properties/laws/catalogue.hpp"
#include "properties/report/certificate.hpp"
#include "properties/report/report.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace slim::properties::foreign {
namespace {

/// A run in which one tensor was never judged, and another one not in every case.
struct RunWithTensorsNotJudged {
  ForeignSubject third_party = open_subject(library_door(library("c_attention")), {});
  RunPlan plan{.laws = {&laws::find_law("averages")},
               .subjects = {&third_party.subject},
               .scalars = {Scalar::float32}};
  RunResult result;

  RunWithTensorsNotJudged() {
    Verdict verdict{.law = "averages",
                    .subject = third_party.subject.name,
                    .scalar = Scalar::float32,
                    .tally = {}};
    verdict.tally.cases = verdict.tally.passed = 10;
    verdict.tally.judged = {{.tensor = "d.q", .compared = 10, .judged = 0},
                            {.tensor = "out", .compared = 10, .judged = 9}};
    result.verdicts = {verdict};
  }
  [[nodiscard]] Report report() const { return {.plan = plan, .result = result, .case_paths = {}}; }
  [[nodiscard]] Certified certified() const {
    return {.foreign = third_party,
            .plan = plan,
            .result = result,
            .case_paths = {},
            .replay_lines = {},
            .looks = {},
            .harness_version = "0"};
  }
  /// Every report, with the text's continuation lines joined.
  [[nodiscard]] std::vector<std::string> reports() const {
    std::string text = to_text(report());
    for (std::size_t at = 0; (at = text.find("\n  ", at)) != std::string::npos;) {
      text.replace(at, 3, " ");
    }
    return {text,
            to_markdown(report()),
            to_junit(report()),
            to_json(report()),
            to_certificate(certified()),
            to_markdown(certified()),
            to_html(certified())};
  }
};

TEST(TensorsNotJudged, FailTheRunInEveryReport) {
  const RunWithTensorsNotJudged run;
  const std::string& name = run.third_party.subject.name;
  EXPECT_FALSE(run.result.holds());
  for (const std::string& report : run.reports()) {
    for (const std::string& words :
         {"d.q of subject " + name + " was never judged in float32",
          "of subject " + name + ", 11 of 20 tensors compared in float32 were not judged"}) {
      EXPECT_NE(report.find(words), std::string::npos) << words << " is missing from\n" << report;
    }
  }
}

TEST(TensorsNotJudged, AreCountedInEveryReport) {
  RunWithTensorsNotJudged run;
  run.result.verdicts[0].tally.judged = {
      {.tensor = "d.q", .compared = 100, .judged = 96, .entries = 1000, .not_compared = 9}};
  EXPECT_TRUE(run.result.holds()) << "4 % may be not judged";
  const std::string words =
      "not judged: 4 of 100 tensors that " + run.third_party.subject.name + " computed in float32";
  for (const std::string& report : run.reports()) {
    if (report.front() == '{') {
      const auto json = nlohmann::json::parse(report).at("judged_tensors").at(0);
      EXPECT_EQ(json, nlohmann::json({{"subject", run.third_party.subject.name},
                                      {"scalar", "float32"},
                                      {"tensor", "d.q"},
                                      {"compared", 100},
                                      {"judged", 96},
                                      {"entries", 1000},
                                      {"entries_not_compared", 9}}));
      continue;
    }
    EXPECT_NE(report.find(words), std::string::npos) << words << " is missing from\n" << report;
  }
  run.result.verdicts[0].tally.judged.front().judged = 100;
  for (const std::string& report : run.reports()) {
    EXPECT_EQ(report.find("not judged"), std::string::npos) << report;
    EXPECT_EQ(report.find("not compared:"), std::string::npos) << "0.9 % are not worth a line";
  }
  run.result.verdicts[0].tally.judged.front().not_compared = 610;
  for (const std::string& report : run.reports()) {
    if (report.front() == '{') continue;
    EXPECT_NE(report.find("not compared: 61 % of the entries of d.q"), std::string::npos) << report;
  }
}

}  // namespace
}  // namespace slim::properties::foreign
