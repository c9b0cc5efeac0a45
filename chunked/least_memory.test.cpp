// SPDX-License-Identifier: Apache-2.0
#include "chunked/least_memory.hpp"

#include "chunked/drawn_example.hpp"
#include "chunked/workspace.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace slim::chunked {
namespace {

/// The paper's ratios of widths.
Model medium_model(Norm norm) {
  return {
      .vocab_size = 32, .hidden_dim = 64, .layers = 3, .ffn_dim = 256, .heads = 2, .norm = norm};
}

/// Two layers and a vocabulary of bytes, where the scratch of one slice is largest.
Model bytes_model() {
  return {.vocab_size = 256, .hidden_dim = 64, .layers = 2, .ffn_dim = 256, .heads = 4};
}

template <class T>
void expect_near_the_least(Scalar scalar, const Model& model, std::initializer_list<Index> slices) {
  for (const Index C : slices) {
    const Index L = 3 * C - 1;
    const DrawnExample<T> example(model, 2, L);
    for (const Variant& variant : catalogue()) {
      GradientResult<T> result;
      result.gradient = Parameters<T>(example.model, MemoryTag::gradient);
      const std::int64_t before = ledger::now().beyond_parameters;
      ledger::reset_peak();
      variant.gradient.in<T>()(example.task(C), result);
      const auto peak = static_cast<double>(ledger::peak().beyond_parameters - before);
      const auto least = static_cast<double>(variant.least_bytes(
          {.model = example.model, .scalar = scalar, .length = L, .slice_length = C}));
      EXPECT_LE(peak, 1.2 * least) << variant.name() << " at C = " << C;
      EXPECT_LE(least, peak) << variant.name() << " at C = " << C << ": the bound is too high";
    }
  }
}

TEST(LeastMemory, IsWithinAFifthOfTheMemoryOfEveryVariant) {
  expect_near_the_least<float>(Scalar::float32, medium_model(Norm::branch_output), {8, 16});
  expect_near_the_least<double>(Scalar::float64, medium_model(Norm::branch_input), {8, 16});
  expect_near_the_least<float>(Scalar::float32, bytes_model(), {256});
}

TEST(LeastMemory, AgreesWithAnExampleComputedByHand) {
  // d_model = 8, k = 2, d = M = 4, so that |B| = 2·5·4 = 40 numbers; L = 6 in slices of 2.
  const Model model{.vocab_size = 3, .hidden_dim = 8, .layers = 1, .ffn_dim = 8, .heads = 2};
  const auto least = [&](const char* name) {
    return find_variant(name).least_bytes(
        {.model = model, .scalar = Scalar::float32, .length = 6, .slice_length = 2});
  };
  // X, Q, K, V, Y, F; U; dX, dY; features and their cotangents, dV: 2 (6·8 + 8 + 2·8 + 5·8) = 224.
  // Iterative: R, S of one head and two denominators, 22. B and G.
  EXPECT_EQ(least("recovered/iterative"), 4 * (224 + 22 + 40 + 40));
  EXPECT_EQ(least("wide/iterative"), 4 * (224 + 22 + 40 + 40) + 8 * 40);
  EXPECT_EQ(least("exact/iterative"), 4 * (224 + 22 + 40 + 40) + 16 * 40 + 4 * 40);
  EXPECT_EQ(least("stored/iterative"), 4 * (224 + 22 + 3 * 40 + 40));
  EXPECT_EQ(least("bisected/iterative"), 4 * (224 + 22 + 4 * 40 + 40));
  // Explicit: R and S of two rows and heads.
  EXPECT_EQ(least("recovered/explicit"), 4 * (224 + 2 * 2 * 20 + 40 + 40));
}

TEST(LeastMemory, ProductsOfSizesBeyond32BitsAreExact) {
  // d = M = 2¹⁶: R and S of the one head have 2³² + 2¹⁶ numbers.
  const Model wide{.vocab_size = 2, .hidden_dim = 1 << 16, .layers = 1, .ffn_dim = 1, .heads = 1};
  EXPECT_EQ(state_entries(wide, 1), (Index{1} << 32) + (1 << 16));
  EXPECT_EQ(state_bytes<double>(wide), (Index{1} << 35) + (1 << 19));

  // C = 2²⁴ rows with a head of 64: explicit sums keep 2²⁴·65·64 numbers, 6 activations 2²⁴·64
  // each.
  const Model narrow{.vocab_size = 2, .hidden_dim = 64, .layers = 1, .ffn_dim = 64, .heads = 1};
  constexpr Index rows = Index{1} << 24;
  const auto explicit_sums = make_prefix_sum<float>("explicit");
  EXPECT_EQ(explicit_sums->kept({rows, 64, 64}), rows * 65 * 64);
  const LeastNumbers least = least_slice_entries(narrow, rows, *explicit_sums);
  EXPECT_EQ(least.activations, rows * (6 * 64 + 64));
  EXPECT_EQ(least.others, rows * (2 * 64 + 5 * 64) + rows * 65 * 64);
  EXPECT_GT(Workspace<float>::entries(narrow, rows, *explicit_sums), rows * 65 * 64);

  // L = 2⁴⁰ in slices of one row: 2⁴⁰ stored states.
  EXPECT_EQ(make_boundary<float>("stored")->least_bytes(narrow, Index{1} << 40),
            (Index{1} << 42) * 65 * 64);
}

}  // namespace
}  // namespace slim::chunked
