// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/randomly_stored.hpp"

#include "reference/proofs/drawn_case.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

template <class T>
class RandomlyStoredTest : public testing::Test {
 protected:
  using Wide = typename RandomlyStored<T>::Wide;
  /// One unit in the last place of a number in [1, 2).
  static constexpr double ulp = std::is_same_v<T, Float16> ? 0x1p-10 : 0x1p-7;
};
using StoredTypes = testing::Types<Float16, BFloat16>;
TYPED_TEST_SUITE(RandomlyStoredTest, StoredTypes);

TYPED_TEST(RandomlyStoredTest, IsUnbiasedBetweenNeighbours) {
  using Fixture = RandomlyStoredTest<TypeParam>;
  using R = RandomlyStored<TypeParam>;
  constexpr int runs = 40000;
  for (const double share : {0.25, 0.5, 0.75}) {
    for (const double sign : {1.0, -1.0}) {
      const double below = sign > 0 ? 1.0 : -1.0 - Fixture::ulp;
      const typename Fixture::Wide x(below + share * Fixture::ulp);
      seed_rounding(3);
      int ups = 0;
      for (int i = 0; i < runs; ++i) {
        const auto stored = static_cast<double>(R(x));
        ASSERT_TRUE(stored == below || stored == below + Fixture::ulp) << stored;
        ups += stored == below ? 0 : 1;
      }
      // Five standard deviations of a binomial: one false alarm in 1.7 million.
      EXPECT_NEAR(ups, runs * share, 5.0 * std::sqrt(runs * share * (1.0 - share)));
    }
  }
}

TYPED_TEST(RandomlyStoredTest, CrossesZeroAndReachesSubnormals) {
  using Fixture = RandomlyStoredTest<TypeParam>;
  using R = RandomlyStored<TypeParam>;
  const double smallest = std::is_same_v<TypeParam, Float16> ? 0x1p-24 : 0x1p-133;
  for (const double sign : {1.0, -1.0}) {
    const typename Fixture::Wide x(sign * smallest / 4.0);
    int away = 0;
    for (int i = 0; i < 1000; ++i) {
      const auto stored = static_cast<double>(R(x));
      ASSERT_TRUE(stored == 0.0 || stored == sign * smallest) << stored;
      away += stored == 0.0 ? 0 : 1;
    }
    EXPECT_NEAR(away, 250, 70);
  }
}

TYPED_TEST(RandomlyStoredTest, KeepsRepresentableNumbers) {
  using Fixture = RandomlyStoredTest<TypeParam>;
  using R = RandomlyStored<TypeParam>;
  for (const double x : {0.0, 1.0, -1.5, 256.0, std::numeric_limits<double>::infinity()}) {
    for (int i = 0; i < 100; ++i) {
      ASSERT_EQ(static_cast<double>(R(typename Fixture::Wide(x))), x);
    }
  }
  EXPECT_TRUE(std::isnan(static_cast<double>(R(typename Fixture::Wide(std::nan(""))))));
}

TYPED_TEST(RandomlyStoredTest, ReproducesAGradientFromItsSeed) {
  using R = RandomlyStored<TypeParam>;
  const Model model{.vocab_size = 5, .hidden_dim = 4, .layers = 1, .ffn_dim = 5};
  const auto c = drawn_case<R>(model, 1, 6, 1);
  const auto run = [&](std::uint64_t seed) {
    seed_rounding(seed);
    GradientResult<R> result;
    gradient(c.task(), result);
    return result;
  };
  const auto first = run(1);
  EXPECT_TRUE(std::ranges::equal(first.gradient.values(), run(1).gradient.values()));
  EXPECT_FALSE(std::ranges::equal(first.gradient.values(), run(2).gradient.values()));
}

}  // namespace
}  // namespace slim::reference
