// SPDX-License-Identifier: Apache-2.0
#include "properties/altered_reference.hpp"
#include "properties/catalogue.hpp"
#include "properties/engine/engine.hpp"
#include "properties/laws/catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace slim::properties {
namespace {

RunResult run_on(const Subject& subject, const char* law, const std::vector<Scalar>& scalars,
                 int threads = 2) {
  return run({.laws = {&laws::find_law(law)},
              .subjects = {&subject},
              .scalars = scalars,
              .seed = 1,
              .cases = 30,
              .threads = threads});
}

/// Wrong cases without and with options: of gradient-agrees and of gradient-calls-independent.
template <class Alter>
std::vector<int> wrong_among_options(Alter alter) {
  Subject subject = find_subject("stored/iterative");
  subject.name = "options";
  const auto in = [&]<class T>() {
    subject.gradient.in<T>() = [alter, correct = subject.gradient.in<T>()](
                                   const GradientTask<T>& task, GradientResult<T>& result) {
      correct(task, result);
      alter(task, result);
    };
  };
  in.template operator()<float>();
  in.template operator()<double>();
  in.template operator()<Digits50>();
  std::vector<int> wrong;
  for (const char* law : {"gradient-agrees", "gradient-calls-independent"}) {
    wrong.push_back(run_on(subject, law, {Scalar::float64}).verdicts[0].tally.wrong);
  }
  return wrong;
}

TEST(GradientCallsAreIndependent, FindsThreadsThatChangeABitAndAMissingSweep) {
  EXPECT_EQ(wrong_among_options([](const auto&, auto&) {}), (std::vector<int>{0, 0}));
  EXPECT_EQ(
      wrong_among_options([]<class T>(const GradientTask<T>& task, GradientResult<T>& result) {
        if (task.threads == 1) return;
        for (T& entry : result.gradient.values()) {
          entry += entry * std::numeric_limits<T>::epsilon() * T(2);
        }
      }),
      (std::vector<int>{0, 1}));
  EXPECT_EQ(wrong_among_options([]<class T>(const GradientTask<T>& task, GradientResult<T>&) {
              if (task.first_sweep == FirstSweep::plain) throw std::runtime_error("no such sweep");
            }),
            (std::vector<int>{0, 1}));
}

/// The reference, which returns the previous gradient if the previous task had the same shape.
template <class T>
GradientFunction<T> cached_by_shape() {
  struct Cache {
    std::mutex mutex;
    Index length = 0;
    std::vector<T> gradient;
  };
  return
      [cache = std::make_shared<Cache>()](const GradientTask<T>& task, GradientResult<T>& result) {
        reference_subject().gradient.in<T>()(task, result);
        const std::lock_guard lock(cache->mutex);
        const std::span<T> values = result.gradient.values();
        if (cache->length == task.sequences.length() && cache->gradient.size() == values.size()) {
          std::ranges::copy(cache->gradient, values.begin());
        }
        cache->length = task.sequences.length();
        cache->gradient.assign(values.begin(), values.end());
      };
}

TEST(GradientCallsAreIndependent, FindsAGradientThatIsCachedByShape) {
  Subject subject = reference_subject();
  subject.name = "cached";
  subject.gradient.in<float>() = cached_by_shape<float>();
  const RunResult result = run_on(subject, "gradient-calls-independent", {Scalar::float32}, 1);
  EXPECT_EQ(result.verdicts[0].tally.wrong, 1);
  ASSERT_EQ(result.counterexamples.size(), 1U);
  EXPECT_NE(result.counterexamples[0].finding.note.find("reversed tokens"), std::string::npos);
}

/// The reference, which always returns the logits of the first task of a shape.
template <class T>
GradientFunction<T> logits_cached_by_shape() {
  struct Cache {
    std::mutex mutex;
    std::map<std::array<Index, 3>, Matrix<T>> logits;
  };
  return
      [cache = std::make_shared<Cache>()](const GradientTask<T>& task, GradientResult<T>& result) {
        reference_subject().gradient.in<T>()(task, result);
        if (!task.wants_logits) return;
        const std::lock_guard lock(cache->mutex);
        const std::array<Index, 3> shape = {task.sequences.batch(), task.sequences.length(),
                                            task.model.vocab_size};
        result.logits = cache->logits.try_emplace(shape, result.logits).first->second;
      };
}

TEST(GradientCallsAreIndependent, FindsLogitsThatAreCachedByShape) {
  Subject subject = reference_subject();
  subject.name = "cached";
  subject.gradient.in<float>() = logits_cached_by_shape<float>();
  const RunResult result = run_on(subject, "gradient-calls-independent", {Scalar::float32}, 1);
  EXPECT_EQ(result.verdicts[0].tally.wrong, 1);
  ASSERT_EQ(result.counterexamples.size(), 1U);
  EXPECT_EQ(result.counterexamples[0].finding.worst.tensor, "logits");
  EXPECT_NE(result.counterexamples[0].finding.note.find("reversed tokens"), std::string::npos);
}

/// The reference, with logits whose error grows with each call.
TEST(GradientCallsAreIndependent, FindsLogitsThatChangeFromCallToCall) {
  const Subject subject =
      altered_reference("changing", [calls = std::make_shared<std::atomic<int>>(0)]<class T>(
                                        const GradientTask<T>& task, GradientResult<T>& result) {
        if (!task.wants_logits) return;
        const T off = std::numeric_limits<T>::epsilon() * T(++*calls);
        result.logits(0, 0) += result.logits(0, 0) * off;
      });
  const RunResult result = run_on(subject, "gradient-calls-independent", {Scalar::float64}, 1);
  EXPECT_EQ(result.verdicts[0].tally.wrong, 1);
}

TEST(GradientCallsAreIndependent, DoNotTakeAGradientOf0ForThatOfThePreviousCall) {
  const Subject nothing =
      altered_reference("nothing", []<class T>(const GradientTask<T>&, GradientResult<T>& result) {
        std::ranges::fill(result.gradient.values(), T(0));
        result.logits.setZero();
      });
  EXPECT_FALSE(run_on(nothing, "gradient-agrees", {Scalar::float64}).holds());
  EXPECT_TRUE(run_on(nothing, "gradient-calls-independent", {Scalar::float64}).holds());
}

}  // namespace
}  // namespace slim::properties
