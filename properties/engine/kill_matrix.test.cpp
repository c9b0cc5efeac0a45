// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/kill_matrix.hpp"

#include "properties/catalogue.hpp"
#include "properties/laws/catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

KillMatrix matrix_of(const std::vector<std::string>& laws, const std::vector<std::string>& mutants,
                     int cases) {
  RunPlan plan{.laws = {}, .subjects = {}, .scalars = {Scalar::float64}, .seed = 1, .cases = cases};
  for (const std::string& law : laws) plan.laws.push_back(&laws::find_law(law));
  for (const std::string& mutant : mutants) plan.subjects.push_back(&find_subject(mutant));
  plan.threads = 2;
  return kill_matrix(plan);
}

TEST(KillMatrix, HasASurvivorIfNoLawDetectsTheFault) {
  const KillMatrix matrix = matrix_of(
      {"attention-agrees"}, {"mutant/start-gradient-missing", "mutant/not-normalised"}, 20);
  ASSERT_EQ(matrix.mutants.size(), 2U);
  EXPECT_FALSE(matrix.mutants[0].killed());
  EXPECT_EQ(matrix.mutants[0].margin(), 0.0);
  EXPECT_EQ(matrix.mutants[0].nearest(), nullptr);
  EXPECT_EQ(matrix.mutants[0].survived, std::vector<std::string>{"attention-agrees"});
  EXPECT_TRUE(matrix.mutants[1].killed());
  EXPECT_EQ(matrix.survivors(), std::vector<std::string>{"mutant/start-gradient-missing"});
  EXPECT_TRUE(matrix.idle_laws().empty());
  EXPECT_FALSE(matrix.is_full());
}

TEST(KillMatrix, NamesALawThatKillsNoMutant) {
  const KillMatrix matrix =
      matrix_of({"attention-agrees", "pullback-agrees"}, {"mutant/end-without-key-sum"}, 20);
  EXPECT_TRUE(matrix.survivors().empty());
  EXPECT_EQ(matrix.idle_laws(), std::vector<std::string>{"pullback-agrees"});
  EXPECT_EQ(matrix.power_of("pullback-agrees").kills, 0);
  EXPECT_EQ(matrix.power_of("pullback-agrees").margin, 0.0);
  EXPECT_FALSE(matrix.is_full());
}

TEST(KillMatrix, TakesTheSmallestMarginAndLeavesOutLawsThatDidNotRun) {
  const KillMatrix matrix = matrix_of({"attention-agrees", "layouts-agree", "gradient-agrees"},
                                      {"mutant/heads-and-rows-swapped"}, 20);
  const MutantFate& fate = matrix.mutants.front();
  ASSERT_EQ(fate.kills.size(), 2U);
  EXPECT_EQ(fate.killed_by("layouts-agree")->margin, std::numeric_limits<double>::infinity());
  EXPECT_EQ(fate.margin(), fate.killed_by("attention-agrees")->margin);
  EXPECT_EQ(fate.nearest()->law, "attention-agrees");
  EXPECT_GT(fate.margin(), 1.0);
  EXPECT_EQ(fate.killed_by("gradient-agrees"), nullptr);
  EXPECT_TRUE(fate.survived.empty());
}

TEST(KillMatrix, ReportsTheSmallestMarginOfALaw) {
  const KillMatrix matrix{
      .laws = {"strict", "exact", "idle"},
      .mutants = {
          {.name = "coarse", .kills = {{"strict", 100.0}, {"exact", HUGE_VAL}}, .survived = {}},
          {.name = "fine", .kills = {{"strict", 2.0}}, .survived = {}},
          {.name = "coarser", .kills = {{"strict", 1e9}}, .survived = {}}}};
  const LawPower strict = matrix.power_of("strict");
  EXPECT_EQ(strict.kills, 3);
  EXPECT_EQ(strict.nearest, "fine");
  EXPECT_EQ(strict.margin, 2.0);
  EXPECT_EQ(matrix.power_of("exact").nearest, "coarse");
  EXPECT_EQ(matrix.power_of("exact").margin, HUGE_VAL);
  EXPECT_EQ(matrix.power_of("idle").nearest, "");
}

}  // namespace
}  // namespace slim::properties
