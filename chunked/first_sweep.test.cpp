// SPDX-License-Identifier: Apache-2.0
#include "chunked/drawn_example.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace slim::chunked {
namespace {

template <class T>
GradientResult<T> run(const DrawnExample<T>& example, const Variant& variant, Index slice_length,
                      FirstSweep first_sweep) {
  GradientTask<T> task = example.task(slice_length);
  task.first_sweep = first_sweep;
  GradientResult<T> result;
  variant.gradient.in<T>()(task, result);
  return result;
}

TEST(FirstSweep, ChangesNoBitOfTheGradient) {
  const DrawnExample<float> example(small_model(), 2, 21);
  for (const Variant& variant : catalogue()) {
    for (const Index C : {4, 20, 21}) {
      const auto lazy = run(example, variant, C, FirstSweep::lazy);
      const auto plain = run(example, variant, C, FirstSweep::plain);
      EXPECT_TRUE(same_gradient(lazy, plain)) << variant.name() << " at C = " << C;
      // The losses of 42 rows, added in two orders.
      EXPECT_LE(std::abs(lazy.loss - plain.loss),
                42 * std::numeric_limits<float>::epsilon() * plain.loss);
    }
  }
}

/// Multiply-adds of one gradient.
std::int64_t multiplications(const DrawnExample<Counted>& example, const Variant& variant,
                             Index slice_length, FirstSweep first_sweep) {
  Counted::operations() = {};
  static_cast<void>(run(example, variant, slice_length, first_sweep));
  return Counted::operations().multiplications;
}

TEST(FirstSweep, PlainAddsAThirdOfAFullPassAndLazyFarLess) {
  // One layer with the paper's ratios of widths: the lazy sweep runs two of the eleven d_model²
  // products per row, in one of two slices.
  const Model model{.vocab_size = 16, .hidden_dim = 64, .layers = 1, .ffn_dim = 256, .heads = 8};
  const DrawnExample<Counted> example(model, 1, 16);
  const Variant& variant = find_variant("stored/iterative");
  const auto full = static_cast<double>(multiplications(example, variant, 16, FirstSweep::lazy));
  const auto plain = static_cast<double>(multiplications(example, variant, 8, FirstSweep::plain));
  const auto lazy = static_cast<double>(multiplications(example, variant, 8, FirstSweep::lazy));
  EXPECT_NEAR(plain / full, 4.0 / 3.0, 0.01);
  EXPECT_NEAR(lazy / full, 1.0 + 0.5 * 2.0 / 33.0, 0.01);
}

TEST(FirstSweep, IsOmittedForASingleSlice) {
  const DrawnExample<Counted> example(small_model(), 1, 5);
  const Variant& variant = find_variant("recovered/iterative");
  EXPECT_EQ(multiplications(example, variant, 5, FirstSweep::plain),
            multiplications(example, variant, 5, FirstSweep::lazy));
}

TEST(FirstSweep, ParsesItsNamesAndRefusesOthers) {
  EXPECT_EQ(parse_first_sweep("plain"), FirstSweep::plain);
  EXPECT_EQ(name(parse_first_sweep("lazy")), "lazy");
  EXPECT_THROW(parse_first_sweep("eager"), std::invalid_argument);
}

}  // namespace
}  // namespace slim::chunked
