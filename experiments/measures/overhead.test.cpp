// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/overhead.hpp"

#include "experiments/measures/operation_count.hpp"
#include "properties/catalogue.hpp"
#include "reference/vocabulary/model/draw.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

namespace slim::experiments {
namespace {

/// A configuration of the paper with its own widths. The length affects the ratio only through the
/// number of slices.
Setting configuration(Index layers, Index hidden_dim, Index slices, FirstSweep first_sweep) {
  return {.model = {.hidden_dim = hidden_dim,
                    .layers = layers,
                    .ffn_dim = 4 * hidden_dim,
                    .heads = hidden_dim / 64},
          .length = 4 * slices,
          .slice = 4,
          .first_sweep = first_sweep};
}

double ratio(const char* subject, const Setting& setting) {
  return count_overhead(properties::find_subject(subject), setting).ratio();
}

TEST(Overhead, OfTheLazySweepFollowsFromTheMatrixProducts) {
  for (const char* subject : {"recovered/iterative", "exact/iterative", "stored/blocked"}) {
    for (const Index N : {2, 4, 8}) {
      const double share = static_cast<double>(N - 1) / static_cast<double>(N);
      const auto lazy = [&](Index layers, Index hidden_dim) {
        return ratio(subject, configuration(layers, hidden_dim, N, FirstSweep::lazy));
      };
      EXPECT_LE(lazy(1, 1024), 1.0 + share * 0.065) << subject << ", I, N = " << N;
      EXPECT_LE(lazy(3, 512), 1.0 + share * 0.25) << subject << ", II, N = " << N;
      EXPECT_LE(lazy(3, 1024), 1.0 + share * 0.25) << subject << ", III, N = " << N;
      EXPECT_GE(lazy(3, 512), 1.0 + share * 0.2) << subject << ", II, N = " << N;
    }
  }
}

TEST(Overhead, OfThePlainSweepIsOneThird) {
  const double plain = ratio("recovered/iterative", configuration(3, 512, 4, FirstSweep::plain));
  EXPECT_NEAR(plain, 4.0 / 3.0, 0.01);
}

TEST(Overhead, EqualsTheDirectCountInSmallCases) {
  Setting setting = {.model = {.vocab_size = 8, .hidden_dim = 16, .layers = 2, .ffn_dim = 32},
                     .length = 30,
                     .slice = 5};
  setting.model.heads = 2;
  const Subject& subject = properties::find_subject("wide/tree");
  const auto direct = [&](Index slice) {
    Setting at = setting;
    at.slice = slice;
    return count_operations(subject, at, draw_sequences(1, 30, 8, 1)).multiplications;
  };
  const Overhead overhead = count_overhead(subject, setting);
  EXPECT_EQ(overhead.sliced, direct(5));
  EXPECT_EQ(overhead.full, direct(30));
}

TEST(Overhead, OfASweepThatGrowsWithTheSlicesIsRejected) {
  const Setting setting = configuration(1, 512, 16, FirstSweep::lazy);
  EXPECT_THROW(ratio("bisected/iterative", setting), ContractError);
  EXPECT_THROW(ratio("recomputed/iterative", setting), ContractError);
}

TEST(Overhead, OfALengthThatTheSliceDoesNotDivideIsRejected) {
  Setting setting = configuration(1, 512, 16, FirstSweep::lazy);
  setting.length += 1;
  EXPECT_THROW(ratio("recovered/iterative", setting), ContractError);
}

}  // namespace
}  // namespace slim::experiments
