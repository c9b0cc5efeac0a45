// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/example_claims.hpp"
#include "experiments/claims/judges.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

namespace slim::experiments {
namespace {

TEST(ExactJudge, SupportsErrorsWithinTheBound) {
  const Verdict verdict = judge(claim("EXACT/sqr"), exact_records("EXACT/sqr"));
  EXPECT_EQ(verdict.answer, Answer::supported);
  EXPECT_EQ(verdict.value, 1e-48);
}

TEST(ExactJudge, RefutesASingleErrorAboveTheBoundAndNaN) {
  for (const char* name : {"EXACT/sqr", "EXACT/relu"}) {
    for (const double error : {1.01e-40, 1.0, std::nan(""), HUGE_VAL}) {
      for (std::size_t i = 0; i < 3; ++i) {
        std::vector<Record> records = exact_records(name);
        records[i].measured = GradientError{.relative = error};
        EXPECT_EQ(judge(claim(name), records).answer, Answer::refuted) << error;
      }
    }
  }
}

TEST(ExactJudge, NamesTheTensorAndTensorsThatAreZero) {
  std::vector<Record> records = exact_records("EXACT/sqr");
  records[1].measured = GradientError{
      .relative = 1e-46, .tensor = "output_logit_map.bias", .zero_tensors = "layers.0.U_map.bias"};
  const std::string evidence = judge(claim("EXACT/sqr"), records).evidence;
  EXPECT_NE(evidence.find("largest error 1.0e-46, in output_logit_map.bias, of 3 gradients, 1 "
                          "feature map, "),
            std::string::npos)
      << evidence;
  EXPECT_NE(evidence.find("with sqr, zero: layers.0.U_map.bias"), std::string::npos) << evidence;
}

TEST(ExactJudge, IsInconclusiveWhenAKindOfSliceIsMissing) {
  EXPECT_EQ(judge(claim("EXACT/sqr"), {}).answer, Answer::inconclusive);
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<Record> records = exact_records("EXACT/sqr");
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(judge(claim("EXACT/sqr"), records).answer, Answer::inconclusive);
  }
}

TEST(ExactJudge, IgnoresOtherMapsScalarsSubjectsAndExperiments) {
  const auto answer = [](void (*change)(Record&)) {
    std::vector<Record> records = exact_records("EXACT/sqr");
    for (Record& record : records) change(record);
    return judge(claim("EXACT/sqr"), records).answer;
  };
  EXPECT_EQ(answer([](Record&) {}), Answer::supported);
  EXPECT_EQ(answer([](Record& r) { r.setting.scalar = Scalar::float64; }), Answer::inconclusive);
  EXPECT_EQ(answer([](Record& r) { r.setting.subject = "stored/iterative"; }),
            Answer::inconclusive);
  EXPECT_EQ(answer([](Record& r) { r.experiment = "drift"; }), Answer::inconclusive);
  EXPECT_EQ(answer([](Record& r) { r.setting.model.feature_map = parse_feature_map("relu"); }),
            Answer::inconclusive);
}

TEST(PrecisionJudge, AllowsFloat32ErrorsUpToTheBoundAndRefutesRelu) {
  for (const auto& [name, error, answer] :
       {std::tuple{"PRECISION/sqr", 9e-4, Answer::supported},
        std::tuple{"PRECISION/sqr", 1.1e-3, Answer::refuted},
        std::tuple{"PRECISION/relu", 0.15, Answer::refuted},
        std::tuple{"PRECISION/relu", std::nan(""), Answer::refuted}}) {
    std::vector<Record> records = exact_records(name);
    for (Record& record : records) {
      record.experiment = "drift";
      record.setting.scalar = Scalar::float32;
    }
    records[1].measured = GradientError{.relative = error};
    EXPECT_EQ(judge(claim(name), records).answer, answer) << name << " " << error;
  }
}

TEST(PrecisionJudge, AcceptsErrorsOfLongSequencesRelativeToFloat64) {
  std::vector<Record> records = exact_records("PRECISION/sqr");
  for (Record& record : records) {
    record.experiment = "drift";
    record.setting.scalar = Scalar::float32;
  }
  for (const std::uint64_t seed : {1, 2}) {
    records.push_back(record_at("drift", 65536, 16, GradientDiscrepancy{.relative = 1e-4}));
    records.back().setting.seed = seed;
  }
  const Verdict verdict = judge(claim("PRECISION/sqr"), records);
  EXPECT_EQ(verdict.answer, Answer::supported);
  EXPECT_EQ(verdict.value, 1e-4);
  EXPECT_NE(verdict.evidence.find("L from 24 (1 seed) to 65536 (2 seeds)"), std::string::npos)
      << verdict.evidence;
  for (const double error : {1.1e-3, std::nan("")}) {
    records.back().measured = GradientDiscrepancy{.relative = error};
    EXPECT_EQ(judge(claim("PRECISION/sqr"), records).answer, Answer::refuted) << error;
  }
}

TEST(ExactJudge, IgnoresErrorsOf50DigitGradientsRelativeToFloat64) {
  std::vector<Record> records = exact_records("EXACT/sqr");
  for (Record& record : records) record.measured = GradientDiscrepancy{.relative = 1e-48};
  EXPECT_EQ(judge(claim("EXACT/sqr"), records).answer, Answer::inconclusive);
}

}  // namespace
}  // namespace slim::experiments
