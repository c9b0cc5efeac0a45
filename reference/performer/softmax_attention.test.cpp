// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/softmax_attention.hpp"

#include "reference/vocabulary/scalars/random.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

template <class T>
Matrix<T> drawn(Index rows, Index cols, std::uint64_t stream) {
  const Random random(7, stream);
  Matrix<T> result(rows, cols);
  for (Index i = 0; i < result.size(); ++i) {
    result.data()[i] = T(random.normal(static_cast<std::uint64_t>(i)));
  }
  return result;
}

TEST(SoftmaxAttention, WeightsValuesByExponentialsOfScores) {
  // Scores of row 1: log 1 and log 3, so weights 1/4 and 3/4; row 0 attends to itself.
  const SoftmaxRows<double> rows{(Matrix<double>(2, 1) << 5, 1).finished(),
                                 (Matrix<double>(2, 1) << 0, std::log(3.0)).finished(),
                                 (Matrix<double>(2, 2) << 4, 8, 0, 4).finished()};
  const auto kept = softmax_attention(rows, Scaling::none, {});
  EXPECT_TRUE(kept.P.isApprox((Matrix<double>(2, 2) << 1, 0, 0.25, 0.75).finished(), 1e-15));
  EXPECT_TRUE(kept.Y.isApprox((Matrix<double>(2, 2) << 4, 8, 1, 5).finished(), 1e-15));
}

TEST(SoftmaxAttention, ScalesScoresAsTheConventionSays) {
  EXPECT_EQ(softmax_scale<double>(Scaling::none, 16), 1.0);
  for (const Scaling scaling :
       {Scaling::by_feature_map, Scaling::both, Scaling::queries, Scaling::keys}) {
    EXPECT_EQ(softmax_scale<double>(scaling, 16), 0.25) << name(scaling);
  }
}

TEST(SoftmaxAttention, IsFiniteForHugeScores) {
  const Matrix<double> huge = Matrix<double>::Constant(3, 2, 1e3);
  const auto kept = softmax_attention<double>({huge, huge, huge}, Scaling::none, {.causal = false});
  EXPECT_EQ(kept.Y, huge);
}

TEST(SoftmaxAttention, IsZeroForARowWithoutKeys) {
  const std::vector<std::uint8_t> mask = {0, 1};
  const SoftmaxRows<double> rows{drawn<double>(2, 3, 1), drawn<double>(2, 3, 2),
                                 drawn<double>(2, 2, 3)};
  const KernelRule rule{.key_mask = mask};
  const auto kept = softmax_attention(rows, Scaling::both, rule);
  EXPECT_EQ(kept.Y.row(0), (RowVector<double>::Zero(2)));
  EXPECT_EQ(kept.Y.row(1), rows.V.row(1));
  const auto pulled = softmax_attention_pullback<double>(rows, Scaling::both, rule, kept, rows.V);
  EXPECT_EQ(pulled.K.row(0).cwiseAbs().maxCoeff() + pulled.Q.row(0).cwiseAbs().maxCoeff(), 0.0);
}

TEST(SoftmaxAttention, HasAPullbackThatAgreesWithDifferenceQuotients) {
  using T = Digits50;
  constexpr Index L = 3, D = 2, d = 2;
  const Matrix<T> dY = drawn<T>(L, d, 4);
  const std::vector<std::uint8_t> mask = {1, 0, 1};
  for (const bool causal : {true, false}) {
    for (const Scaling scaling : {Scaling::none, Scaling::both}) {
      const KernelRule rule{.causal = causal, .key_mask = mask};
      SoftmaxRows<T> rows{drawn<T>(L, D, 1), drawn<T>(L, D, 2), drawn<T>(L, d, 3)};
      const SoftmaxRows<T> pulled = softmax_attention_pullback(
          rows, scaling, rule, softmax_attention(rows, scaling, rule), dY);
      const auto expect_slopes = [&](Matrix<T>& entries, const Matrix<T>& gradient) {
        const T h("1e-17");
        for (Index i = 0; i < entries.size(); ++i) {
          T& x = entries.data()[i];
          const T centre = x;
          x = centre + h;
          const T right = softmax_attention(rows, scaling, rule).Y.cwiseProduct(dY).sum();
          x = centre - h;
          const T left = softmax_attention(rows, scaling, rule).Y.cwiseProduct(dY).sum();
          x = centre;
          EXPECT_LE(abs((right - left) / (2 * h) - gradient.data()[i]), T("1e-30")) << i;
        }
      };
      expect_slopes(rows.Q, pulled.Q);
      expect_slopes(rows.K, pulled.K);
      expect_slopes(rows.V, pulled.V);
    }
  }
}

}  // namespace
}  // namespace slim::reference
