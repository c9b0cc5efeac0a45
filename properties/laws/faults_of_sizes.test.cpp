// SPDX-License-Identifier: Apache-2.0
// Faults that show only from some size on, at the edges of a program's own blocks and tiles. A
// default run of the laws that compare with the reference finds each of them.

#include "properties/catalogue.hpp"
#include "properties/diagnosis/suspects.hpp"
#include "properties/engine/engine.hpp"
#include "properties/laws/catalogue.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace slim::properties {
namespace {

constexpr int default_cases = 40;
constexpr Index block_lengths[] = {16, 32, 64, 100, 128, 192, 256};
constexpr const char* block_faults[] = {"mutant/last-row-of-slice-dropped",
                                        "mutant/carried-gradient-without-last-row",
                                        "mutant/first-row-of-slice-dropped"};

/// A subject with this attention, without slices.
Subject subject_with(std::string name, AttentionFunctions attention) {
  Subject subject = reference_subject();
  subject.name = std::move(name);
  subject.attention = std::move(attention);
  subject.gradient = {};
  subject.features = {};
  subject.projection = {};
  subject.capabilities.bidirectional = false;
  subject.capabilities.sliced = false;
  return subject;
}

std::vector<Subject> faulty_in_blocks(Index block) {
  std::vector<Subject> subjects;
  for (const Suspect& suspect : block_suspects(block)) {
    for (const char* fault : block_faults) {
      if (!suspect.name.starts_with(std::string(fault) + " in")) continue;
      subjects.push_back(subject_with(suspect.name, suspect.attention));
    }
  }
  return subjects;
}

/// The reference's attention with altered queries and altered output.
template <class Task, class Answer>
AttentionFunctions altered(const Task& alter_task, const Answer& alter_answer) {
  AttentionFunctions functions = reference_subject().attention;
  const auto alter = [&]<class T>(AttentionFunction<T>& function) {
    function = [correct = function, alter_task, alter_answer](const AttentionTask<T>& task,
                                                              AttentionResult<T>& result) {
      Heads<T> q(task.q.sizes, MemoryTag::parameters);
      for (Index b = 0; b < task.q.sizes.batch; ++b) {
        for (Index h = 0; h < task.q.sizes.heads; ++h) {
          q(b, h) = task.q(b, h);
          alter_task(q(b, h));
        }
      }
      AttentionTask<T> other = task;
      other.q = q.view();
      correct(other, result);
      for (Index b = 0; b < task.q.sizes.batch; ++b) {
        for (Index h = 0; h < task.q.sizes.heads; ++h) alter_answer(result.out(b, h));
      }
    };
  };
  alter(functions.in<float>());
  alter(functions.in<double>());
  alter(functions.in<Digits50>());
  return functions;
}

constexpr auto unchanged = [](auto&& /*entries*/) {};

constexpr auto drops_columns_from(Index first) {
  return [first](auto&& x) {
    if (x.cols() > first) x.rightCols(x.cols() - first).setZero();
  };
}

/// The last entry of each full tile of rows × columns is off by 1 in 64.
constexpr auto alters_tiles_of(Index rows, Index columns) {
  return [rows, columns](auto&& y) {
    using T = typename std::decay_t<decltype(y)>::Scalar;
    for (Index l = rows - 1; l < y.rows(); l += rows) {
      for (Index c = columns - 1; c < y.cols(); c += columns) y(l, c) += y(l, c) / T(64);
    }
  };
}

std::vector<Subject> faulty_in_tiles() {
  std::vector<Subject> subjects;
  for (const auto& [rows, columns] :
       {std::pair<Index, Index>(4, 8), std::pair<Index, Index>(8, 8), {16, 16}}) {
    subjects.push_back(subject_with(fmt::format("tiles of {} rows and {} columns", rows, columns),
                                    altered(unchanged, alters_tiles_of(rows, columns))));
  }
  for (const Index columns : {8, 16, 32, 64, 128}) {
    subjects.push_back(subject_with(fmt::format("values beyond {} columns", columns),
                                    altered(unchanged, drops_columns_from(columns))));
    subjects.push_back(subject_with(fmt::format("queries beyond {} columns", columns),
                                    altered(drops_columns_from(columns), unchanged)));
  }
  return subjects;
}

/// Names of the subjects that passed.
std::vector<std::string> missed(const std::vector<Subject>& subjects, std::uint64_t seed) {
  const Capabilities& claimed = subjects.front().capabilities;
  const std::array laws = {laws::find_law("attention-agrees").fitted(claimed, {}),
                           laws::find_law("pullback-agrees").fitted(claimed, {})};
  RunPlan plan{.laws = {&laws[0], &laws[1]},
               .subjects = {},
               .scalars = {Scalar::float32, Scalar::float64},
               .seed = seed,
               .cases = default_cases,
               .threads = 1};
  for (const Subject& subject : subjects) plan.subjects.push_back(&subject);
  plan.shrinks = false;
  plan.covers_sizes = true;
  const RunResult result = run(plan);
  std::vector<std::string> names;
  for (const Subject& subject : subjects) {
    const bool found = std::ranges::any_of(result.verdicts, [&](const Verdict& verdict) {
      return verdict.subject == subject.name && verdict.tally.wrong > 0;
    });
    if (!found) names.push_back(subject.name);
  }
  return names;
}

class FaultsOfSizes : public testing::TestWithParam<int> {};

TEST_P(FaultsOfSizes, AreFoundForEveryLengthOfABlock) {
  std::vector<Subject> subjects;
  for (const Index block : block_lengths) {
    for (Subject& subject : faulty_in_blocks(block)) subjects.push_back(std::move(subject));
  }
  ASSERT_EQ(subjects.size(), 21U);
  EXPECT_EQ(missed(subjects, static_cast<std::uint64_t>(GetParam())), std::vector<std::string>());
}

TEST_P(FaultsOfSizes, AreFoundInTilesAndColumnsBeyondAnyWidth) {
  EXPECT_EQ(missed(faulty_in_tiles(), static_cast<std::uint64_t>(GetParam())),
            std::vector<std::string>());
}

INSTANTIATE_TEST_SUITE_P(Seeds, FaultsOfSizes, testing::Values(1, 2));
/// Run by `properties/check --long`.
INSTANTIATE_TEST_SUITE_P(DISABLED_MoreSeeds, FaultsOfSizes, testing::Range(3, 21));

TEST(NoFaultsOfSizes, AreFoundInACorrectSubject) {
  const std::vector<Subject> correct = {subject_with("unaltered", altered(unchanged, unchanged))};
  EXPECT_EQ(missed(correct, 1), std::vector<std::string>{"unaltered"});
}

}  // namespace
}  // namespace slim::properties
