// SPDX-License-Identifier: Apache-2.0
#include "properties/slim_verify/calibration.hpp"

#include "properties/altered_reference.hpp"

#include <gtest/gtest.h>

namespace slim::properties {
namespace {

TEST(Quantile, IsOneOfTheValues) {
  const std::vector<double> values = {1.0, 2.0, 3.0, 4.0};
  EXPECT_EQ(quantile(values, 0.5), 2.0);
  EXPECT_EQ(quantile(values, 0.51), 3.0);
  EXPECT_EQ(quantile(values, 0.999), 4.0);
  EXPECT_EQ(quantile(values, 0.0), 1.0);
}

CalibrationPlan plan_of(std::vector<const Subject*> correct, int threads = 2) {
  return {.correct = std::move(correct),
          .mutants = {&find_subject("mutant/last-row-dropped"),
                      &find_subject("mutant/bias-written-past-its-end")},
          .scalar = Scalar::float32,
          .seed = 1,
          .cases = 6,
          .threads = threads};
}

TEST(Calibration, CountsEveryCheckAndRatiosDecreaseWithTheNumberOfRuns) {
  const std::vector<const Subject*> correct = {&reference_subject(),
                                               &find_subject("stored/blocked")};
  const Calibration calibration = calibrate(plan_of(correct));
  EXPECT_EQ(calibration.checks, 12);
  ASSERT_EQ(calibration.by_runs.size(), calibrated_sizes.size());
  for (std::size_t k = 0; k < calibration.by_runs.size(); ++k) {
    const EnsembleFigures& of = calibration.by_runs[k];
    EXPECT_EQ(of.runs, calibrated_sizes.at(k));
    EXPECT_GT(of.median, 0.0);
    EXPECT_LE(of.median, of.quantile_99);
    EXPECT_EQ(of.quantile_999, of.largest) << "12 checks have no finer quantile";
    EXPECT_EQ(of.failing, 0);
    EXPECT_EQ(of.weakest_mutant, "mutant/last-row-dropped") << "the other gives no answer";
    EXPECT_GT(of.weakest_ratio, 1e3);
    const std::size_t fewer = k == 0 ? 0 : k - 1;
    EXPECT_LE(of.largest, calibration.by_runs[fewer].largest) << "dev only grows";
  }
  EXPECT_EQ(calibrate(plan_of(correct, 1)).by_runs.back().median,
            calibration.by_runs.back().median);
}

TEST(Calibration, CountsFailures) {
  const Subject off = altered_reference("off", []<class T>(const auto&, GradientResult<T>& result) {
    for (T& entry : result.gradient.values()) entry *= T(1 + 1e-3);
  });
  const Calibration calibration = calibrate(plan_of({&off}));
  for (const EnsembleFigures& of : calibration.by_runs) {
    EXPECT_GT(of.failing, 0);
    EXPECT_LE(of.failing, of.suspect);
    EXPECT_GT(of.largest, 8.0);
  }
}

}  // namespace
}  // namespace slim::properties
