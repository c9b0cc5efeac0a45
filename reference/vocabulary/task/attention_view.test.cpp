// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/task/attention_view.hpp"

#include "reference/vocabulary/case_file/attention_case.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace slim {
namespace {

/// Entries 1, 2, 3, …
Heads<double> numbered(const HeadsSizes& sizes) {
  Heads<double> heads(sizes, MemoryTag::parameters);
  std::iota(heads.values().begin(), heads.values().end(), 1.0);
  return heads;
}

AttentionInputs<double> task_of_four_heads() {
  const HeadsSizes sizes{.batch = 1, .heads = 4, .rows = 2, .cols = 1};
  return {.q = numbered(sizes),
          .k = numbered(sizes),
          .v = numbered(sizes),
          .features_given = true,
          .wants_pullback = true,
          .out_cotangent = numbered(sizes),
          .groups = {.queries = 1, .keys = 2, .values = 2},
          .query_mask = {0, 1}};
}

TEST(AttentionView, SharesTheFirstHeadOfEachGroup) {
  const AttentionInputs<double> inputs = viewed(task_of_four_heads());
  EXPECT_EQ(inputs.k(0, 1)(1, 0), 2.0);
  EXPECT_EQ(inputs.k(0, 3)(0, 0), 5.0);
  EXPECT_EQ(inputs.q(0, 3)(1, 0), 8.0) << "queries are not shared";
  EXPECT_EQ(inputs.q(0, 3)(0, 0), 8.0) << "an absent query is one that is present";
  EXPECT_EQ(inputs.out_cotangent(0, 3)(0, 0), 0.0);
  EXPECT_EQ(inputs.out_cotangent(0, 3)(1, 0), 8.0);
}

TEST(AttentionView, AddsGradientsOfSharedHeadsUp) {
  const AttentionInputs<double> inputs = task_of_four_heads();
  const HeadsSizes sizes = inputs.q.sizes();
  AttentionResult<double> answer;
  for (Heads<double>* array : {&answer.out, &answer.dq, &answer.dk, &answer.dv}) {
    *array = numbered(sizes);
  }
  for (int twice = 0; twice < 2; ++twice) {
    view(inputs.groups, inputs.query_mask, answer);
    EXPECT_EQ(answer.dk(0, 0)(1, 0), 2.0 + 4.0);
    EXPECT_EQ(answer.dk(0, 1)(1, 0), 0.0);
    EXPECT_EQ(answer.dv(0, 2)(0, 0), 5.0 + 7.0) << "keys of absent queries are present";
    EXPECT_EQ(answer.dq(0, 1)(1, 0), 4.0);
    EXPECT_EQ(answer.dq(0, 1)(0, 0), 0.0);
    EXPECT_EQ(answer.out(0, 3)(0, 0), 0.0);
  }
}

TEST(AttentionView, IsInTheCaseFile) {
  const CaseFile file = to_case_file(task_of_four_heads());
  EXPECT_EQ(file.text("head_groups"), "1,2,2");
  const AttentionInputs<double> read = to_attention_inputs(file);
  EXPECT_EQ(read.groups, task_of_four_heads().groups);
  EXPECT_EQ(read.query_mask, task_of_four_heads().query_mask);
  for (const char* wrong : {"", "1", "1,2", "1,2,2,", "1,2,x", "1,2,3", "0,1,1", "1,-2,2"}) {
    CaseFile changed = file;
    changed.metadata["head_groups"] = wrong;
    EXPECT_THROW(to_attention_inputs(changed), ContractError) << wrong;
  }
}

}  // namespace
}  // namespace slim
