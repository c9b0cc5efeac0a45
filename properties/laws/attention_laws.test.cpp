// SPDX-License-Identifier: Apache-2.0
// The laws of attention and features: which subjects pass them, and which do not.

#include "properties/catalogue.hpp"
#include "properties/engine/engine.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/mutants/faulty_attention.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <mutex>

namespace slim::properties {
namespace {

const std::vector<Scalar> three_scalars = {Scalar::float32, Scalar::float64, Scalar::digits50};

RunResult run_law(const std::vector<const Subject*>& subjects, const std::string& law, int cases,
                  std::vector<Scalar> scalars = three_scalars) {
  return run({.laws = {&laws::find_law(law)},
              .subjects = subjects,
              .scalars = std::move(scalars),
              .seed = 1,
              .cases = cases,
              .threads = 2});
}

std::vector<const Subject*> who_attends_correctly() {
  std::vector<const Subject*> subjects;
  for (const Subject& subject : catalogue()) {
    if (!is_mutant(subject) && subject.attention.offers_any()) subjects.push_back(&subject);
  }
  return subjects;
}

/// The laws that need no gradient of a whole model, which apply to attention alone.
std::vector<const Law*> attention_laws() {
  std::vector<const Law*> found;
  for (const Law& law : laws::catalogue()) {
    const auto file = law.draw(1, 0, 20)->trial()->file();
    if (file.metadata.contains("task")) found.push_back(&law);
  }
  return found;
}

/// The reference, with `alter(task, result)` applied to its answer in double.
template <class Alter>
Subject altered_attention(std::string name, Alter alter) {
  Subject subject = reference_subject();
  subject.name = std::move(name);
  const AttentionFunction<double> correct = subject.attention.in<double>();
  subject.attention.in<double>() = [alter, correct](const AttentionTask<double>& task,
                                                    AttentionResult<double>& result) {
    correct(task, result);
    alter(task, result);
  };
  return subject;
}

class EveryAttentionLaw : public testing::TestWithParam<std::string> {};

TEST_P(EveryAttentionLaw, HoldsForEveryCorrectSubject) {
  const RunResult result = run_law(who_attends_correctly(), GetParam(), 40);
  EXPECT_TRUE(result.holds());
  for (const Verdict& verdict : result.verdicts) {
    const std::string who = verdict.subject + " " + std::string(name(verdict.scalar));
    EXPECT_EQ(verdict.tally.wrong, 0) << who;
    EXPECT_TRUE(verdict.tally.executed() > 0 || verdict.unclaimed()) << who;
    const Capabilities& can = find_subject(verdict.subject).capabilities;
    if (!can.subtracting && !can.subtracting_wide) {
      EXPECT_EQ(verdict.tally.drift, 0) << who;
      EXPECT_EQ(verdict.tally.suspect, 0) << who;
    }
  }
}

TEST_P(EveryAttentionLaw, HoldsForEveryCorrectSubjectInNarrowScalars) {
  const RunResult result =
      run_law(who_attends_correctly(), GetParam(), 20, {Scalar::float16, Scalar::bfloat16});
  for (const Verdict& verdict : result.verdicts) {
    const std::string who = verdict.subject + " " + std::string(name(verdict.scalar));
    EXPECT_EQ(verdict.tally.wrong, 0) << who;
    EXPECT_TRUE(verdict.tally.executed() > 0 || verdict.unclaimed()) << who;
  }
  EXPECT_TRUE(result.idle_laws().empty());
}

TEST_P(EveryAttentionLaw, KillsTheMutantsThatItNames) {
  const std::vector<std::string>& kills = laws::find_law(GetParam()).kills;
  EXPECT_FALSE(kills.empty());
  for (const std::string& mutant : kills) {
    const RunResult result = run_law({&find_subject(mutant)}, GetParam(), 40, {Scalar::float64});
    EXPECT_EQ(result.verdicts.front().tally.wrong, 1) << mutant;
  }
}

std::vector<std::string> names_of_attention_laws() {
  std::vector<std::string> names;
  for (const Law* law : attention_laws()) names.push_back(law->name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Laws, EveryAttentionLaw, testing::ValuesIn(names_of_attention_laws()),
                         [](const auto& law) {
                           std::string name = law.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(AttentionLaws, HoldForTheCodeOfTheMutantsWithoutAFault) {
  Subject body = find_subject("mutant/own-key-unseen");
  body.name = "body";
  body.attention = mutants::faulty_attention(mutants::Fault::none);
  body.features = mutants::faulty_features(mutants::Fault::none);
  const RunResult result = run({.laws = attention_laws(),
                                .subjects = {&body},
                                .scalars = three_scalars,
                                .seed = 1,
                                .cases = 40,
                                .threads = 2});
  for (const Verdict& verdict : result.verdicts) {
    EXPECT_EQ(verdict.tally.wrong, 0) << verdict.law << " " << name(verdict.scalar);
    EXPECT_TRUE(verdict.tally.executed() > 0 || verdict.unclaimed()) << verdict.law;
  }
}

/// The same with subnormals replaced by 0.
template <class T>
Heads<T> flushed(const HeadsView<T>& view) {
  Heads<T> heads(view.sizes, MemoryTag::parameters);
  for (Index b = 0; b < view.sizes.batch; ++b) {
    for (Index h = 0; h < view.sizes.heads; ++h) {
      heads(b, h) = view(b, h).unaryExpr(
          [](const T& x) { return std::abs(x) < std::numeric_limits<T>::min() ? T(0) : x; });
    }
  }
  return heads;
}

/// The reference in float32 with subnormals flushed to 0, for maps with a kink, with
/// `alter(task, result)` applied to its answer.
template <class Alter>
Subject flushing_attention(std::string name, Alter alter) {
  Subject subject = reference_subject();
  subject.name = std::move(name);
  subject.capabilities.feature_maps = {FeatureKind::relu, FeatureKind::absolute};
  subject.capabilities.given_features = false;
  subject.attention.in<float>() = [alter, correct = subject.attention.in<float>()](
                                      const AttentionTask<float>& task,
                                      AttentionResult<float>& result) {
    const std::array arrays = {flushed(task.q),     flushed(task.k),
                               flushed(task.v),     flushed(task.out_cotangent),
                               flushed(task.start), flushed(task.end_cotangent)};
    AttentionTask<float> of_normal = task;
    of_normal.q = arrays[0].view();
    of_normal.k = arrays[1].view();
    of_normal.v = arrays[2].view();
    if (!task.out_cotangent.empty()) of_normal.out_cotangent = arrays[3].view();
    if (!task.start.empty()) of_normal.start = arrays[4].view();
    if (!task.end_cotangent.empty()) of_normal.end_cotangent = arrays[5].view();
    correct(of_normal, result);
    alter(task, result);
  };
  return subject;
}

TEST(AttentionLaws, AllowTheSlopeAtZeroForFlushedSubnormals) {
  const Subject flushing = flushing_attention("flushing", [](const auto&, auto&) {});
  for (const char* law : {"stays-finite", "pullback-agrees"}) {
    const RunResult result = run_law({&flushing}, law, 300, {Scalar::float32});
    const Tally& tally = result.verdicts.front().tally;
    EXPECT_EQ(tally.wrong, 0) << law;
    EXPECT_GT(tally.executed(), 60) << law;
  }
}

TEST(AttentionLaws, FindWrongSlopesOfEntriesThatAreNotFlushed) {
  const Subject off = flushing_attention("off", [](const auto& task, auto& result) {
    for (std::size_t i = 0; i < result.dq.values().size(); ++i) {
      const bool is_normal = std::abs(task.q.data[i]) >= std::numeric_limits<float>::min();
      if (is_normal) result.dq.values()[i] *= 1.001F;
    }
  });
  for (const char* law : {"stays-finite", "pullback-agrees"}) {
    EXPECT_EQ(run_law({&off}, law, 60, {Scalar::float32}).verdicts.front().tally.wrong, 1) << law;
  }
}

template <class T>
void append(std::vector<T>& numbers, const HeadsView<T>& view) {
  for (Index i = 0; i < view.sizes.entries(); ++i) numbers.push_back(view.data[i]);
}

/// The reference in double with a cache, whose key is `key(task)`.
template <class Key>
Subject memoising_attention(std::string name, Key key) {
  struct Memory {
    std::mutex mutex;
    std::map<std::vector<double>, AttentionResult<double>> known;
  };
  Subject subject = reference_subject();
  subject.name = std::move(name);
  subject.attention.in<double>() = [key, memory = std::make_shared<Memory>(),
                                    correct = subject.attention.in<double>()](
                                       const AttentionTask<double>& task,
                                       AttentionResult<double>& result) {
    const HeadsSizes& n = task.q.sizes;
    std::vector<double> looked_at = key(task);
    for (const Index number : {n.batch, n.heads, n.rows, n.cols, task.v.sizes.cols}) {
      looked_at.push_back(static_cast<double>(number));
    }
    for (const bool is : {task.causal, task.features_given, task.wants_pullback,
                          task.key_mask.empty(), task.start.empty(), task.end_cotangent.empty()}) {
      looked_at.push_back(is ? 1.0 : 0.0);
    }
    looked_at.push_back(static_cast<double>(task.feature_map.kind));
    looked_at.push_back(static_cast<double>(task.features()));
    const std::lock_guard lock(memory->mutex);
    const auto found = memory->known.find(looked_at);
    if (found != memory->known.end()) {
      result = found->second;
      return;
    }
    correct(task, result);
    memory->known.emplace(std::move(looked_at), result);
  };
  return subject;
}

/// A cache key of all arrays except `left_out`.
auto all_but(const std::string& left_out) {
  return [left_out](const AttentionTask<double>& task) {
    std::vector<double> numbers;
    append(numbers, task.q);
    append(numbers, task.k);
    append(numbers, task.v);
    if (left_out != "projection") append(numbers, task.omega);
    if (left_out != "start") append(numbers, task.start);
    if (left_out != "cotangent.out") append(numbers, task.out_cotangent);
    if (left_out != "cotangent.end") append(numbers, task.end_cotangent);
    if (left_out != "key_mask") {
      numbers.insert(numbers.end(), task.key_mask.begin(), task.key_mask.end());
    }
    return numbers;
  };
}

TEST(CallsAreIndependent, FindsACacheKeyedByQueriesKeysAndValuesOnly) {
  const auto by_values = [](const AttentionTask<double>& task) {
    std::vector<double> numbers;
    append(numbers, task.q);
    append(numbers, task.k);
    append(numbers, task.v);
    return numbers;
  };
  const Subject knowing = memoising_attention("knowing", by_values);
  EXPECT_TRUE(run_law({&knowing}, "attention-agrees", 20, {Scalar::float64}).holds());
  const RunResult result = run_law({&knowing}, "calls-independent", 20, {Scalar::float64});
  EXPECT_EQ(result.verdicts.front().tally.wrong, 1);
  ASSERT_EQ(result.counterexamples.size(), 1U);
  EXPECT_NE(result.counterexamples[0].finding.note.find("another task of the same shape"),
            std::string::npos);
}

TEST(CallsAreIndependent, FindsACacheThatIgnoresAnyOneArray) {
  for (const char* array :
       {"projection", "start", "cotangent.out", "cotangent.end", "key_mask", "none"}) {
    const Subject knowing = memoising_attention("knowing", all_but(array));
    const RunResult result = run_law({&knowing}, "calls-independent", 40, {Scalar::float64});
    EXPECT_EQ(result.verdicts.front().tally.wrong, array == std::string("none") ? 0 : 1) << array;
  }
}

TEST(CallsAreIndependent, DoNotTakeAnAnswerOf0ForThatOfThePreviousCall) {
  const Subject nothing = altered_attention("nothing", [](const auto&, auto& result) {
    for (auto* array : {&result.out, &result.dq, &result.dk, &result.dv}) {
      std::ranges::fill(array->values(), 0.0);
    }
  });
  EXPECT_FALSE(run_law({&nothing}, "attention-agrees", 20, {Scalar::float64}).holds());
  EXPECT_TRUE(run_law({&nothing}, "calls-independent", 20, {Scalar::float64}).holds());
}

TEST(AttentionLaws, NeverPassANaN) {
  const Subject nan = altered_attention("nan", [](const auto&, AttentionResult<double>& result) {
    result.out.values().back() = std::numeric_limits<double>::quiet_NaN();
  });
  const RunResult result = run_law({&nan}, "attention-agrees", 2, {Scalar::float64});
  EXPECT_EQ(result.verdicts.front().tally.wrong, 1);
  EXPECT_EQ(result.counterexamples.front().finding.worst.error,
            std::numeric_limits<double>::infinity());
}

TEST(AttentionLaws, FindAnErrorOfAThousandRoundings) {
  const Subject off = altered_attention("off", [](const auto&, AttentionResult<double>& result) {
    for (double& x : result.dk.values()) x *= 1.0 + 1000 * 0x1p-53;
  });
  EXPECT_TRUE(run_law({&off}, "attention-agrees", 40, {Scalar::float64}).holds());
  EXPECT_FALSE(run_law({&off}, "pullback-agrees", 40, {Scalar::float64}).holds());
}

TEST(AttentionLaws, ReportExceptionsAndWrongShapesAsFindings) {
  const Subject throwing = altered_attention(
      "throwing", [](const auto&, auto&) { throw std::runtime_error("no such kernel"); });
  const RunResult thrown = run_law({&throwing}, "attention-agrees", 2, {Scalar::float64});
  ASSERT_EQ(thrown.counterexamples.size(), 1U);
  EXPECT_EQ(thrown.counterexamples[0].finding.note, "threw: no such kernel");
  const Subject small =
      altered_attention("small", [](const auto&, auto& result) { result.dv = {}; });
  const RunResult answered = run_law({&small}, "attention-agrees", 2, {Scalar::float64});
  ASSERT_EQ(answered.counterexamples.size(), 1U);
  EXPECT_EQ(answered.counterexamples[0].finding.note, "returned d.v of the wrong size");
}

TEST(AttentionLaws, ShrinkToASmallReadableCase) {
  const Subject off = altered_attention("off", [](const auto& task, auto& result) {
    if (task.v.sizes.rows > 2) result.out.values().back() += 1.0;
  });
  const RunResult result = run_law({&off}, "attention-agrees", 40, {Scalar::float64});
  ASSERT_GE(result.counterexamples.size(), 1U);
  EXPECT_EQ(result.counterexamples[0].readable,
            "L=3 C=1 B=1 H=1 D=2 D_v=2 g=sqr causal mask=none entries=normal cut=1 seed=0");
  EXPECT_EQ(result.counterexamples[0].finding.worst.row, 2);
}

}  // namespace
}  // namespace slim::properties
