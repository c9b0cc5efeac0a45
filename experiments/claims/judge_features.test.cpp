// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/example_claims.hpp"
#include "experiments/claims/judges.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace slim::experiments {
namespace {

/// Errors of eight seeds at each M, ∝ M^exponent with small deviations.
std::vector<Record> feature_records(double exponent, double orthogonal_over_independent) {
  std::vector<Record> records;
  for (Index blocks = 1; blocks <= 64; blocks *= 2) {
    for (int seed = 0; seed < 8; ++seed) {
      Record record = record_at("features", 64, 64, SoftmaxError{});
      record.setting.model = {.hidden_dim = 16, .layers = 1, .ffn_dim = 16, .heads = 1};
      record.setting.model.feature_map = {.kind = FeatureKind::favor_plus, .blocks = blocks};
      const double error = (1.0 + 0.02 * seed) *
                           std::pow(static_cast<double>(record.setting.model.features()), exponent);
      record.measured = SoftmaxError{.independent = error,
                                     .orthogonal = error,
                                     .orthogonal_chi = error * orthogonal_over_independent};
      records.push_back(record);
    }
  }
  return records;
}

TEST(FeatureJudges, RequireTheInverseSquareRootOfTheFeatures) {
  for (const char* name :
       {"FEATURES/independent", "FEATURES/orthogonal", "FEATURES/orthogonal-chi"}) {
    const Verdict verdict = judge(claim(name), feature_records(-0.5, 0.9));
    EXPECT_EQ(verdict.answer, Answer::supported);
    EXPECT_NEAR(verdict.value, -0.5, 1e-9);
    EXPECT_LE(verdict.low, verdict.value);
    EXPECT_EQ(judge(claim(name), feature_records(-0.25, 0.9)).answer, Answer::refuted);
    EXPECT_EQ(judge(claim(name), feature_records(-1.0, 0.9)).answer, Answer::refuted);
    EXPECT_EQ(judge(claim(name), feature_records(-0.6, 0.9)).answer, Answer::inconclusive)
        << "the interval crosses the bound";
    EXPECT_EQ(judge(claim(name), {}).answer, Answer::inconclusive);
  }
}

TEST(FeatureJudges, RequireSmallerErrorsOfOrthogonalProjections) {
  const Claim& gain = claim("FEATURES/gain");
  const Verdict verdict = judge(gain, feature_records(-0.5, 0.9));
  EXPECT_EQ(verdict.answer, Answer::supported);
  EXPECT_NEAR(verdict.value, 0.9, 1e-12);
  EXPECT_EQ(judge(gain, feature_records(-0.5, 1.1)).answer, Answer::refuted);
  EXPECT_EQ(judge(gain, feature_records(-0.5, 1.0)).answer, Answer::inconclusive);
  std::vector<Record> records = feature_records(-0.5, 0.9);
  std::get<SoftmaxError>(records[3].measured).independent = std::nan("");
  EXPECT_EQ(judge(gain, records).answer, Answer::inconclusive);
  EXPECT_EQ(judge(gain, {}).answer, Answer::inconclusive);
}

}  // namespace
}  // namespace slim::experiments
