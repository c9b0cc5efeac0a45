// SPDX-License-Identifier: Apache-2.0
#include "properties/altered_reference.hpp"
#include "properties/engine/engine.hpp"
#include "properties/laws/catalogue.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace slim::properties {
namespace {

const std::vector<Scalar> all_scalars = {Scalar::float32, Scalar::float64, Scalar::digits50};

RunResult run_on(const std::vector<const Subject*>& subjects, const std::string& law, int cases,
                 std::vector<Scalar> scalars = all_scalars, int threads = 2) {
  return run({.laws = {&laws::find_law(law)},
              .subjects = subjects,
              .scalars = std::move(scalars),
              .seed = 1,
              .cases = cases,
              .threads = threads});
}

std::vector<const Subject*> correct_subjects() {
  std::vector<const Subject*> subjects;
  for (const Subject& subject : catalogue()) {
    if (!is_mutant(subject)) subjects.push_back(&subject);
  }
  return subjects;
}

class EveryLaw : public testing::TestWithParam<std::string> {};

TEST_P(EveryLaw, HoldsForEveryCorrectSubject) {
  const RunResult result = run_on(correct_subjects(), GetParam(), 12);
  EXPECT_TRUE(result.holds());
  for (const Verdict& verdict : result.verdicts) {
    EXPECT_EQ(verdict.tally.wrong, 0) << verdict.subject << " " << name(verdict.scalar);
    EXPECT_GT(verdict.tally.executed(), 0) << verdict.subject << " " << name(verdict.scalar);
    if (!find_subject(verdict.subject).capabilities.subtracting) {
      EXPECT_EQ(verdict.tally.drift, 0) << verdict.subject;
      EXPECT_EQ(verdict.tally.skipped_in_all(), 0) << verdict.subject;
    }
  }
}

TEST_P(EveryLaw, HoldsForEveryCorrectSubjectInNarrowScalars) {
  const RunResult result =
      run_on(correct_subjects(), GetParam(), 6, {Scalar::float16, Scalar::bfloat16});
  EXPECT_TRUE(result.holds());
  for (const Verdict& verdict : result.verdicts) {
    EXPECT_GT(verdict.tally.executed(), 0) << name(verdict.scalar);
  }
}

TEST(GradientAgrees, FindsAMissingEmbeddingGradientInANarrowScalar) {
  Subject forgets = reference_subject();
  forgets.name = "forgets";
  forgets.gradient.in<BFloat16>() = [](const GradientTask<BFloat16>& task,
                                       GradientResult<BFloat16>& result) {
    reference_subject().gradient.in<BFloat16>()(task, result);
    result.gradient.input_map().setZero();
  };
  const RunResult result = run_on({&forgets}, "gradient-agrees", 6, {Scalar::bfloat16});
  EXPECT_EQ(result.verdicts.front().tally.wrong, 1);
}

TEST_P(EveryLaw, KillsItsMutantsInEveryScalar) {
  for (const std::string& mutant : laws::find_law(GetParam()).kills) {
    const RunResult result = run_on({&find_subject(mutant)}, GetParam(), 40);
    for (const Verdict& verdict : result.verdicts) {
      EXPECT_EQ(verdict.tally.wrong, 1) << mutant << " in " << name(verdict.scalar);
    }
  }
}

TEST_P(EveryLaw, NeverPassesANaN) {
  const Subject nan =
      altered_reference("nan", []<class T>(const GradientTask<T>& task, GradientResult<T>& result) {
        const LinearMap<T> map = result.gradient.layer(task.model.layers - 1).V_map;
        LinearMap<T>(map).bias(1) = std::numeric_limits<T>::quiet_NaN();
      });
  const RunResult result = run_on({&nan}, GetParam(), 2);
  for (const Verdict& verdict : result.verdicts) EXPECT_EQ(verdict.tally.wrong, 1);
}

TEST_P(EveryLaw, FindsUnwrittenEntries) {
  Subject idle = reference_subject();
  idle.name = "idle";
  idle.gradient.in<double>() = [](const GradientTask<double>&, GradientResult<double>& result) {
    result.loss = 0.0;
  };
  const RunResult result = run_on({&idle}, GetParam(), 2, {Scalar::float64});
  EXPECT_EQ(result.verdicts[0].tally.wrong, 1);
}

TEST_P(EveryLaw, ReportsAnExceptionAsAFinding) {
  const Subject throwing =
      altered_reference("throwing", []<class T>(const GradientTask<T>&, GradientResult<T>&) {
        throw std::runtime_error("no such kernel");
      });
  const RunResult result = run_on({&throwing}, GetParam(), 2, {Scalar::float64});
  ASSERT_EQ(result.counterexamples.size(), 1U);
  EXPECT_EQ(result.counterexamples[0].finding.note, "threw: no such kernel");
}

INSTANTIATE_TEST_SUITE_P(Laws, EveryLaw,
                         testing::Values("gradient-agrees", "slice-length-does-not-matter",
                                         "future-does-not-matter", "split-and-resume",
                                         "batches-add", "gradient-calls-independent"),
                         [](const auto& law) {
                           std::string name = law.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

/// That these subjects pass a law, and that it kills its mutants.
void expect_law(const std::string& law, const std::vector<const Subject*>& correct) {
  for (const Verdict& verdict : run_on(correct, law, 20).verdicts) {
    EXPECT_EQ(verdict.tally.wrong, 0) << verdict.subject << " " << name(verdict.scalar);
    EXPECT_GT(verdict.tally.executed(), 0) << verdict.subject << " " << name(verdict.scalar);
  }
  for (const std::string& mutant : laws::find_law(law).kills) {
    for (const Verdict& verdict : run_on({&find_subject(mutant)}, law, 40).verdicts) {
      EXPECT_EQ(verdict.tally.wrong, 1) << mutant << " in " << name(verdict.scalar);
    }
  }
}

TEST(DecodingAgrees, HoldsForEveryCorrectSubjectAndKillsItsMutants) {
  expect_law("decoding-agrees", correct_subjects());
}

TEST(DeclaredPartsAgree, HoldsForTheReferenceAndKillsItsMutants) {
  expect_law("declared-parts-agree", {&reference_subject()});
}

TEST(DeclaredPartsAgree, IsNotClaimedByChunkedGradients) {
  const RunResult result = run_on({&find_subject("stored/blocked")}, "declared-parts-agree", 4);
  for (const Verdict& verdict : result.verdicts) EXPECT_TRUE(verdict.unclaimed());
}

TEST(GradientAgrees, FindsAGradientWrongByOneInAHundredThousandInFloat32) {
  const Subject subject =
      altered_reference("scaled", []<class T>(const GradientTask<T>&, GradientResult<T>& result) {
        for (T& entry : result.gradient.values()) entry *= T(1 + 1e-5);
      });
  const RunResult result = run_on({&subject}, "gradient-agrees", 20);
  for (const Verdict& verdict : result.verdicts) {
    EXPECT_EQ(verdict.tally.wrong, 1) << name(verdict.scalar);
  }
}

TEST(GradientAgrees, FindsALayerNormEpsilonOfOneInAMillion) {
  Subject subject = reference_subject();
  subject.name = "other-epsilon";
  const GradientFunction<float> correct = subject.gradient.in<float>();
  subject.gradient.in<float>() = [correct](const GradientTask<float>& task,
                                           GradientResult<float>& result) {
    Model model = task.model;
    model.conventions.layer_norm_epsilon = 1e-6;
    correct({.model = model,
             .theta = task.theta,
             .omega = task.omega,
             .sequences = task.sequences,
             .slice_length = task.slice_length},
            result);
  };
  const RunResult result = run_on({&subject}, "gradient-agrees", 20, {Scalar::float32});
  EXPECT_EQ(result.verdicts[0].tally.wrong, 1);
}

TEST(GradientAgrees, FindsWrongLogitsWithARightLoss) {
  const Subject subject = altered_reference(
      "logits", []<class T>(const GradientTask<T>& task, GradientResult<T>& result) {
        if (task.wants_logits) result.logits(0, 1) += T(0.001);
      });
  const RunResult result = run_on({&subject}, "gradient-agrees", 10);
  for (const Verdict& verdict : result.verdicts) {
    EXPECT_EQ(verdict.tally.wrong, 1) << name(verdict.scalar);
  }
  ASSERT_EQ(result.counterexamples.size(), 1U);
  EXPECT_EQ(result.counterexamples[0].finding.worst.tensor, "logits");
}

TEST(GradientAgrees, FindsOneWrongRowOfOneTensor) {
  const Subject subject =
      altered_reference("one-row", []<class T>(const GradientTask<T>&, GradientResult<T>& result) {
        result.gradient.output_logit_map().weight.row(1) *= T(1.001);
      });
  const RunResult result = run_on({&subject}, "gradient-agrees", 10);
  ASSERT_EQ(result.counterexamples.size(), 1U);
  EXPECT_EQ(result.counterexamples[0].finding.worst.tensor, "grad.output_logit_map.weight");
  EXPECT_EQ(result.counterexamples[0].finding.worst.row, 1);
}

/// `recovered`, with every gradient in one scalar too large by a thousandth.
template <class T>
Subject recovered_and_wrong_in() {
  Subject subject = find_subject("recovered/iterative");
  subject.name = "recovered and wrong";
  subject.gradient.in<T>() = [correct = subject.gradient.in<T>()](const GradientTask<T>& task,
                                                                  GradientResult<T>& result) {
    correct(task, result);
    for (T& entry : result.gradient.values()) entry *= static_cast<T>(1.001);
  };
  return subject;
}

TEST(GradientAgrees, DoesNotCallAMistakeOfASubjectThatSubtractsDrift) {
  const std::vector<Scalar> hardware = {Scalar::float32, Scalar::float64};
  // Few cases have small denominators that are not 0.
  const RunResult right = run({.laws = {&laws::find_law("gradient-agrees")},
                               .subjects = {&find_subject("recovered/iterative")},
                               .scalars = hardware,
                               .seed = 2,
                               .cases = 40,
                               .threads = 2});
  for (const Verdict& verdict : right.verdicts) {
    EXPECT_GT(verdict.tally.drift, 0) << name(verdict.scalar);
    EXPECT_EQ(verdict.tally.wrong, 0) << name(verdict.scalar);
  }
  const auto wrong_in = [&](const Subject& subject) {
    std::vector<int> wrong;
    for (const Verdict& verdict : run_on({&subject}, "gradient-agrees", 40, hardware).verdicts) {
      wrong.push_back(verdict.tally.wrong);
    }
    return wrong;
  };
  EXPECT_EQ(wrong_in(recovered_and_wrong_in<float>()), (std::vector<int>{1, 0}));
  EXPECT_EQ(wrong_in(recovered_and_wrong_in<double>()), (std::vector<int>{0, 1}));
}

TEST(FutureDoesNotMatter, FindsALeakBelowAnyTolerance) {
  const Subject leaking = altered_reference(
      "leaking", []<class T>(const GradientTask<T>& task, GradientResult<T>& result) {
        const Index last = task.sequences.target(0, task.sequences.length() - 1);
        result.loss *= T(1) + T(static_cast<double>(last)) * std::numeric_limits<T>::epsilon();
      });
  const RunResult result = run_on({&leaking}, "future-does-not-matter", 20);
  for (const Verdict& verdict : result.verdicts) {
    EXPECT_EQ(verdict.tally.wrong, 1) << name(verdict.scalar);
  }
}

TEST(FutureDoesNotMatter, FindsALeakOfLessThanARoundingIntoTheRowOfALaterToken) {
  const Subject leaking = altered_reference("leaking", []<class T>(const GradientTask<T>& task,
                                                                   GradientResult<T>& result) {
    using std::abs;
    T largest(0);
    for (const T& entry : result.gradient.values()) largest = std::max<T>(largest, abs(entry));
    const Index last = task.sequences.input(0, task.sequences.length() - 1);
    result.gradient.input_map()(last, 0) += largest * std::numeric_limits<T>::epsilon() / T(256);
  });
  const RunResult result =
      run_on({&leaking}, "future-does-not-matter", 40, {Scalar::float32, Scalar::float64});
  for (const Verdict& verdict : result.verdicts) {
    EXPECT_EQ(verdict.tally.wrong, 1) << name(verdict.scalar);
  }
}

/// The reference, with a wrong gradient for sequences shorter than 4.
TEST(FutureDoesNotMatter, FindsAPrefixThatDiffersFromTheWhole) {
  const Subject subject = altered_reference(
      "short", []<class T>(const GradientTask<T>& task, GradientResult<T>& result) {
        if (task.sequences.length() >= 4) return;
        for (T& entry : result.gradient.values()) entry *= T(1.001);
      });
  const RunResult result = run_on({&subject}, "future-does-not-matter", 200);
  for (const Verdict& verdict : result.verdicts) {
    EXPECT_EQ(verdict.tally.wrong, 1) << name(verdict.scalar);
  }
}

/// In 50 digits chunked code sums the rows of a token pairwise, in an order that later rows change.
TEST(FutureDoesNotMatter, DoesNotCallAnotherOrderOfATokensRowsALeak) {
  const RunResult result =
      run_on({&find_subject("stored/iterative")}, "future-does-not-matter", 40, {Scalar::digits50});
  EXPECT_TRUE(result.holds());
}

TEST(GradientAgrees, FindsParametersThatAreRoundedToFloat32) {
  Subject subject = find_subject("stored/iterative");
  subject.name = "rounds-parameters";
  subject.gradient.in<double>() = [correct = subject.gradient.in<double>()](
                                      GradientTask<double> task, GradientResult<double>& result) {
    const auto narrow = converted<float>(task.theta, task.model, MemoryTag::parameters);
    const auto rounded = converted<double>(narrow, task.model, MemoryTag::parameters);
    correct({.model = task.model,
             .theta = rounded,
             .omega = task.omega,
             .sequences = task.sequences,
             .slice_length = task.slice_length,
             .wants_logits = task.wants_logits},
            result);
  };
  int wrong = 0;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    wrong += run({.laws = {&laws::find_law("gradient-agrees")},
                  .subjects = {&subject},
                  .scalars = {Scalar::float64},
                  .seed = seed,
                  .cases = 40,
                  .threads = 2,
                  .shrinks = false})
                 .verdicts[0]
                 .tally.wrong;
  }
  EXPECT_GT(wrong, 0);
}

TEST(GradientAgrees, ComparesLogitsAlsoIfNoTargetCounts) {
  EXPECT_TRUE(run_on({&find_subject("stored/iterative")}, "gradient-agrees", 40, {Scalar::digits50})
                  .holds());
}

TEST(SplitAndResume, FindsAnEndCotangentThatIsIgnored) {
  Subject ignoring = reference_subject();
  ignoring.name = "ignoring";
  const GradientFunction<double> correct = ignoring.gradient.in<double>();
  ignoring.gradient.in<double>() = [correct](const GradientTask<double>& task,
                                             GradientResult<double>& result) {
    GradientTask<double> without = task;
    without.end_cotangent = nullptr;
    correct(without, result);
  };
  EXPECT_TRUE(run_on({&ignoring}, "gradient-agrees", 10, {Scalar::float64}).holds());
  EXPECT_FALSE(run_on({&ignoring}, "split-and-resume", 10, {Scalar::float64}).holds());
}

TEST(Laws, GiveTheSameVerdictsForAnyNumberOfThreads) {
  const std::vector<const Subject*> subjects = {&find_subject("recovered/iterative"),
                                                &find_subject("mutant/last-row-dropped")};
  for (const Law& law : laws::catalogue()) {
    const RunResult one = run_on(subjects, law.name, 8, all_scalars, 1);
    const RunResult three = run_on(subjects, law.name, 8, all_scalars, 3);
    for (std::size_t i = 0; i < one.verdicts.size(); ++i) {
      EXPECT_EQ(one.verdicts[i].tally.worst.error, three.verdicts[i].tally.worst.error);
      EXPECT_EQ(one.verdicts[i].tally.worst.bound, three.verdicts[i].tally.worst.bound);
      EXPECT_EQ(one.verdicts[i].tally.executed(), three.verdicts[i].tally.executed());
    }
    ASSERT_EQ(one.counterexamples.size(), three.counterexamples.size());
    for (std::size_t i = 0; i < one.counterexamples.size(); ++i) {
      EXPECT_EQ(one.counterexamples[i].readable, three.counterexamples[i].readable);
    }
  }
}

TEST(Laws, ShrinkAMutantToTwoRowsInSlicesOfOne) {
  const RunResult result =
      run_on({&find_subject("mutant/last-row-dropped")}, "gradient-agrees", 12);
  ASSERT_EQ(result.counterexamples.size(), 1U);
  EXPECT_EQ(result.counterexamples[0].readable,
            "L=2 C=1 B=1 V=2 s=1 d_model=4 k=1 d_ff=1 g=sqr norm=branch-output mask=none seed=0");
}

TEST(Laws, HaveAllTexts) {
  for (const Law& law : laws::catalogue()) {
    EXPECT_FALSE(law.statement.empty()) << law.name;
    EXPECT_FALSE(law.source.empty()) << law.name;
    EXPECT_FALSE(law.generator.empty()) << law.name;
    EXPECT_FALSE(law.tolerance.empty()) << law.name;
    for (const std::string& mutant : law.kills) EXPECT_NO_THROW(find_subject(mutant));
  }
}

}  // namespace
}  // namespace slim::properties
