// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/judged_tensor.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace slim::properties {
namespace {

JudgedTensor with_rows(std::initializer_list<std::pair<double, double>> rows,
                       double residue = 0.0) {
  LargestEntry largest;
  for (const auto& [entry, allowed] : rows) largest.add_row(entry, allowed);
  return largest.judged("out", residue);
}

TEST(JudgedTensor, IsJudgedIfItsLargestEntryExceedsTheErrorAllowedThere) {
  EXPECT_EQ(with_rows({{1.0, 5.0}, {2.0, 1.9}}).judged, 1);
  EXPECT_EQ(with_rows({{2.0, 2.0}}).judged, 0) << "zeros would pass";
  EXPECT_EQ(with_rows({{1.0, 0.5}, {2.0, 2.1}}).judged, 0);
  EXPECT_EQ(with_rows({{1.0, 0.5}, {2.0, 2.1}}).compared, 1);
}

TEST(JudgedTensor, IsNotJudgedIfTheBoundIsNaNOrInfinite) {
  EXPECT_EQ(with_rows({{1.0, std::numeric_limits<double>::quiet_NaN()}}).judged, 0);
  EXPECT_EQ(with_rows({{1.0, std::numeric_limits<double>::infinity()}}).judged, 0);
}

TEST(JudgedTensor, IsNotCountedIfItsTruthIsZero) {
  EXPECT_EQ(with_rows({{0.0, 1.0}}).compared, 0);
  EXPECT_EQ(with_rows({{1e-41, 1.0}}, 1e-40).compared, 0);
  EXPECT_EQ(with_rows({}).compared, 0);
}

TEST(JudgedTensor, IsCountedIfItIsJudged) {
  const JudgedTensor below_the_residue = with_rows({{1e-3, 1e-4}}, 1e-2);
  EXPECT_EQ(below_the_residue.compared, 1);
  EXPECT_EQ(below_the_residue.judged, 1);
}

TEST(JudgedTensor, AddsUpByName) {
  std::vector<JudgedTensor> sums;
  add_counts(sums, std::array<JudgedTensor, 2>{{{"out", 1, 1}, {"d.q", 1, 0}}});
  add_counts(sums, std::array<JudgedTensor, 2>{{{"d.q", 1, 1}, {"out", 1, 1}}});
  ASSERT_EQ(sums.size(), 2U);
  EXPECT_EQ(sums[0].judged, 2);
  EXPECT_EQ(sums[1].compared, 2);
  EXPECT_EQ(sums[1].judged, 1);
}

}  // namespace
}  // namespace slim::properties
