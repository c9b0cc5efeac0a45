// SPDX-License-Identifier: Apache-2.0
#include "chunked/boundaries/boundary.hpp"

#include "chunked/composition.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace slim::chunked {
namespace {

/// One layer, four heads, d = 1, M = 1: each head has two entries, R then S.
const Model& small_model() {
  static const Model model{.vocab_size = 2, .hidden_dim = 4, .layers = 1, .ffn_dim = 4, .heads = 4};
  return model;
}
constexpr Index entries = 8;  // heads × (d + 1) × M = 4 × 2 × 1

template <class T>
using Sum = Eigen::Array<T, entries, 1>;
template <class T>
using SumOf = std::function<Sum<T>(Index)>;

/// Sums with exact zeros and magnitudes over three decades, like those of ReLU features.
template <class T>
Sum<T> sparse_sum(Index n) {
  const Random random(3);
  Sum<T> sum;
  for (Index i = 0; i < entries; ++i) {
    const auto place = static_cast<std::uint64_t>(n * entries + i);
    const double size = std::pow(10.0, 3.0 * random.uniform(place) - 3.0);
    const bool key_sum = i % 2 == 1;
    sum(i) = random.below(3, place + (1ULL << 40)) == 0
                 ? T(0)
                 : static_cast<T>(key_sum || random.below(2, place) == 0 ? size : -size);
  }
  return sum;
}

template <class T>
LayerSums<const T> view(const Sum<T>& sum) {
  return {sum.data(), sum.size()};
}

template <class T>
using Starts = std::vector<Sum<T>>;

struct Swept {
  Index sums_run_again = 0;
  Index restarts = 0;
};

/// Runs both sweeps over given sums, and records the starts of the forward and of the backward
/// sweep.
template <class T>
Swept sweep(Boundary<T>& boundary, Index slices, const SumOf<T>& sum_of, Starts<T>& forward,
            Starts<T>& backward) {
  Swept run;
  forward.assign(static_cast<std::size_t>(slices), Sum<T>::Zero());
  backward = forward;
  boundary.begin(small_model(), slices, {});
  do {
    for (Index n = 0; n + 1 < slices; ++n) {
      forward[static_cast<std::size_t>(n)] = boundary.start(n, 0);
      boundary.advance(n, 0, view<T>(sum_of(n)));
    }
  } while (boundary.restart());
  const typename Boundary<T>::RunAgain again = [&](Index m) {
    ++run.sums_run_again;
    boundary.advance(m, 0, view<T>(sum_of(m)));
  };
  for (Index n = slices - 1; n >= 0; --n) {
    boundary.prepare(n, again);
    boundary.restore(
        n, 0, boundary.needs_slice_sum(n) ? view<T>(sum_of(n)) : LayerSums<const T>(nullptr, 0));
    backward[static_cast<std::size_t>(n)] = boundary.start(n, 0);
  }
  forward.back() = backward.back();  // the forward sweep does not read the last start
  run.restarts = boundary.restarts();
  return run;
}

template <class T>
Index differing_starts(const Starts<T>& forward, const Starts<T>& backward) {
  Index differing = 0;
  for (std::size_t n = 0; n < forward.size(); ++n)
    differing += (forward[n] == backward[n]).all() ? 0 : 1;
  return differing;
}

template <class T>
class BoundaryIn : public testing::Test {};
using HardwareScalars = testing::Types<float, double>;
TYPED_TEST_SUITE(BoundaryIn, HardwareScalars);

TYPED_TEST(BoundaryIn, ExactRestoresEveryBitOverAMillionSlices) {
  const auto boundary = make_boundary<TypeParam>("exact");
  Starts<TypeParam> forward;
  Starts<TypeParam> backward;
  sweep<TypeParam>(*boundary, Index{1} << 20, sparse_sum<TypeParam>, forward, backward);
  EXPECT_EQ(differing_starts(forward, backward), 0);
}

TYPED_TEST(BoundaryIn, RecoveredDoesNotRestoreEveryBit) {
  const auto boundary = make_boundary<TypeParam>("recovered");
  Starts<TypeParam> forward;
  Starts<TypeParam> backward;
  sweep<TypeParam>(*boundary, 256, sparse_sum<TypeParam>, forward, backward);
  EXPECT_GT(differing_starts(forward, backward), 128);
}

TYPED_TEST(BoundaryIn, ExactIsCloseToThePlainSums) {
  const auto exact = make_boundary<TypeParam>("exact");
  const auto stored = make_boundary<TypeParam>("stored");
  Starts<TypeParam> of_exact;
  Starts<TypeParam> of_stored;
  Starts<TypeParam> forward;
  sweep<TypeParam>(*exact, 256, sparse_sum<TypeParam>, forward, of_exact);
  sweep<TypeParam>(*stored, 256, sparse_sum<TypeParam>, forward, of_stored);
  const auto u = std::numeric_limits<TypeParam>::epsilon() / TypeParam(2);
  ASSERT_EQ(of_exact.size(), 256U);
  for (std::size_t n = 0; n < of_exact.size(); ++n) {
    // 256 roundings of partial sums of at most 256 terms below 1.
    EXPECT_TRUE(((of_exact[n] - of_stored[n]).abs() <= 256 * 256 * u).all());
  }
}

TYPED_TEST(BoundaryIn, ExactRestartsOnACoarserGridWhenASumOutgrowsIt) {
  const auto boundary = make_boundary<TypeParam>("exact");
  Starts<TypeParam> forward;
  Starts<TypeParam> backward;
  const SumOf<TypeParam> growing = [](Index n) -> Sum<TypeParam> {
    return Sum<TypeParam>::Constant(std::ldexp(TypeParam(1), static_cast<int>(10 * n) - 30));
  };
  const Swept run = sweep<TypeParam>(*boundary, 8, growing, forward, backward);
  EXPECT_EQ(run.restarts, 1);
  EXPECT_EQ(differing_starts(forward, backward), 0);
  EXPECT_EQ(backward[2](0), TypeParam(std::ldexp(1.0, -30) + std::ldexp(1.0, -20)));
}

TYPED_TEST(BoundaryIn, ExactRefusesAKeySumThatLosesDigitsOnTheGrid) {
  const auto boundary = make_boundary<TypeParam>("exact");
  Starts<TypeParam> forward;
  Starts<TypeParam> backward;
  const SumOf<TypeParam> exploding = [](Index n) -> Sum<TypeParam> {
    return Sum<TypeParam>::Constant(std::ldexp(TypeParam(1), n == 0 ? -60 : 60));
  };
  EXPECT_THROW(sweep<TypeParam>(*boundary, 4, exploding, forward, backward), ContractError);
}

TYPED_TEST(BoundaryIn, ExactKeepsSumsThatAreNotFinite) {
  const auto boundary = make_boundary<TypeParam>("exact");
  boundary->begin(small_model(), 3, {});
  Sum<TypeParam> sum = Sum<TypeParam>::Constant(TypeParam(1));
  sum(2) = std::numeric_limits<TypeParam>::infinity();
  boundary->advance(0, 0, view<TypeParam>(sum));
  EXPECT_FALSE(std::isfinite(boundary->start(1, 0)(2)));
  EXPECT_EQ(boundary->start(1, 0)(0), TypeParam(1));
}

TYPED_TEST(BoundaryIn, WideRestoresEveryBitWhileExponentsAreClose) {
  const auto boundary = make_boundary<TypeParam>("wide");
  Starts<TypeParam> forward;
  Starts<TypeParam> backward;
  sweep<TypeParam>(*boundary, 1024, sparse_sum<TypeParam>, forward, backward);
  EXPECT_EQ(differing_starts(forward, backward), 0);
}

TYPED_TEST(BoundaryIn, StoredRecomputedAndBisectedGiveTheSameBits) {
  for (const Index slices : {1, 2, 3, 7, 8, 9, 33}) {
    Starts<TypeParam> forward;
    Starts<TypeParam> of_stored;
    sweep<TypeParam>(*make_boundary<TypeParam>("stored"), slices, sparse_sum<TypeParam>, forward,
                     of_stored);
    for (const char* name : {"recomputed", "bisected"}) {
      Starts<TypeParam> backward;
      sweep<TypeParam>(*make_boundary<TypeParam>(name), slices, sparse_sum<TypeParam>, forward,
                       backward);
      EXPECT_EQ(differing_starts(of_stored, backward), 0) << name << " with " << slices;
      EXPECT_EQ(differing_starts(forward, backward), 0) << name << " with " << slices;
    }
  }
}

TEST(Bisected, RunsAtMostHalfLogNExtraSweeps) {
  for (const Index slices : {16, 256, 1024}) {
    Starts<double> forward;
    Starts<double> backward;
    const Swept run = sweep<double>(*make_boundary<double>("bisected"), slices, sparse_sum<double>,
                                    forward, backward);
    const double sweeps = static_cast<double>(run.sums_run_again) / static_cast<double>(slices);
    EXPECT_LE(sweeps, 0.5 * std::log2(static_cast<double>(slices)));
  }
}

TEST(Bisected, StoresLogNStates) {
  const std::int64_t state = 8 * entries;
  for (const Index slices : {16, 1024, 65536}) {
    const std::int64_t before = ledger::now().of(MemoryTag::state);
    const auto boundary = make_boundary<double>("bisected");
    boundary->begin(small_model(), slices, {});
    const std::int64_t states = (ledger::now().of(MemoryTag::state) - before) / state;
    EXPECT_LE(states, static_cast<std::int64_t>(std::log2(static_cast<double>(slices))) + 2);
  }
}

TEST(Boundary, EveryBoundaryBeginsAtTheGivenStart) {
  State<double> start(small_model(), 2);
  std::size_t i = 0;
  for (double& value : start.values()) value = static_cast<double>(++i);
  for (const char* name : {"recovered", "wide", "exact", "stored", "recomputed", "bisected"}) {
    const auto boundary = make_boundary<double>(name);
    boundary->begin(small_model(), 3, {&start, 1});
    const Sum<double> sum = Sum<double>::Constant(0.5);
    EXPECT_EQ(boundary->start(0, 0)(0), 9.0) << name;
    boundary->advance(0, 0, view<double>(sum));
    EXPECT_EQ(boundary->start(1, 0)(0), 9.5) << name;
  }
}

}  // namespace
}  // namespace slim::chunked
