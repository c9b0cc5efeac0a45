// SPDX-License-Identifier: Apache-2.0
// Cost claims of third-party subjects, measured from outside of their processes.

#include "properties/report/level.hpp"
#include "properties/third_party/cost/costs_as_claimed.hpp"
#include "properties/third_party/cost/resource_claims.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace slim::properties::foreign {
namespace {

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
  std::vector<ResourceSample> square_beneath = synthetic(plan, row, 0.0, 1.0);
  for (ResourceSample& sample : square_beneath) {
    sample.bytes_peak += 512.0 * std::pow(static_cast<double>(sample.slice_length), 2.0);
  }
  EXPECT_EQ(standing(ResourceClaim::linear_in_slice, square_beneath), "REFUTED")
      << "although no peak is twice the one before";
  std::vector<ResourceSample> pullback = synthetic(plan, 16.0 * row, 0.0, 1.0);
  for (ResourceSample& sample : pullback) sample.task = CostedTask::pullback;
  EXPECT_EQ(standing(ResourceClaim::flat_in_length, pullback), "REFUTED");
  std::vector<ResourceSample> both = synthetic(plan, 3.0 * row, 0.0, 1.0);
  both.insert(both.end(), pullback.begin(), pullback.end());
  EXPECT_EQ(standing(ResourceClaim::flat_in_length, both), "REFUTED");
  EXPECT_EQ(judge_claim(ResourceClaim::flat_in_length, both, plan).evidence.find("attention"),
            std::string::npos)
      << "only the worst of several tasks is reported";
  both.front().lost_sight = true;
  EXPECT_EQ(standing(ResourceClaim::flat_in_length, both), "REFUTED");
  both.resize(pullback.size());
  EXPECT_EQ(standing(ResourceClaim::flat_in_length, both), "NOT-JUDGED");
  EXPECT_EQ(standing(ResourceClaim::linear_time, synthetic(plan, row, 0.0, 1.0)), "SUPPORTED");
  EXPECT_EQ(standing(ResourceClaim::linear_time, synthetic(plan, row, 0.0, 2.0)), "REFUTED");
  EXPECT_EQ(standing(ResourceClaim::linear_time, synthetic(plan, row, 0.0, 1.35)), "INCONCLUSIVE");
}

TEST(ResourceClaims, OfWholeModelsAllowNoActivationPerRow) {
  const ResourcePlan plan;
  const double activation = 4.0 * static_cast<double>(plan.width);
  const auto standing = [&](ResourceClaim claim, double bytes_a_row) {
    std::vector<ResourceSample> samples = synthetic(plan, bytes_a_row, 1e4, 1.0);
    for (ResourceSample& sample : samples) sample.task = CostedTask::gradient;
    return std::string(name(judge_claim(claim, samples, plan).standing));
  };
  for (const ResourceClaim claim :
       {ResourceClaim::flat_in_length, ResourceClaim::linear_in_slice}) {
    EXPECT_EQ(standing(claim, 16.0), "SUPPORTED") << "tokens";
    EXPECT_EQ(standing(claim, activation), "REFUTED");
    EXPECT_EQ(standing(claim, 8.0 * activation), "REFUTED") << "linear checkpointing";
    EXPECT_EQ(standing(claim, std::nan("")), "REFUTED");
  }
}

TEST(ResourceClaims, AreMeasuredOnAnotherProcess) {
  const ForeignSubject foreign = open_subject(library_door(library("c_attention")), {});
  const ResourcePlan plan{.lengths = {16, 32, 64}, .slices = {4, 8}, .width = 4, .repeats = 1};
  const std::vector<ResourceSample> samples = measure_resources(foreign, plan);
  ASSERT_EQ(samples.size(), 4U);
  for (const ResourceSample& sample : samples) EXPECT_GT(sample.seconds, 0.0);
}

/// A run of the law of one claim.
RunResult run_of_claim(ForeignSubject foreign, ResourceClaim claim, const ResourcePlan& costs) {
  foreign.declaration.claims = {claim};
  const std::vector<Law> laws = costs_as_claimed(foreign, costs);
  RunPlan plan{.laws = {&laws.front()},
               .subjects = {&foreign.subject},
               .scalars = {Scalar::float32, Scalar::float64}};
  plan.cases = 1;
  return run(plan);
}

