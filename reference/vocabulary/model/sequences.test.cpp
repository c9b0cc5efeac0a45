// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/model/sequences.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

namespace slim {
namespace {

TEST(Sequences, HaveOneTokenMoreThanTargets) {
  Sequences sequences(2, 3);
  EXPECT_EQ(sequences.tokens(1).size(), 4U);
  sequences.tokens(1)[2] = 9;
  EXPECT_EQ(sequences.input(1, 2), 9);
  EXPECT_EQ(sequences.target(1, 1), 9);
  EXPECT_EQ(sequences.counted_targets(), 6);
}

TEST(Sequences, CountATargetByItsColumnOfTheMask) {
  Sequences sequences(1, 3);
  sequences.add_mask();
  sequences.mask(0)[0] = 0;  // not a target
  sequences.mask(0)[2] = 0;  // the target of row 1
  EXPECT_EQ(sequences.counted_targets(), 2);
  EXPECT_FALSE(sequences.counts(0, 1));
}

TEST(Sequences, RejectSizesAndTokensOutOfRange) {
  EXPECT_THROW(Sequences(0, 1), ContractError);
  EXPECT_THROW(Sequences(1, 0), ContractError);
  EXPECT_THROW(Sequences(Index{1} << 30, Index{1} << 30), ContractError);
  Sequences sequences(1, 1);
  EXPECT_THROW(sequences.mask(0), ContractError);
  sequences.tokens(0)[1] = 5;
  EXPECT_NO_THROW(require_valid(sequences, 6));
  EXPECT_THROW(require_valid(sequences, 5), ContractError);
  sequences.tokens(0)[1] = -1;
  EXPECT_THROW(require_valid(sequences, 6), ContractError);
}

}  // namespace
}  // namespace slim
