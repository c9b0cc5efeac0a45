// SPDX-License-Identifier: Apache-2.0
// The designed cases of subjects with different claims.

#include "properties/catalogue.hpp"
#include "properties/engine/engine.hpp"
#include "properties/engine/numbered_case.hpp"
#include "properties/laws/catalogue.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace slim::properties {
namespace {

/// Claims, and whether attention, features and whole models have cases under them.
struct Claims {
  const char* name;
  Capabilities claimed;
  bool attention = true;
  bool features = true;
  bool models = true;
};

std::vector<Claims> claims() {
  Capabilities all;
  all.bidirectional = all.sliced = all.resumable = all.key_masks = true;
  Capabilities given_alone;
  given_alone.feature_maps = {};
  given_alone.given_features = true;
  Capabilities one_map;
  one_map.feature_maps = {FeatureKind::favor_plus};
  one_map.given_features = false;
  Capabilities bidirectional_alone;
  bidirectional_alone.causal = false;
  bidirectional_alone.bidirectional = true;
  Capabilities neither = bidirectional_alone;
  neither.bidirectional = false;
  Capabilities blocks;
  blocks.block = 300;
  blocks.head_block = 48;
  return {{"all", all},
          {"given features alone", given_alone, true, false, false},
          {"one map", one_map},
          {"bidirectional alone", bidirectional_alone},
          {"neither direction", neither, false, true, true},
          {"blocks", blocks}};
}

bool has_cases(const Claims& of, const Law& law) {
  if (law.task == "features") return of.features;
  return law.task == "gradient" ? of.models : of.attention;
}

TEST(DesignedSizes, FitAllClaims) {
  for (const Claims& of : claims()) {
    for (const Law& law : laws::catalogue()) {
      if (!law.fitted) continue;
      const Law fitted = law.fitted(of.claimed, {});
      EXPECT_EQ(static_cast<bool>(fitted.size_goal), has_cases(of, law))
          << of.name << ", " << law.name;
      const int rows = fitted.designed ? fitted.designed() : 0;
      EXPECT_TRUE(rows == 0 || fitted.size_goal) << of.name << ", " << law.name;
      for (int row = 0; row < rows; ++row) {
        const std::unique_ptr<Draw> draw = NumberedCase(fitted, 1, CaseId(row, true)).draw(0);
        EXPECT_FALSE(draw->readable().empty()) << of.name << ", " << law.name << ", row " << row;
      }
    }
  }
}

/// Lengths from a declared block, and requested ones.
TEST(DesignedSizes, IncludeDeclaredAndRequestedLengths) {
  Capabilities blocks;
  blocks.block = 300;
  const Law law = laws::find_law("attention-agrees").fitted(blocks, {.lengths = {700}});
  std::vector<Index> lengths;
  lengths.reserve(static_cast<std::size_t>(law.designed()));
  for (int row = 0; row < law.designed(); ++row) {
    lengths.push_back(NumberedCase(law, 1, CaseId(row, true)).draw(0)->extents()[Extent::length]);
  }
  for (const Index wanted : {299, 300, 301, 601, 700}) {
    EXPECT_NE(std::ranges::find(lengths, wanted), lengths.end()) << wanted;
  }
}

/// In a narrow scalar if the subject has no wider one, and not otherwise.
TEST(DesignedSizes, AreRunInTheOnlyScalarThatASubjectHas) {
  const Subject& subject = find_subject("stored/blocked");
  const Law law = laws::find_law("attention-agrees").fitted(subject.capabilities, {});
  RunPlan plan{.laws = {&law},
               .subjects = {&subject},
               .scalars = {Scalar::bfloat16},
               .cases = 20,
               .threads = 1,
               .covers_sizes = true};
  const RunResult narrow = run(plan);
  EXPECT_EQ(narrow.verdicts[0].tally.cases, 20 * law.share + law.designed());
  EXPECT_TRUE(narrow.holds());
  plan.scalars = {Scalar::float32, Scalar::bfloat16};
  const RunResult both = run(plan);
  EXPECT_EQ(both.verdicts[0].tally.cases, 20 * law.share + law.designed());
  EXPECT_EQ(both.verdicts[1].tally.cases, 20 * law.share);
}

}  // namespace
}  // namespace slim::properties
