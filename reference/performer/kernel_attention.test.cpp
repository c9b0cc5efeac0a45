// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/kernel_attention.hpp"

#include "reference/performer/bidirectional_attention.hpp"
#include "reference/performer/prefix_attention.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace slim::reference {
namespace {

Matrix<double> column(std::initializer_list<double> values) {
  return Vector<double>::Map(values.begin(), static_cast<Index>(values.size()));
}

PrefixSums<double> sums(double R, double S) {
  return {Matrix<double>::Constant(1, 1, R), Vector<double>::Constant(1, S)};
}

/// One feature; the weights are W = g(q) g(k)ᵀ are (1 2; 2 4), values 3 and 5.
const AttentionRows<double> rows{column({1, 2}), column({1, 2}), column({3, 5})};

TEST(KernelAttention, AveragesTheValuesThatARowAttendsTo) {
  const KernelRule exact{.conventions = {.epsilons = {}}};
  const auto kept = kernel_attention(rows, sums(0, 0), exact);
  EXPECT_EQ(kept.W, (Matrix<double>(2, 2) << 1, 0, 2, 4).finished());
  EXPECT_EQ(kept.Y, column({3, 26.0 / 6}));
  EXPECT_EQ(kept.end.R(0, 0), 13.0);
  EXPECT_EQ(kept.end.S(0), 3.0);

  const KernelRule both_ways{.causal = false, .conventions = {.epsilons = {}}};
  EXPECT_EQ(kernel_attention(rows, sums(0, 0), both_ways).Y, column({13.0 / 3, 26.0 / 6}));
  const std::vector<std::uint8_t> mask = {1, 0};
  const KernelRule masked{.causal = false, .key_mask = mask, .conventions = {.epsilons = {}}};
  const auto first_only = kernel_attention(rows, sums(0, 0), masked);
  EXPECT_EQ(first_only.Y, column({3, 3}));
  EXPECT_EQ(first_only.end.S(0), 1.0);
}

TEST(KernelAttention, AddsTheStartState) {
  const auto kept = kernel_attention(rows, sums(7, 1), KernelRule{.conventions = {.epsilons = {}}});
  EXPECT_EQ(kept.Y, column({10.0 / 2, 40.0 / 8}));
  EXPECT_EQ(kept.end.R(0, 0), 20.0);
  EXPECT_EQ(kept.end.S(0), 4.0);
}

TEST(KernelAttention, AddsEpsilonWhereTheConventionSays) {
  // One row: S = 3, g(q) = 2, so the sum is 6 and the numerator 30.
  const AttentionRows<double> row{column({2}), column({3}), column({5})};
  struct Example {
    EpsilonPlace place;
    double epsilon;
    double denominator;
    double moves;
  };
  for (const Example& example : std::array<Example, 8>{{{EpsilonPlace::denominator, 0.5, 6.5, 1},
                                                        {EpsilonPlace::sums, 0.5, 7, 1},
                                                        {EpsilonPlace::when_small, 1, 6, 1},
                                                        {EpsilonPlace::when_small, 6, 18, 1},
                                                        {EpsilonPlace::clamped, 1, 6, 1},
                                                        {EpsilonPlace::clamped, 10, 10, 0},
                                                        {EpsilonPlace::feature, 1, 6, 1},
                                                        {EpsilonPlace::exponent, 1, 6, 1}}}) {
    const AttentionConventions conventions{.epsilons = {example.place, example.epsilon}};
    const KernelRule rule{.conventions = conventions};
    const auto kept = kernel_attention(row, sums(0, 0), rule);
    EXPECT_EQ(kept.D(0), example.denominator) << name(example.place);
    EXPECT_EQ(kept.Y(0, 0), 30 / example.denominator);
    EXPECT_EQ(kept.end.S(0), 3.0);
    // dD/dg(k) = g(q), unless clamped: dg(k) = (v − Y) g(q) / D, or v g(q) / D.
    const auto pulled =
        kernel_attention_pullback(row, sums(0, 0), rule, kept, column({1}), sums(0, 0));
    EXPECT_NEAR(pulled.rows.gK(0, 0), (5 - example.moves * kept.Y(0, 0)) * 2 / example.denominator,
                1e-15);

    const Denominator<double> denominator(conventions, 1);
    const auto prefix = prefix_attention(row, sums(0, 0), denominator);
    EXPECT_EQ(prefix.D(0), example.denominator) << name(example.place);
    EXPECT_EQ(bidirectional_attention(row, sums(0, 0), denominator).D(0), example.denominator);
    EXPECT_NEAR(prefix_attention_pullback(row, prefix, column({1}), sums(0, 0)).rows.gK(0, 0),
                pulled.rows.gK(0, 0), 1e-15);
  }
}

TEST(KernelAttention, PropagatesNan) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const AttentionRows<double> row{column({nan}), column({1}), column({1})};
  for (const EpsilonPlace place : {EpsilonPlace::when_small, EpsilonPlace::clamped}) {
    const KernelRule rule{.conventions = {.epsilons = {place, 1}}};
    EXPECT_TRUE(std::isnan(kernel_attention(row, sums(0, 0), rule).D(0)));
    const Denominator<double> denominator(AttentionConventions{.epsilons = {place, 1}}, 1);
    EXPECT_TRUE(std::isnan(denominator.of(nan)));
  }
}

}  // namespace
}  // namespace slim::reference
