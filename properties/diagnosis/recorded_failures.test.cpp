// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/recorded_failures.hpp"

#include "properties/catalogue.hpp"
#include "properties/diagnosis/diagnostician.hpp"
#include "properties/engine/engine.hpp"
#include "properties/laws/catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

namespace slim::properties {
namespace {

/// The failure that a run of one law records for a subject.
Counterexample failure_of(const Subject& subject, const char* law,
                          Scalar scalar = Scalar::float64) {
  const RunResult result = run({.laws = {&laws::find_law(law)},
                                .subjects = {&subject},
                                .scalars = {scalar},
                                .seed = 1,
                                .cases = 20,
                                .threads = 2});
  if (result.counterexamples.empty()) throw std::logic_error(subject.name + " satisfies " + law);
  return result.counterexamples.front();
}

TEST(RecordedFailures, AreReproducedByTheMutantThatCausedThem) {
  const Subject& mutant = find_subject("mutant/own-key-unseen");
  const std::vector<Counterexample> recorded = {failure_of(mutant, "attention-agrees"),
                                                failure_of(mutant, "pullback-agrees"),
                                                failure_of(mutant, "averages", Scalar::float32)};
  EXPECT_EQ(unexplained_failure(recorded, laws::catalogue(), mutant, false), "");
  const std::string other =
      unexplained_failure(recorded, laws::catalogue(), find_subject("mutant/start-ignored"), false);
  EXPECT_TRUE(other.starts_with("attention-agrees in float64, L=")) << "'" << other << "'";
  EXPECT_NE(unexplained_failure(recorded, laws::catalogue(), reference_subject(), false), "");
}

TEST(RecordedFailures, OfGradientsAreIgnoredIfOnlyTheForwardPassIsCompared) {
  const Subject& mutant = find_subject("mutant/no-denominator-gradient-for-keys");
  const std::vector<Counterexample> recorded = {failure_of(mutant, "pullback-agrees")};
  EXPECT_NE(unexplained_failure(recorded, laws::catalogue(), reference_subject(), false), "");
  EXPECT_EQ(unexplained_failure(recorded, laws::catalogue(), reference_subject(), true), "");
}

std::string in_lines(const Diagnosis& diagnosis) {
  std::string text;
  for (const std::string& line : in_words(diagnosis)) text += line + "\n";
  return text;
}

/// The second failure is one that the subject itself does not reproduce.
TEST(RecordedFailures, AreAllReproducedByTheMutantThatIsNamed) {
  Subject subject = find_subject("mutant/own-key-unseen");
  subject.name = "library";
  const Counterexample one = failure_of(subject, "attention-agrees");
  const Counterexample another =
      failure_of(find_subject("mutant/start-ignored"), "attention-agrees");
  Diagnostician diagnostician;
  EXPECT_EQ(diagnostician.diagnose(subject, one, {}, {&one, 1}).named(), "mutant/own-key-unseen");
  const std::vector<Counterexample> both = {one, another};
  const Diagnosis of_both = diagnostician.diagnose(subject, one, {}, both);
  EXPECT_EQ(of_both.named(), "") << in_lines(of_both);
  const auto refuted =
      std::ranges::find(of_both.only_here, "mutant/own-key-unseen", &Likeness::name);
  ASSERT_NE(refuted, of_both.only_here.end()) << in_lines(of_both);
  EXPECT_EQ(refuted->unlike.find("attention-agrees in float64"), 0U) << refuted->unlike;
}

/// Attention that keeps the factor d^(-1/4) of its first call since the start of the process.
struct KeptScale {
  std::shared_ptr<double> scale = std::make_shared<double>(0.0);
  Subject subject = reference_subject();

