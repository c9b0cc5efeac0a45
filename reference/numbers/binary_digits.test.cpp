// SPDX-License-Identifier: Apache-2.0
// The reference in 50 digits by MPFR against 100 digits by Boost's own arithmetic.

#include "reference/numbers/binary_digits.hpp"

#include "reference/proofs/every_option.hpp"
#include "reference/proofs/gradient_gauge.hpp"
#include "reference/proofs/proof_line.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

void compare(std::span<const Digits50> values, std::span<const BinaryDigits100> finer,
             const Digits50& gauge, ProofLine& line) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const BinaryDigits100 error = abs(BinaryDigits100(values[i]) - finer[i]);
    line.add(Digits50(error), gauge);
  }
}

/// Compares loss, gradient and states elementwise.
void compare(const GradientResult<Digits50>& truth, const GradientResult<BinaryDigits100>& finer,
             ProofLine& line) {
  compare({&truth.loss, 1}, {&finer.loss, 1}, truth.loss, line);
  const std::vector<Digits50> gauges = gradient_gauges(truth.gradient);
  for (std::size_t i = 0; i < gauges.size(); ++i) {
    const ParameterSlot& slot = truth.gradient.slots()[i];
    compare(truth.gradient.values(slot), finer.gradient.values(slot), gauges[i], line);
  }
  compare(truth.end.values(), finer.end.values(), largest_entry(truth.end.values()), line);
  compare(truth.start_cotangent.values(), finer.start_cotangent.values(),
          largest_entry(truth.start_cotangent.values()), line);
}

TEST(FiftyDigits, AgreeWithAHundredDigitsTo45DigitsOfTheGauge) {
  ProofLine line;
  for (const FeatureMap& map : feature_maps) {
    for (const Norm norm : {Norm::branch_output, Norm::branch_input}) {
      SCOPED_TRACE(option_name(map, norm));
      GradientResult<Digits50> truth;
      GradientResult<BinaryDigits100> finer;
      gradient(EveryOption<Digits50>(map, norm).task(), truth);
      gradient(EveryOption<BinaryDigits100>(map, norm).task(), finer);
      compare(truth, finer, line);
      EXPECT_LE(line.worst(), Digits50("1e-45"));
    }
  }
  line.print("loss, gradient and states in 50 digits against 100");
}

}  // namespace
}  // namespace slim::reference
