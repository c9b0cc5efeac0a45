// SPDX-License-Identifier: Apache-2.0
// The counted length of the longest chain of dependent operations, a lower bound on parallel time.

#include "reference/performer/prefix_attention.hpp"
#include "reference/proofs/drawn_case.hpp"

#include <gtest/gtest.h>

#include <bit>

namespace slim::reference {
namespace {

/// ⌈log₂ n⌉
std::int64_t levels(Index n) {
  return std::bit_width(static_cast<std::uint64_t>(n - 1));
}

Matrix<Counted> ones(Index rows, Index cols) {
  return Matrix<Counted>::Constant(rows, cols, Counted(1.0));
}

TEST(CriticalPath, OfASumIsTheDepthOfItsTree) {
  for (const Index n : {1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 1000}) {
    const Counted total = sum<Counted>(n, [](Index) { return Counted(1.0); });
    EXPECT_EQ(total.depth(), levels(n)) << n;
    EXPECT_EQ(static_cast<double>(total), static_cast<double>(n));
  }
}

TEST(CriticalPath, OfAMatrixProductIsOneMultiplicationAndASum) {
  for (const Index n : {1, 2, 3, 17, 64, 65}) {
    const Matrix<Counted> c = product(ones(2, n), ones(n, 3));
    for (Index i = 0; i < c.size(); ++i) EXPECT_EQ(c.data()[i].depth(), 1 + levels(n)) << n;
  }
}

TEST(CriticalPath, OfSerialPrefixSumsIsTheirLength) {
  for (const Index L : {1, 2, 7, 20}) {
    const AttentionRows<Counted> rows{ones(L, 4), ones(L, 4), ones(L, 3)};
    const auto kept = prefix_attention(
        rows, {.R = Matrix<Counted>::Zero(3, 4), .S = Vector<Counted>::Zero(4)}, Counted(1e-16));
    EXPECT_EQ(kept.sums.back().S(0).depth(), L);
    EXPECT_EQ(kept.sums.back().R(0, 0).depth(), L + 1) << "the first product, then L additions";
    // A = Σ_m R_m g(Q)_m: one product and two levels more; then the division.
    EXPECT_EQ(kept.Y(L - 1, 0).depth(), L + 1 + 1 + 2 + 1);
  }
}

std::int64_t depth_of_gradient(Model model, Index length) {
  const auto c = drawn_case<Counted>(model, 1, length, 1);
  GradientResult<Counted> result;
  Counted::operations() = {};
  gradient(c.task(), result);
  return Counted::operations().depth;
}

TEST(CriticalPath, OfTheGradientGrowsWithTheRowsThroughSerialPrefixSums) {
  const Model model{.vocab_size = 5, .hidden_dim = 4, .layers = 2, .ffn_dim = 3};
  const std::int64_t short_one = depth_of_gradient(model, 16);
  const std::int64_t long_one = depth_of_gradient(model, 64);
  EXPECT_GE(long_one - short_one, 64 - 16)
      << "forward and backward need at least one addition per row";
  EXPECT_LE(long_one - short_one, 4 * 2 * (64 - 16)) << "a few operations per row and layer";
}

TEST(CriticalPath, OfTheGradientGrowsByOneLevelPerProductWhenItsWidthDoubles) {
  Model model{.vocab_size = 5, .hidden_dim = 4, .layers = 1, .ffn_dim = 8};
  const std::int64_t narrow = depth_of_gradient(model, 4);
  model.ffn_dim = 16;
  const std::int64_t wide = depth_of_gradient(model, 4);
  EXPECT_EQ(wide - narrow, 2) << "W₂ in the forward pass, W₁ in the backward pass";
}

}  // namespace
}  // namespace slim::reference
