// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/embedding.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

TEST(PositionCode, HasSinesThenCosinesOfDecreasingFrequencies) {
  // width 4: frequencies 1 and 1e4^(−1/2) = 0.01
  const Matrix<double> code = position_code<double>(3, 2, 4, 1e4);
  EXPECT_DOUBLE_EQ(code(0, 0), std::sin(3.0));
  EXPECT_NEAR(code(0, 1), std::sin(0.03), 1e-16);
  EXPECT_DOUBLE_EQ(code(0, 2), std::cos(3.0));
  EXPECT_NEAR(code(0, 3), std::cos(0.03), 1e-15);
  EXPECT_DOUBLE_EQ(code(1, 0), std::sin(4.0));
}

TEST(PositionCode, KeepsFiftyDigits) {
  // sin² + cos² = 1, and the second frequency is 1/100 to fifty digits.
  const Matrix<Digits50> code = position_code<Digits50>(7, 1, 4, 1e4);
  EXPECT_LE(abs(code(0, 1) - sin(Digits50(7) / 100)), Digits50("1e-50"));
  EXPECT_LE(abs(code(0, 0) * code(0, 0) + code(0, 2) * code(0, 2) - 1), Digits50("1e-49"));
}

struct Embedding : testing::Test {
  Model model{.vocab_size = 3, .hidden_dim = 4, .layers = 1, .ffn_dim = 1};
  Parameters<double> theta{model, MemoryTag::parameters};
  Sequences sequences{1, 3};
  Embedding() {
    theta.input_map() << 1, 2, 3, 4, 5, 6;
    const std::initializer_list<std::int32_t> tokens = {2, 0, 2, 1};
    std::copy(tokens.begin(), tokens.end(), sequences.tokens(0).begin());
  }
};

TEST_F(Embedding, PutsTheLearnedHalfBeforeThePositionCode) {
  const Matrix<double> X = embedding(model, theta, sequences, 0, 5);
  EXPECT_EQ(X.leftCols(2), (Matrix<double>(3, 2) << 5, 6, 1, 2, 5, 6).finished());
  EXPECT_EQ(X.rightCols(2), position_code<double>(5, 3, 2, 1e4));
}

TEST_F(Embedding, AddsTheGradientsOfARepeatedToken) {
  Parameters<double> gradient(model, MemoryTag::gradient);
  const Matrix<double> dX =
      (Matrix<double>(3, 4) << 1, 2, 9, 9, 10, 20, 9, 9, 100, 200, 9, 9).finished();
  embedding_pullback(model, sequences, 0, 0, dX, gradient);
  EXPECT_EQ(Matrix<double>(gradient.input_map()),
            (Matrix<double>(3, 2) << 10, 20, 0, 0, 101, 202).finished());
}

TEST_F(Embedding, AddsLearnedPositionsFromTheFirstToken) {
  Model learned = model;
  learned.position_rows = 3;
  Parameters<double> of_learned(learned, MemoryTag::parameters);
  of_learned.input_map() << 1, 2, 3, 4, 0, 0, 0, 0, 5, 6, 7, 8;
  of_learned.position_map() << 10, 10, 10, 10, 20, 20, 20, 20, 30, 30, 30, 30;
  sequences.pad(0, 1, 0);
  EXPECT_EQ(embedding(learned, of_learned, sequences, 0, 0),
            (Matrix<double>(2, 4) << 11, 12, 13, 14, 25, 26, 27, 28).finished());
  learned.conventions.positions_count_padding = 1.0;
  EXPECT_EQ(embedding(learned, of_learned, sequences, 0, 0),
            (Matrix<double>(2, 4) << 21, 22, 23, 24, 35, 36, 37, 38).finished());
}

TEST_F(Embedding, AddsTheGradientsOfAPositionOverTheBatch) {
  model.position_rows = 4;
  sequences = Sequences(2, 1);
  Parameters<double> gradient(model, MemoryTag::gradient);
  const Matrix<double> dX = (Matrix<double>(1, 4) << 1, 2, 3, 4).finished();
  for (const Index b : {0, 1}) embedding_pullback(model, sequences, b, 2, dX, gradient);
  Matrix<double> expected = Matrix<double>::Zero(4, 4);
  expected.row(2) = 2 * dX;
  EXPECT_EQ(Matrix<double>(gradient.position_map()), expected);
}

}  // namespace
}  // namespace slim::reference