TEST(CostLaws, DecideLevelResources) {
  const auto standing = [](const RunResult& result) {
    for (const LevelVerdict& level : level_verdicts(result)) {
      if (level.level == Level::resources) return std::string(name(level.standing));
    }
    return std::string();
  };
  const RunResult held =
      run_of_claim(open_subject(library_door(library("c_attention")), {}),
                   ResourceClaim::flat_in_length, {.lengths = {64, 128, 256}, .slices = {8, 16}});
  EXPECT_EQ(held.verdicts.at(0).law, "cost-flat-in-L");
  EXPECT_EQ(held.verdicts.at(0).tally.passed, 1);
  EXPECT_TRUE(held.verdicts.at(1).unclaimed()) << "in float64";
  EXPECT_EQ(standing(held), "holds");
  EXPECT_EQ(standing(RunResult()), "not run");

  const ResourcePlan short_rows{
      .lengths = {128, 256, 512}, .slices = {64}, .repeats = 1, .processes = 1};
  const auto of_fault = [&](const std::string& fault) {
    const std::string program = SLIM_PYTHON " " + folder + "faults/fault_subject.py " + fault;
    return run_of_claim(open_subject(program_door("exec " + program), {}),
                        ResourceClaim::flat_in_length, short_rows);
  };
  EXPECT_EQ(of_fault("cached-workspace").verdicts.at(0).tally.wrong, 1)
      << "memory kept for later calls counts";
  for (const char* fault : {"sums-in-a-file", "sums-without-a-name", "sums-in-an-arena"}) {
    EXPECT_EQ(of_fault(fault).verdicts.at(0).tally.wrong, 1) << fault;
  }
  EXPECT_EQ(of_fault("leaves-a-zombie").verdicts.at(0).tally.passed, 1)
      << "a process that ended before the call does not matter";
  const RunResult in_a_child = of_fault("sums-in-a-child");
  EXPECT_EQ(in_a_child.verdicts.at(0).tally.executed(), 0) << "its memory is unknown";
  EXPECT_EQ(standing(in_a_child), "falls short");

  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const std::string program = SLIM_PYTHON " " + folder + "examples/numpy_attention.py";
  const RunResult broken =
      run_of_claim(open_subject(program_door("PYTHONPATH=" + folder + " exec " + program), {}),
                   ResourceClaim::flat_in_length, short_rows);
  EXPECT_EQ(broken.verdicts.at(0).tally.wrong, 1) << "it stores a prefix sum per row";
  EXPECT_NE(broken.counterexamples.at(0).finding.note.find("copies of a row's arrays"),
            std::string::npos);
  EXPECT_EQ(standing(broken), "falls short");
}

TEST(CostLaws, ReportAProcessThatEndsAfterItsAnswer) {
  const RunResult result =
      run_of_claim(open_subject(program_door("exec " SLIM_PYTHON " " + folder +
                                             "faults/fault_subject.py exits-after-its-answer"),
                                {}),
                   ResourceClaim::flat_in_length, {.lengths = {64, 128, 256}, .slices = {8, 16}});
  EXPECT_EQ(name(result.verdicts.at(0).tally.failure), "CRASH");
}

TEST(ResourcePlans, NeedThreeDoubledLengthsAndIncreasingSlices) {
  EXPECT_NO_THROW(require_valid(ResourcePlan()));
  EXPECT_THROW(require_valid({.lengths = {256, 256, 256}}), ContractError);
  EXPECT_THROW(require_valid({.lengths = {256, 512}}), ContractError);
  EXPECT_THROW(require_valid({.slices = {64, 64}}), ContractError);
}

TEST(CostLaws, AreMeasuredForWholeModelsAndEveryFeatureMap) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const ResourcePlan plan{
      .lengths = {256, 512, 1024}, .slices = {32, 64}, .repeats = 1, .processes = 1};
  const auto tally_of = [&](const std::string& program, ResourceClaim claim) {
    return run_of_claim(open_subject(program_door("exec " SLIM_PYTHON " " + folder + program), {}),
                        claim, plan)
        .verdicts.at(0)
        .tally;
  };
  EXPECT_EQ(tally_of("faults/cost_subject.py in-slices", ResourceClaim::linear_in_slice).passed, 1);
  EXPECT_EQ(tally_of("faults/cost_subject.py remembers", ResourceClaim::linear_time).wrong, 1)
      << "quadratic for inputs that it has not seen";
  EXPECT_EQ(tally_of("faults/cost_subject.py all-rows", ResourceClaim::flat_in_length).wrong, 1);
  EXPECT_EQ(
      tally_of("faults/convention_subject.py '{}' favor+", ResourceClaim::flat_in_length).wrong, 1)
      << "it stores the L × L weights";
}

}  // namespace
}  // namespace slim::properties::foreign