  KeptScale() {
    subject.name = "keeps its scale";
    subject.capabilities.feature_maps = {FeatureKind::favor_plus};
    subject.capabilities.given_features = false;
    subject.attention.in<double>() = [scale = scale, correct = subject.attention.in<double>()](
                                         const AttentionTask<double>& task,
                                         AttentionResult<double>& result) {
      const double own = std::pow(static_cast<double>(task.q.sizes.cols), -0.25);
      if (*scale == 0.0) *scale = own;
      Heads<double> q = scaled(task.q, *scale / own);
      Heads<double> k = scaled(task.k, *scale / own);
      AttentionTask<double> other = task;
      other.q = q.view();
      other.k = k.view();
      correct(other, result);
      for (Heads<double>* gradient : {&result.dq, &result.dk}) {
        for (double& x : gradient->values()) x *= *scale / own;
      }
    };
  }
  static Heads<double> scaled(const HeadsView<double>& view, double factor) {
    Heads<double> heads(view.sizes, MemoryTag::parameters);
    for (Index b = 0; b < view.sizes.batch; ++b) {
      for (Index h = 0; h < view.sizes.heads; ++h) heads(b, h) = factor * view(b, h);
    }
    return heads;
  }
};

TEST(FirstQuestion, IsCheckedBeforeAnyMutantOrConventionIsCompared) {
  KeptScale kept;
  *kept.scale = 1.0;  // as after a first call with width 1
  const Counterexample found = failure_of(kept.subject, "attention-agrees");
  const std::span<const Law> laws = laws::catalogue();
  Diagnostician in_one_process({laws.begin(), laws.end()});
  const Diagnosis alone = in_one_process.diagnose(kept.subject, found);
  const auto has_it = [](const std::vector<Likeness>& group) {
    return std::ranges::count(group, "mutant/neither-scaled", &Likeness::name) > 0;
  };
  EXPECT_TRUE(has_it(alone.like) || has_it(alone.only_here))
      << "one process cannot distinguish them: " << in_lines(alone);
  Diagnostician with_restarts({laws.begin(), laws.end()}, [&] { *kept.scale = 0.0; });
  const std::string looks = in_lines(with_restarts.diagnose(kept.subject, found));
  EXPECT_TRUE(looks.starts_with("its answers depend on earlier calls: it returns one result for a"))
      << looks;
  EXPECT_EQ(looks.find("scal"), std::string::npos) << looks;
}

TEST(FirstQuestion, IsCheckedForAnswersThatDifferFromCallToCall) {
  KeptScale kept;
  *kept.scale = 1.0;
  Counterexample found = failure_of(kept.subject, "attention-agrees");
  found.finding.failure = Failure::non_deterministic;  // as in two processes
  const std::span<const Law> laws = laws::catalogue();
  Diagnostician diagnostician({laws.begin(), laws.end()}, [&] { *kept.scale = 0.0; });
  const std::string looks = in_lines(diagnostician.diagnose(kept.subject, found));
  EXPECT_TRUE(looks.starts_with("its answers depend on earlier calls: it returns one result for a"))
      << looks;
  Counterexample another = failure_of(find_subject("mutant/neither-scaled"), "attention-agrees");
  EXPECT_EQ(in_lines(diagnostician.diagnose(kept.subject, another)), looks)
      << "it holds for all failures of the subject";
}

TEST(FirstQuestion, ExplainsNoFailureThatFirstCallsHave) {
  KeptScale kept;
  kept.subject.attention.in<double>() = [inner = kept.subject.attention.in<double>()](
                                            AttentionTask<double> task,
                                            AttentionResult<double>& result) {
    task.key_mask = {};
    inner(task, result);
  };
  *kept.scale = 1.0;
  const Counterexample of_scale = failure_of(kept.subject, "attention-agrees");
  const Counterexample of_masks = failure_of(kept.subject, "masked-keys-absent");
  const std::span<const Law> laws = laws::catalogue();
  Diagnostician diagnostician({laws.begin(), laws.end()}, [&] { *kept.scale = 0.0; });
  const std::string of_calls = in_lines(diagnostician.diagnose(kept.subject, of_scale));
  EXPECT_TRUE(
      of_calls.starts_with("its answers depend on earlier calls: it returns one result for"))
      << of_calls;
  const Diagnosis other = diagnostician.diagnose(kept.subject, of_masks);
  EXPECT_EQ(other.earlier_calls, "");
  EXPECT_NE(in_lines(other), "") << "it is diagnosed";
}

TEST(FirstQuestion, FindsABufferThatIsNotCleared) {
  auto buffer = std::make_shared<double>(0.0);
  Subject subject = reference_subject();
  subject.name = "keeps a buffer";
  subject.attention.in<double>() = [buffer, correct = subject.attention.in<double>()](
                                       const AttentionTask<double>& task,
                                       AttentionResult<double>& result) {
    correct(task, result);
    result.out.values()[0] += *buffer;
    *buffer = 0.5 * result.out.values()[0];
  };
  *buffer = 1.0;
  Counterexample found = failure_of(subject, "attention-agrees");
  found.finding.failure = Failure::non_deterministic;
  const std::span<const Law> laws = laws::catalogue();
  Diagnostician diagnostician({laws.begin(), laws.end()}, [&] { *buffer = 0.0; });
  const std::string looks = in_lines(diagnostician.diagnose(subject, found));
  EXPECT_TRUE(looks.starts_with("its answers depend on earlier calls: it returns one result for a"))
      << looks;
}

}  // namespace
}  // namespace slim::properties
