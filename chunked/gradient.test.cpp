// SPDX-License-Identifier: Apache-2.0
#include "chunked/catalogue.hpp"
#include "chunked/counted_allocations.hpp"
#include "chunked/drawn_example.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

namespace slim::chunked {
namespace {

TEST(Gradient, EqualsTheFullPassForEverySliceLengthAndVariant) {
  const DrawnExample<Digits50> example(small_model(), 2, 7);
  const GradientResult<Digits50> full = example.run(catalogue().front(), 7);
  for (const Variant& variant : catalogue()) {
    for (const Index C : {1, 3, 6, 100}) {
      EXPECT_LE(largest_difference(full, example.run(variant, C)), Digits50(1e-44))
          << variant.name() << " at C = " << C;
    }
  }
}

TEST(Gradient, HasTheSameBitsForAnyNumberOfThreads) {
  Model model = small_model();
  model.hidden_dim = 264;
  model.ffn_dim = 300;
  const DrawnExample<float> example(model, 1, 70);
  for (const Variant& variant : catalogue()) {
    for (const Index C : {1, 33, 70}) {
      if (C != 33 && variant.name() != "recovered/blocked") continue;  // slow for all variants
      const GradientResult<float> one = example.run(variant, C, 1);
      EXPECT_TRUE(same_bits(one, example.run(variant, C, 2))) << variant.name() << " at C = " << C;
      EXPECT_TRUE(same_bits(one, example.run(variant, C, 3))) << variant.name() << " at C = " << C;
    }
  }
}

TEST(Gradient, HasTheSameBitsForStoredRecomputedAndBisected) {
  const DrawnExample<double> example(small_model(), 1, 40);
  for (const Index C : {1, 3, 16}) {
    const GradientResult<double> stored = example.run(find_variant("stored/blocked"), C);
    EXPECT_TRUE(same_bits(stored, example.run(find_variant("recomputed/blocked"), C)));
    EXPECT_TRUE(same_bits(stored, example.run(find_variant("bisected/blocked"), C)));
  }
}

TEST(Gradient, AllocatesNothingPerSlice) {
  for (const Variant& variant : catalogue()) {
    auto allocated = [&](Index length) {
      const DrawnExample<float> example(small_model(), 1, length);
      const long before = counted_allocations();
      static_cast<void>(example.run(variant, 2));
      return counted_allocations() - before;
    };
    EXPECT_EQ(allocated(64), allocated(128)) << variant.name();
  }
}

TEST(Gradient, NeedsConstantMemoryForAnySequenceLength) {
  const Model model{.vocab_size = 3, .hidden_dim = 4, .layers = 1, .ffn_dim = 4, .heads = 1};
  auto peak = [&](const char* name, Index length) {
    const DrawnExample<float> example(model, 1, length);
    const std::int64_t tokens = ledger::now().of(MemoryTag::tokens);
    ledger::reset_peak();
    static_cast<void>(example.run(find_variant(name), 256));
    return ledger::peak().beyond_parameters - tokens;
  };
  for (const char* name : {"recovered/blocked", "wide/blocked", "exact/blocked"}) {
    EXPECT_EQ(peak(name, 1 << 10), peak(name, 1 << 16)) << name;
  }
}

TEST(Gradient, RefusesAnInvalidTask) {
  const DrawnExample<float> example(small_model(), 1, 4);
  EXPECT_THROW(static_cast<void>(example.run(catalogue().front(), 0)), ContractError);
  EXPECT_THROW(static_cast<void>(example.run(catalogue().front(), 2, 0)), ContractError);
}

TEST(Gradient, RefusesPartsThatOnlyTheReferenceHas) {
  Model learned = small_model();
  learned.position_rows = 8;
  const DrawnExample<float> with_positions(learned, 1, 4);
  DrawnExample<float> with_padding(small_model(), 1, 4);
  with_padding.sequences.add_mask();
  with_padding.sequences.mask(0)[1] = 0;
  with_padding.sequences.pad(0, 1, 0);
  for (const Variant& variant : catalogue()) {
    EXPECT_THROW(static_cast<void>(with_positions.run(variant, 2)), ContractError);
    EXPECT_THROW(static_cast<void>(with_padding.run(variant, 2)), ContractError);
  }
}

TEST(Gradient, TakesTheTanhFormOfGelu) {
  Model by_tanh = small_model();
  by_tanh.conventions.gelu_tanh = 1.0;
  const DrawnExample<Digits50> example(by_tanh, 1, 5);
  const GradientResult<Digits50> full = example.run(catalogue().front(), 5);
  EXPECT_LE(largest_difference(full, example.run(find_variant("recovered/blocked"), 2)),
            Digits50(1e-44));
  const DrawnExample<Digits50> exact(small_model(), 1, 5);
  EXPECT_GT(largest_difference(full, exact.run(catalogue().front(), 5)), Digits50(1e-9));
}

}  // namespace
}  // namespace slim::chunked
