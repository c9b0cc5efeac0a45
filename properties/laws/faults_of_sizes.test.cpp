// SPDX-License-Identifier: Apache-2.0
// Faults that show only from some size on, at the edges of a program's own blocks and tiles. A
// default run of the laws that compare with the reference finds each of them.

#include "properties/catalogue.hpp"
#include "properties/diagnosis/suspects.hpp"
#include "properties/engine/engine.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/mutants/whole_models.hpp"

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

template <class T, class Alter>
void alter_each(Heads<T>& heads, const Alter& alter) {
  for (Index b = 0; b < heads.sizes().batch; ++b) {
    for (Index h = 0; h < heads.sizes().heads; ++h) alter(heads(b, h));
  }
}

template <class T, class Alter>
Heads<T> altered_copy(const HeadsView<T>& of, const Alter& alter) {
  Heads<T> heads(of.sizes, MemoryTag::parameters);
  for (Index b = 0; b < of.sizes.batch; ++b) {
    for (Index h = 0; h < of.sizes.heads; ++h) heads(b, h) = of(b, h);
  }
  alter_each(heads, alter);
  return heads;
}

/// The reference's attention with altered queries, keys and output.
template <class Queries, class Keys, class Answer>
AttentionFunctions altered(const Queries& alter_q, const Keys& alter_k, const Answer& alter_out) {
  AttentionFunctions functions = reference_subject().attention;
  const auto alter = [&]<class T>(AttentionFunction<T>& function) {
    function = [=, correct = function](const AttentionTask<T>& task, AttentionResult<T>& result) {
      const Heads<T> q = altered_copy(task.q, alter_q);
      const Heads<T> k = altered_copy(task.k, alter_k);
      AttentionTask<T> other = task;
      other.q = q.view();
      other.k = k.view();
      correct(other, result);
      alter_each(result.out, alter_out);
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
                                    altered(unchanged, unchanged, alters_tiles_of(rows, columns))));
  }
  for (const Index columns : {8, 16, 32, 64, 128}) {
    subjects.push_back(subject_with(fmt::format("values beyond {} columns", columns),
                                    altered(unchanged, unchanged, drops_columns_from(columns))));
    subjects.push_back(subject_with(fmt::format("queries beyond {} columns", columns),
                                    altered(drops_columns_from(columns), unchanged, unchanged)));
    subjects.push_back(subject_with(fmt::format("keys beyond {} columns", columns),
                                    altered(unchanged, drops_columns_from(columns), unchanged)));
  }
  return subjects;
}

/// A whole model without slices whose gradients and mask are altered: the reference's otherwise.
template <class Gradients, class Mask>
Subject model_with(std::string name, const Gradients& alter_gradient, const Mask& alter_mask) {
  Subject subject = reference_subject();
  subject.name = std::move(name);
  subject.capabilities.sliced = false;
  const auto alter = [&]<class T>(GradientFunction<T>& function) {
    function = [=, correct = function](const GradientTask<T>& task, GradientResult<T>& result) {
      Sequences sequences = task.sequences;
      alter_mask(sequences);
      GradientTask<T> other = mutants::with_inputs(task, {.sequences = &sequences});
      other.counted_targets =
          task.counted_targets > 0 ? task.counted_targets : task.sequences.counted_targets();
      correct(other, result);
      for (const ParameterSlot& slot : result.gradient.slots()) {
        alter_gradient(result.gradient.matrix(slot));
      }
    };
  };
  alter(subject.gradient.in<float>());
  alter(subject.gradient.in<double>());
  alter(subject.gradient.in<Digits50>());
  return subject;
}

/// Leaves out the targets beyond the first `length` rows.
void drop_targets(Sequences& sequences, Index length) {
  if (!sequences.has_mask()) sequences.add_mask();
  for (Index b = 0; b < sequences.batch(); ++b) {
    for (Index l = length; l < sequences.length(); ++l) {
      sequences.mask(b)[static_cast<std::size_t>(l) + 1] = 0;
    }
  }
}

constexpr auto with_all_targets = [](Sequences& /*sequences*/) {};

constexpr auto drops_rows_from(Index first) {
  return [first](auto&& x) {
    if (x.rows() > first) x.bottomRows(x.rows() - first).setZero();
  };
}

