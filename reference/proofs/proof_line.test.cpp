// SPDX-License-Identifier: Apache-2.0
#include "reference/proofs/proof_line.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

TEST(ProofLine, HasTheWorstShareAndTheNumberOfComparisons) {
  ProofLine line;
  line.add(Digits50(1), Digits50(4));
  line.add(Digits50(0), Digits50(0));
  line.add(Digits50(1), Digits50(8));
  EXPECT_EQ(line.worst(), Digits50(0.25));
  EXPECT_EQ(line.compared(), 3);
}

TEST(ProofLine, KeepsAnErrorThatIsNotFinite) {
  const Digits50 nan = std::numeric_limits<Digits50>::quiet_NaN();
  for (const Digits50& error : {nan, Digits50(1)}) {
    ProofLine line;
    line.add(error, Digits50(0));
    line.add(Digits50(0), Digits50(1));
    EXPECT_FALSE(line.worst() <= Digits50(1));
  }
}

}  // namespace
}  // namespace slim::reference
