// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/prefix_attention.hpp"

#include "reference/vocabulary/scalars/random.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

template <class T>
Matrix<T> drawn(Index rows, Index cols, std::uint64_t stream, bool positive) {
  const Random random(7, stream);
  Matrix<T> result(rows, cols);
  for (Index i = 0; i < result.size(); ++i) {
    const auto place = static_cast<std::uint64_t>(i);
    result.data()[i] = T(positive ? random.uniform(place) : random.normal(place));
  }
  return result;
}

template <class T>
PrefixSums<T> zero_sums(Index d, Index M) {
  return {Matrix<T>::Zero(d, M), Vector<T>::Zero(M)};
}

TEST(PrefixAttention, IsTheRunningAverageOfValues) {
  // One feature, all keys and queries 1, values 1, 3, 8: running means.
  const AttentionRows<double> rows{Matrix<double>::Ones(3, 1), Matrix<double>::Ones(3, 1),
                                   (Matrix<double>(3, 1) << 1, 3, 8).finished()};
  const auto kept = prefix_attention(rows, zero_sums<double>(1, 1), 0.0);
  EXPECT_EQ(kept.Y, (Matrix<double>(3, 1) << 1, 2, 4).finished());
  EXPECT_EQ(kept.sums[2].R(0, 0), 12.0);
  EXPECT_EQ(kept.sums[2].S(0), 3.0);
}

TEST(PrefixAttention, AgreesWithTheMaskedMatrixOfTheDefinition) {
  constexpr Index L = 5, d = 2, M = 3;
  const AttentionRows<double> rows{drawn<double>(L, M, 1, true), drawn<double>(L, M, 2, true),
                                   drawn<double>(L, d, 3, false)};
  Matrix<double> weights = rows.gQ * rows.gK.transpose();
  for (Index l = 0; l < L; ++l) {
    for (Index later = l + 1; later < L; ++later) weights(l, later) = 0.0;
  }
  const Vector<double> denominators = weights.rowwise().sum();
  const Matrix<double> expected = denominators.cwiseInverse().asDiagonal() * (weights * rows.V);
  EXPECT_TRUE(prefix_attention(rows, zero_sums<double>(d, M), 1e-16).Y.isApprox(expected, 1e-14));
}

TEST(PrefixAttention, AndItsGradientAreZeroWhereTheDenominatorIsZero) {
  // The features of the first key are 0, so that the denominator of row 0 is epsilon.
  const AttentionRows<double> rows{Matrix<double>::Ones(2, 1),
                                   (Matrix<double>(2, 1) << 0, 2).finished(),
                                   (Matrix<double>(2, 1) << 5, 7).finished()};
  const auto kept = prefix_attention(rows, zero_sums<double>(1, 1), 1e-16);
  EXPECT_EQ(kept.D(0), 1e-16);
  EXPECT_EQ(kept.Y(0, 0), 0.0);
  EXPECT_EQ(kept.Y(1, 0), 7.0);
  const auto pulled = prefix_attention_pullback<double>(
      rows, kept, (Matrix<double>(2, 1) << 1, 0).finished(), zero_sums<double>(1, 1));
  EXPECT_EQ(pulled.rows.gQ(0, 0), 0.0);
  EXPECT_EQ(pulled.rows.V(0, 0), 0.0);
  EXPECT_EQ(pulled.rows.V(1, 0), 0.0);
}

TEST(PrefixAttention, ContinuesFromAStartStateAsAfterThePrecedingRows) {
  constexpr Index d = 2, M = 3;
  const AttentionRows<double> whole{drawn<double>(4, M, 1, true), drawn<double>(4, M, 2, true),
                                    drawn<double>(4, d, 3, false)};
  const auto part = [&](Index first) {
    return AttentionRows<double>{whole.gQ.middleRows(first, 2), whole.gK.middleRows(first, 2),
                                 whole.V.middleRows(first, 2)};
  };
  const auto first = prefix_attention(part(0), zero_sums<double>(d, M), 1e-16);
  const auto second = prefix_attention(part(2), first.sums.back(), 1e-16);
  const auto all = prefix_attention(whole, zero_sums<double>(d, M), 1e-16);
  EXPECT_EQ(all.Y.topRows(2), first.Y);
  EXPECT_EQ(all.Y.bottomRows(2), second.Y);
  EXPECT_EQ(all.sums.back().R, second.sums.back().R);
}

/// ⟨dY, Y⟩ + ⟨end, (R_L, S_L)⟩, whose gradient is the pullback.
Digits50 paired(const AttentionRows<Digits50>& rows, const PrefixSums<Digits50>& start,
                const Matrix<Digits50>& dY, const PrefixSums<Digits50>& end) {
  const auto kept = prefix_attention(rows, start, Digits50(1e-16));
  return kept.Y.cwiseProduct(dY).sum() + kept.sums.back().R.cwiseProduct(end.R).sum() +
         kept.sums.back().S.cwiseProduct(end.S).sum();
}

TEST(PrefixAttention, HasAPullbackThatAgreesWithDifferenceQuotients) {
  using T = Digits50;
  constexpr Index L = 3, d = 2, M = 2;
  AttentionRows<T> rows{drawn<T>(L, M, 1, true), drawn<T>(L, M, 2, true), drawn<T>(L, d, 3, false)};
  PrefixSums<T> start{drawn<T>(d, M, 4, false), drawn<T>(M, 1, 5, true)};
  const Matrix<T> dY = drawn<T>(L, d, 6, false);
  const PrefixSums<T> end{drawn<T>(d, M, 7, false), drawn<T>(M, 1, 8, false)};
  const auto pulled =
      prefix_attention_pullback(rows, prefix_attention(rows, start, T(1e-16)), dY, end);

  const auto expect_slopes = [&](auto& entries, const auto& gradient) {
    const T h("1e-17");
    for (Index i = 0; i < entries.size(); ++i) {
      T& x = entries.data()[i];
      const T centre = x;
      x = centre + h;
      const T right = paired(rows, start, dY, end);
      x = centre - h;
      const T left = paired(rows, start, dY, end);
      x = centre;
      EXPECT_LE(abs((right - left) / (2 * h) - gradient.data()[i]), T("1e-30")) << i;
    }
  };
  expect_slopes(rows.gQ, pulled.rows.gQ);
  expect_slopes(rows.gK, pulled.rows.gK);
  expect_slopes(rows.V, pulled.rows.V);
  expect_slopes(start.R, pulled.start.R);
  expect_slopes(start.S, pulled.start.S);
}

}  // namespace
}  // namespace slim::reference
