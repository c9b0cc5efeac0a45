// SPDX-License-Identifier: Apache-2.0
#include "properties/altered_reference.hpp"
#include "properties/engine/engine.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/laws/laws.hpp"

#include <gtest/gtest.h>

#include <set>

namespace slim::properties {
namespace {

RunResult counted(const std::vector<const Subject*>& subjects,
                  std::vector<Scalar> scalars = {Scalar::float32, Scalar::float64}) {
  return run({.laws = {&laws::find_law("bytes-as-claimed")},
              .subjects = subjects,
              .scalars = std::move(scalars),
              .seed = 1,
              .cases = 20,
              .threads = 2});
}

bool is_held_by(Subject subject, MemoryGrowth claim) {
  subject.name += " claiming";
  subject.capabilities.memory = claim;
  return counted({&subject}, {Scalar::float32}).holds();
}

TEST(BytesAsClaimed, HoldsForEverySubjectWithAClaimAndIsSkippedForOthers) {
  std::vector<const Subject*> subjects;
  for (const Subject& subject : catalogue()) {
    if (!is_mutant(subject)) subjects.push_back(&subject);
  }
  const RunResult result =
      counted(subjects, {Scalar::float32, Scalar::float64, Scalar::digits50, Scalar::bfloat16});
  EXPECT_TRUE(result.holds());
  std::set<std::string> skipped;
  for (const Verdict& verdict : result.verdicts) {
    if (find_subject(verdict.subject).capabilities.memory == MemoryGrowth::unclaimed) {
      skipped.insert(verdict.subject);
      EXPECT_EQ(verdict.tally.skipped.at("does not claim how its memory grows"),
                verdict.tally.cases);
    } else {
      EXPECT_GT(verdict.tally.passed, 0) << verdict.subject << " " << name(verdict.scalar);
      EXPECT_EQ(verdict.tally.wrong, 0) << verdict.subject << " " << verdict.tally.worst.tensor
                                        << ": " << verdict.tally.worst.error;
    }
  }
  for (const std::string& subject : skipped) {
    EXPECT_TRUE(subject == "reference" || subject.starts_with("distributed")) << subject;
  }
  EXPECT_GE(skipped.size(), 2U);
}

TEST(BytesAsClaimed, KillsItsMutantsInEveryScalar) {
  for (const std::string& mutant : laws::find_law("bytes-as-claimed").kills) {
    for (const Verdict& verdict :
         counted({&find_subject(mutant)}, {Scalar::float32, Scalar::float64, Scalar::digits50})
             .verdicts) {
      const bool long_slices = mutant == "mutant/scores-of-a-slice-kept";
      if (long_slices && verdict.scalar == Scalar::digits50) continue;
      EXPECT_EQ(verdict.tally.wrong, 1) << mutant << " in " << name(verdict.scalar);
    }
  }
}

TEST(BytesAsClaimed, RefutesAClaimThatIsTooStrong) {
  const Subject& stored = find_subject("stored/iterative");
  EXPECT_TRUE(is_held_by(stored, MemoryGrowth::slice_and_count));
  EXPECT_FALSE(is_held_by(stored, MemoryGrowth::slice_and_logarithm));
  EXPECT_FALSE(is_held_by(stored, MemoryGrowth::slice));
  const Subject& bisected = find_subject("bisected/blocked");
  EXPECT_TRUE(is_held_by(bisected, MemoryGrowth::slice_and_logarithm));
  EXPECT_FALSE(is_held_by(bisected, MemoryGrowth::slice));
  const Subject& of_rows = find_subject("mutant/workspace-grows");
  EXPECT_FALSE(is_held_by(of_rows, MemoryGrowth::slice_and_count)) << "more for longer slices";
}

TEST(BytesAsClaimed, RefutesATableOfAllPairsOfSlices) {
  Subject pairs = find_subject("stored/iterative");
  pairs.name = "pairs";
  const GradientFunction<float> correct = pairs.gradient.in<float>();
  pairs.gradient.in<float>() = [correct](const GradientTask<float>& task,
                                         GradientResult<float>& result) {
    const Index N = task.sequences.length() / task.slice_length;
    const Buffer<float> table(MemoryTag::state, N * N);
    correct(task, result);
  };
  const RunResult result = counted({&pairs}, {Scalar::float32});
  ASSERT_EQ(result.counterexamples.size(), 1U);
  const Discrepancy& worst = result.counterexamples.front().finding.worst;
  EXPECT_EQ(worst.tensor, "bytes more at L=8 than at L=4 (C=1)");
  EXPECT_GT(worst.error, worst.bound);
}

TEST(BytesAsClaimed, ReportsTheSizesAndTheClaim) {
  const RunResult result = counted({&find_subject("mutant/workspace-grows")}, {Scalar::float64});
  ASSERT_EQ(result.counterexamples.size(), 1U);
  const Counterexample& found = result.counterexamples.front();
  EXPECT_EQ(found.finding.worst.tensor, "bytes more at L=8 than at L=2 (C=1)");
  EXPECT_EQ(found.finding.worst.error, 6 * 8);
  EXPECT_EQ(found.finding.worst.bound, 0.0);
  EXPECT_EQ(found.finding.note, "claims O(C)");
}

TEST(BytesAsClaimed, RejectsAClaimOfASubjectThatEntersNoSlice) {
  Subject silent = altered_reference("silent", [](const auto&, auto&) {});
  silent.capabilities.memory = MemoryGrowth::slice;
  const RunResult result = counted({&silent}, {Scalar::float64});
  ASSERT_EQ(result.counterexamples.size(), 1U);
  EXPECT_EQ(result.counterexamples.front().finding.note,
            "claims O(C) but enters no slice in the ledger");
}

}  // namespace
}  // namespace slim::properties
