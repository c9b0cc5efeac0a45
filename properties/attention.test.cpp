// SPDX-License-Identifier: Apache-2.0
// The attention and features of every variant, compared with the reference.

#include "reference/performer/attention.hpp"

#include "properties/catalogue.hpp"
#include "reference/proofs/attention_agreement.hpp"
#include "reference/proofs/drawn_attention.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace slim::properties {
namespace {

using reference::Gauged;

constexpr std::uint64_t drawn_cases = 84;  ///< twelve of each feature map, and of given features

/// A drawn case under the conventions of chunked code: the paper's, with any ε.
AttentionInputs<double> drawn(std::uint64_t seed) {
  AttentionInputs<double> inputs = reference::drawn_attention(seed);
  const AttentionConventions asked = inputs.conventions;
  inputs.conventions = {};
  const double epsilon = asked.epsilons.largest_in_denominator();
  if (epsilon > 0.0) inputs.conventions.epsilons[EpsilonPlace::denominator] = epsilon;
  inputs.conventions.relu_slope_at_zero = asked.relu_slope_at_zero;
  return inputs;
}

template <class T>
AttentionResult<T> answer_of(const Subject& subject, const AttentionInputs<T>& inputs,
                             int threads = 1) {
  AttentionTask<T> task = inputs.task();
  task.threads = threads;
  AttentionResult<T> result;
  subject.attention.in<T>()(task, result);
  return result;
}

template <class T>
AttentionResult<T> truth_of(const AttentionInputs<T>& inputs) {
  AttentionResult<T> result;
  reference::attention(inputs.task(), result);
  return result;
}

std::vector<const Subject*> attending_subjects() {
  std::vector<const Subject*> subjects;
  for (const Subject& subject : catalogue()) {
    if (!is_mutant(subject) && subject.attention.offers(Scalar::float32)) {
      subjects.push_back(&subject);
    }
  }
  return subjects;
}

TEST(AttentionTask, AgreesWithTheReferenceForEveryVariant) {
  const auto subjects = attending_subjects();
  ASSERT_EQ(subjects.size(), 39U);
  const Digits50 when_adding("1e-40");
  const Digits50 when_subtracting("1e-30");
  Digits50 worst = 0;
  for (std::uint64_t seed = 0; seed < drawn_cases; ++seed) {
    const auto inputs = converted<Digits50>(drawn(seed));
    const auto truth = truth_of(inputs);
    const auto gauges = truth_of(converted<Gauged<Digits50>>(drawn(seed)));
    for (const Subject* subject : subjects) {
      const auto found = reference::agreement(answer_of(*subject, inputs), truth, gauges);
      const Digits50& allowed = subject->capabilities.subtracting ? when_subtracting : when_adding;
      ASSERT_LE(found.worst, allowed) << subject->name << " seed " << seed << ": " << found.where;
      if (!subject->capabilities.subtracting) worst = std::max(worst, found.worst);
    }
  }
  EXPECT_GT(worst, 0);  // the variants are different programs
}

TEST(AttentionTask, HasAPullbackOnlyIfRequested) {
  for (const Subject* subject : attending_subjects()) {
    auto inputs = converted<double>(drawn(8));
    const auto with = answer_of(*subject, inputs);
    inputs.wants_pullback = false;
    inputs.out_cotangent = {};
    inputs.end_cotangent = {};
    const auto without = answer_of(*subject, inputs);
    EXPECT_TRUE(without.dq.empty() && without.dk.empty() && without.dv.empty()) << subject->name;
    EXPECT_TRUE(without.start_gradient.empty()) << subject->name;
    ASSERT_EQ(without.out.values().size(), with.out.values().size());
    for (std::size_t i = 0; i < with.out.values().size(); ++i) {
      EXPECT_NEAR(without.out.values()[i], with.out.values()[i], 1e-12) << subject->name;
    }
  }
}

TEST(AttentionTask, DoesNotChangeABitWithTheNumberOfThreads) {
  for (const Subject* subject : attending_subjects()) {
    for (const std::uint64_t seed : {1, 5}) {
      const auto inputs = converted<float>(drawn(seed));
      const auto one = answer_of(*subject, inputs);
      const auto three = answer_of(*subject, inputs, 3);
      const auto in_one = reference::arrays_of(one);
      const auto in_three = reference::arrays_of(three);
      for (std::size_t i = 0; i < in_one.size(); ++i) {
        EXPECT_TRUE(
            std::ranges::equal(in_one.at(i).second->values(), in_three.at(i).second->values()))
            << subject->name << ' ' << in_one.at(i).first;
      }
    }
  }
}

/// A subject in a narrow scalar reads narrow numbers, computes in float and rounds its answer once:
/// |ŷ − y| ≤ γ_n gauge + u |y| + the smallest subnormal, n the longest chain of float roundings.
template <class T>
void expect_narrow(const Subject& subject, std::uint64_t seed, Scalar scalar) {
  const AttentionInputs<T> narrow = converted<T>(drawn(seed));
  const AttentionInputs<Digits50> exact = converted<Digits50>(narrow);
  const auto answer = answer_of(subject, narrow);
  const auto truth = truth_of(exact);
  const auto gauges = truth_of(converted<Gauged<Digits50>>(exact));
  const AttentionTask<T> task = narrow.task();
  const Index chain =
      4 * (task.q.sizes.rows + task.q.sizes.cols + task.features() + task.v.sizes.cols + 8);
  const double nu = static_cast<double>(chain) * unit_roundoff(Scalar::float32);
  const auto compare = [&](const char* name, const Heads<T>& got, const Heads<Digits50>& exactly,
                           const Heads<Gauged<Digits50>>& gauge) {
    ASSERT_EQ(got.values().size(), exactly.values().size());
    for (std::size_t j = 0; j < got.values().size(); ++j) {
      const Digits50& y = exactly.values()[j];
      const Digits50 error = abs(Digits50(rounded_to<Digits50>(got.values()[j]) - y));
      const Digits50 bound = nu / (1.0 - nu) * gauge.values()[j].gauge() +
                             unit_roundoff(scalar) * abs(y) +
                             rounded_to<Digits50>(std::numeric_limits<T>::denorm_min());
      EXPECT_LE(error, bound) << subject.name << " seed " << seed << ' ' << name << " at " << j;
    }
  };
  compare("out", answer.out, truth.out, gauges.out);
  compare("d.q", answer.dq, truth.dq, gauges.dq);
  compare("d.k", answer.dk, truth.dk, gauges.dk);
  compare("d.v", answer.dv, truth.dv, gauges.dv);
}

TEST(AttentionTask, SumsInFloatInNarrowScalars) {
  for (const Subject* subject : attending_subjects()) {
    if (subject->name == "reference" || subject->capabilities.subtracting) continue;
    for (std::uint64_t seed = 0; seed < 28; ++seed) {
      // Intermediate values may exceed float16, but never float.
      expect_narrow<Float16>(*subject, seed, Scalar::float16);
      expect_narrow<BFloat16>(*subject, seed, Scalar::bfloat16);
    }
  }
}

TEST(AttentionTask, IsRejectedByChunkedCodeUnderOtherConventions) {
  auto inputs = converted<double>(drawn(3));
  inputs.conventions.epsilons = {EpsilonPlace::clamped, 1e-16};
  AttentionResult<double> result;
  EXPECT_NO_THROW(reference_subject().attention.in<double>()(inputs.task(), result));
  EXPECT_THROW(find_subject("stored/blocked").attention.in<double>()(inputs.task(), result),
               ContractError);
}

TEST(FeaturesTask, AgreesWithTheReferenceForEveryVariant) {
  for (std::uint64_t seed = 0; seed < 21; ++seed) {
    const auto of = converted<Digits50>(drawn(seed));
    if (of.features_given) continue;
    FeaturesInputs<Digits50> inputs;
    inputs.x = of.k;
    inputs.feature_map = of.feature_map;
    inputs.omega = of.omega;
    FeaturesResult<Digits50> truth;
    reference::features(inputs.task(), truth);
    for (const Subject* subject : attending_subjects()) {
      FeaturesResult<Digits50> answer;
      subject->features.in<Digits50>()(inputs.task(), answer);
      ASSERT_EQ(answer.out.sizes(), truth.out.sizes());
      for (std::size_t i = 0; i < truth.out.values().size(); ++i) {
        const Digits50 error = abs(Digits50(answer.out.values()[i] - truth.out.values()[i]));
        ASSERT_LE(error, Digits50("1e-47") * (1 + abs(truth.out.values()[i]))) << subject->name;
      }
    }
  }
}

}  // namespace
}  // namespace slim::properties