std::vector<Subject> models_faulty_in_tiles() {
  std::vector<Subject> subjects;
  for (const auto& [rows, columns] :
       {std::pair<Index, Index>(4, 8), std::pair<Index, Index>(8, 8), {16, 16}}) {
    subjects.push_back(model_with(fmt::format("tiles of {} rows and {} columns", rows, columns),
                                  alters_tiles_of(rows, columns), with_all_targets));
  }
  for (const Index size : {8, 16, 32, 64}) {
    subjects.push_back(model_with(fmt::format("weights beyond {} columns", size),
                                  drops_columns_from(size), with_all_targets));
    subjects.push_back(model_with(fmt::format("weights beyond {} rows", size),
                                  drops_rows_from(size), with_all_targets));
  }
  for (const Index length : {16, 32, 64, 128, 256}) {
    subjects.push_back(
        model_with(fmt::format("targets beyond {} rows", length), unchanged,
                   [length](Sequences& sequences) { drop_targets(sequences, length); }));
  }
  return subjects;
}

/// Names of the subjects that passed these laws.
std::vector<std::string> missed(const std::vector<Subject>& subjects, std::uint64_t seed,
                                const std::vector<const char*>& names_of_laws) {
  const Capabilities& claimed = subjects.front().capabilities;
  std::vector<Law> laws;
  laws.reserve(names_of_laws.size());
  for (const char* name : names_of_laws) laws.push_back(laws::find_law(name).fitted(claimed, {}));
  RunPlan plan{.laws = {},
               .subjects = {},
               .scalars = {Scalar::float32, Scalar::float64},
               .seed = seed,
               .cases = default_cases,
               .threads = 1};
  for (const Law& law : laws) plan.laws.push_back(&law);
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

const std::vector<const char*> attention_laws = {"attention-agrees", "pullback-agrees"};

class FaultsOfSizes : public testing::TestWithParam<int> {};

TEST_P(FaultsOfSizes, AreFoundForEveryLengthOfABlock) {
  std::vector<Subject> subjects;
  for (const Index block : block_lengths) {
    for (Subject& subject : faulty_in_blocks(block)) subjects.push_back(std::move(subject));
  }
  ASSERT_EQ(subjects.size(), 21U);
  EXPECT_EQ(missed(subjects, static_cast<std::uint64_t>(GetParam()), attention_laws),
            std::vector<std::string>());
}

TEST_P(FaultsOfSizes, AreFoundInTilesAndColumnsBeyondAnyWidth) {
  EXPECT_EQ(missed(faulty_in_tiles(), static_cast<std::uint64_t>(GetParam()), attention_laws),
            std::vector<std::string>());
}

class FaultsOfSizesOfModels : public FaultsOfSizes {};

TEST_P(FaultsOfSizesOfModels, AreFoundInTilesAndBeyondAnyWidthOrLength) {
  EXPECT_EQ(
      missed(models_faulty_in_tiles(), static_cast<std::uint64_t>(GetParam()), {"gradient-agrees"}),
      std::vector<std::string>());
}

INSTANTIATE_TEST_SUITE_P(Seeds, FaultsOfSizes, testing::Values(1, 2));
INSTANTIATE_TEST_SUITE_P(Seeds, FaultsOfSizesOfModels, testing::Values(1));
/// Run by `properties/check --long`.
INSTANTIATE_TEST_SUITE_P(DISABLED_MoreSeeds, FaultsOfSizes, testing::Range(3, 21));
INSTANTIATE_TEST_SUITE_P(DISABLED_MoreSeeds, FaultsOfSizesOfModels, testing::Range(2, 21));

TEST(NoFaultsOfSizes, AreFoundInACorrectSubject) {
  const std::vector<Subject> correct = {
      subject_with("unaltered", altered(unchanged, unchanged, unchanged))};
  EXPECT_EQ(missed(correct, 1, attention_laws), std::vector<std::string>{"unaltered"});
  const std::vector<Subject> model = {model_with("unaltered", unchanged, with_all_targets)};
  EXPECT_EQ(missed(model, 1, {"gradient-agrees"}), std::vector<std::string>{"unaltered"});
}

}  // namespace
}  // namespace slim::properties
