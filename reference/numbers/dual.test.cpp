// SPDX-License-Identifier: Apache-2.0
// Directional derivatives of the forward pass on dual numbers against the gradient.

#include "reference/numbers/dual.hpp"

#include "reference/performer/loss.hpp"
#include "reference/proofs/every_option.hpp"
#include "reference/proofs/proof_line.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

const Digits50 agreement("1e-40");

/// The predicted slope ⟨g, direction⟩ when x moves along a random direction.
struct Prediction {
  Digits50 slope = 0;
  Digits50 gauge = 0;

  void move(std::span<Dual> x, std::span<const Digits50> g, const Random& random) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double direction = random.normal(i);
      x[i] = dual(value_of(x[i]), BinaryDigits50(direction));
      slope += g[i] * direction;
      gauge += abs(g[i] * direction);
    }
  }
};

TEST(DualNumbers, DifferentiateTheErrorFunctionThroughItsExpansions) {
  for (const double x : {-9.0, -1.25, -1.0, -0.5, 0.0, 1e-30, 0.75, 1.0, 3.0, 12.0}) {
    const BinaryDigits50 X(x);
    const BinaryDigits50 slope = 2 / sqrt(pi<BinaryDigits50>()) * exp(-X * X);
    const Dual moving = dual(X, BinaryDigits50(1));
    EXPECT_LE(abs(slope_of(error_function(moving)) - slope), BinaryDigits50("1e-47") * slope) << x;
    EXPECT_LE(abs(slope_of(complementary_error_function(moving)) + slope),
              BinaryDigits50("1e-47") * slope)
        << x;
  }
}

TEST(DualNumbers, AgreeWithTheGradientAlongRandomDirections) {
  ProofLine slopes;
  ProofLine values;
  for (const FeatureMap& map : feature_maps) {
    for (const Norm norm : {Norm::branch_output, Norm::branch_input}) {
      SCOPED_TRACE(option_name(map, norm));
      const EveryOption<Digits50> still(map, norm);
      GradientResult<Digits50> result;
      gradient(still.task(), result);
      Digits50 phi = result.loss;
      Digits50 size = abs(result.loss);
      for (std::size_t i = 0; i < result.end.values().size(); ++i) {
        const Digits50 term = result.end.values()[i] * still.end_cotangent.values()[i];
        phi += term;
        size += abs(term);
      }
      for (std::uint64_t direction = 0; direction < 4; ++direction) {
        EveryOption<Dual> moving(map, norm);
        Prediction predicted;
        predicted.move(moving.c.theta.values(), result.gradient.values(), Random(direction, 1));
        predicted.move(moving.start.values(), result.start_cotangent.values(),
                       Random(direction, 2));
        const Dual answer = loss(moving.task());
        slopes.add(abs(Digits50(slope_of(answer)) - predicted.slope), predicted.gauge);
        values.add(abs(Digits50(value_of(answer)) - phi), size);
      }
      EXPECT_LE(slopes.worst(), agreement);
      EXPECT_LE(values.worst(), agreement);
    }
  }
  EXPECT_EQ(slopes.compared(), 40);
  slopes.print("slope of the loss on dual numbers against the gradient");
  values.print("loss on dual numbers against 50 digits");
}

TEST(DualNumbers, DetectAnErrorOfABillionthInOneGradientEntry) {
  const EveryOption<Digits50> still(feature_maps[0], Norm::branch_output);
  GradientResult<Digits50> result;
  gradient(still.task(), result);
  result.gradient.values(result.gradient.slots()[1])[3] *= Digits50("1.000000001");
  EveryOption<Dual> moving(feature_maps[0], Norm::branch_output);
  Prediction predicted;
  predicted.move(moving.c.theta.values(), std::as_const(result.gradient).values(), Random(1, 1));
  const Digits50 slope(slope_of(loss(moving.task())));
  EXPECT_FALSE(abs(slope - predicted.slope) <= agreement * predicted.gauge);
}

}  // namespace
}  // namespace slim::reference
