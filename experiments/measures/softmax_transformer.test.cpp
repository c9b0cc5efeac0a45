// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/softmax_transformer.hpp"

#include "experiments/measures/slope.hpp"

#include <gtest/gtest.h>

namespace slim::experiments {
namespace {

Setting small() {
  return {.subject = "softmax",
          .scalar = Scalar::digits50,
          .model = {.vocab_size = 13, .hidden_dim = 8, .layers = 2, .ffn_dim = 12, .heads = 2},
          .length = 9,
          .slice = 9};
}

TEST(SoftmaxTransformer, GradientIsTheSlopeOfItsLoss) {
  EXPECT_LE(slope_error(softmax_transformer(), small()), 1e-20);
}

TEST(SoftmaxTransformer, AWrongGradientIsDetected) {
  Subject wrong = softmax_transformer();
  const auto right = wrong.gradient.in<Digits50>();
  wrong.gradient.in<Digits50>() = [right](const GradientTask<Digits50>& task,
                                          GradientResult<Digits50>& result) {
    right(task, result);
    result.gradient.layer(0).q_map.weight(0, 0) += Digits50(1e-12);
  };
  EXPECT_FALSE(slope_error(wrong, small()) <= 1e-20);
}

}  // namespace
}  // namespace slim::experiments
