// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/interval.hpp"

#include "reference/performer/feature_map.hpp"
#include "reference/proofs/every_option.hpp"
#include "reference/proofs/gradient_gauge.hpp"
#include "reference/proofs/proof_line.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

TEST(Intervals, RoundOutwards) {
  const Interval third = Interval(1.0) / Interval(3.0);
  EXPECT_TRUE(third.contains(Digits50(1) / 3));
  EXPECT_LT(third.lower(), third.upper());
  EXPECT_LE(third.width(), Digits50("1e-50"));
  EXPECT_EQ((Interval(1.5) + Interval(2.25)).width(), 0);
  const Interval unknown(-1, 2);
  const Interval other(-1, 2);
  EXPECT_EQ((unknown * other).lower(), -2);
  EXPECT_EQ((unknown * unknown).lower(), 0) << "a square";
  EXPECT_EQ((unknown - unknown).upper(), 3);
  EXPECT_TRUE((exp(unknown) - exp(unknown)).contains(0));
}

TEST(Intervals, EncloseElementaryFunctions) {
  const Interval x(Digits50("0.1"), Digits50("0.2"));
  for (const char* text : {"0.1", "0.137", "0.2"}) {
    const Digits50 at(text);
    EXPECT_TRUE(exp(x).contains(exp(at)));
    EXPECT_TRUE(log(x).contains(log(at)));
    EXPECT_TRUE(sqrt(x).contains(sqrt(at)));
    EXPECT_TRUE(sin(x).contains(sin(at)));
    EXPECT_TRUE(cos(x).contains(cos(at)));
    EXPECT_TRUE(erf(x).contains(error_function(at)));
    EXPECT_TRUE(erfc(x).contains(complementary_error_function(at)));
  }
  EXPECT_FALSE(erf(x).contains(error_function(Digits50("0.2001"))));
  EXPECT_FALSE(erfc(x).contains(complementary_error_function(Digits50("0.0999"))));
  EXPECT_LT(erfc(Interval(30.0)).lower(), erfc(Interval(30.0)).upper());
  EXPECT_TRUE(pi<Interval>().contains(pi<Digits50>()));
  EXPECT_GT(pi<Interval>().width(), 0);
}

TEST(Intervals, ThrowOnUndecidableComparisons) {
  const Interval low(0, 1), high(2, 3), between(Digits50("0.5"), 2);
  EXPECT_TRUE(low < high);
  EXPECT_FALSE(high < low);
  EXPECT_TRUE(high > low);
  EXPECT_FALSE(low == high);
  EXPECT_TRUE(Interval(2.0) == Interval(2.0));
  EXPECT_FALSE(Interval(2.0) < Interval(2.0));
  EXPECT_THROW(static_cast<void>(low < between), UndecidableComparison);
  EXPECT_THROW(static_cast<void>(low == low), UndecidableComparison);
  try {
    feature(FeatureKind::relu, Interval(-1, 1));
    FAIL() << "decided";
  } catch (const UndecidableComparison& error) {
    EXPECT_STREQ(error.what(), "cannot decide whether [0, 0] < [-1, 1]: the intervals overlap");
  }
}

/// Checks that values are inside their intervals, and records the largest width over the gauge.
class Enclosure {
 public:
  void add(std::span<const Interval> intervals, std::span<const Digits50> values,
           const Digits50& gauge) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!intervals[i].contains(values[i])) ++outside_;
      widths_.add(intervals[i].width(), gauge);
    }
  }
  [[nodiscard]] int outside() const { return outside_; }
  [[nodiscard]] const ProofLine& widths() const { return widths_; }

 private:
  int outside_ = 0;
  ProofLine widths_;
};

TEST(Intervals, EncloseLossGradientAndStatesInFiftyDigits) {
  Enclosure enclosure;
  for (const FeatureMap& map : feature_maps) {
    for (const Norm norm : {Norm::branch_output, Norm::branch_input}) {
      SCOPED_TRACE(option_name(map, norm));
      GradientResult<Interval> bounds;
      GradientResult<Digits50> truth;
      gradient(EveryOption<Interval>(map, norm).task(), bounds);
      gradient(EveryOption<Digits50>(map, norm).task(), truth);
      enclosure.add({&bounds.loss, 1}, {&truth.loss, 1}, truth.loss);
      const std::vector<Digits50> gauges = gradient_gauges(truth.gradient);
      for (std::size_t i = 0; i < gauges.size(); ++i) {
        const ParameterSlot& slot = truth.gradient.slots()[i];
        enclosure.add(std::as_const(bounds.gradient).values(slot),
                      std::as_const(truth.gradient).values(slot), gauges[i]);
      }
      enclosure.add(bounds.end.values(), truth.end.values(), largest_entry(truth.end.values()));
      enclosure.add(bounds.start_cotangent.values(), truth.start_cotangent.values(),
                    largest_entry(truth.start_cotangent.values()));
      EXPECT_EQ(enclosure.outside(), 0);
    }
  }
  EXPECT_LE(enclosure.widths().worst(), Digits50("1e-36"));
  enclosure.widths().print("widths of intervals that contain loss, gradient and states");
}

TEST(Intervals, ExcludeValuesThatAreOffByMoreThanTheirWidth) {
  GradientResult<Interval> bounds;
  gradient(EveryOption<Interval>(feature_maps[0], Norm::branch_output).task(), bounds);
  GradientResult<Digits50> truth;
  gradient(EveryOption<Digits50>(feature_maps[0], Norm::branch_output).task(), truth);
  EXPECT_TRUE(bounds.loss.contains(truth.loss));
  EXPECT_FALSE(bounds.loss.contains(truth.loss * (1 + Digits50("1e-40"))));
}

}  // namespace
}  // namespace slim::reference
