#include "chunked/catalogue.hpp"
#include "chunked/counted_allocations.hpp"
#include "reference/vocabulary/contract.hpp"
#include "reference/vocabulary/draw.hpp"

#include <gtest/gtest.h>

namespace slim::chunked {
namespace {

/// A model and what it is run on, in scalar T.
template <class T>
struct Example {
  Model model;
  Parameters<T> theta;
  Projection<T> omega;
  Sequences sequences;

  Example(const Model& of, Index batch, Index length)
      : model(of),
        theta(converted<T>(draw_parameters(of, 1), of, MemoryTag::parameters)),
        omega(converted<T>(draw_projection(of, 1), of)),
        sequences(draw_sequences(batch, length, of.vocab_size, 1)) {}

  [[nodiscard]] GradientResult<T> run(const Variant& variant, Index slice_length,
                                      int threads = 1) const {
    const GradientTask<T> task{.model = model,
                               .theta = theta,
                               .omega = omega,
                               .sequences = sequences,
                               .slice_length = slice_length,
                               .threads = threads};
    GradientResult<T> result;
    variant.gradient.in<T>()(task, result);
    return result;
  }
};

Model small_model() {
  return {.vocab_size = 7, .hidden_dim = 12, .layers = 2, .ffn_dim = 20, .heads = 3};
}

template <class T>
bool same_bits(const GradientResult<T>& a, const GradientResult<T>& b) {
  return a.loss == b.loss && std::equal(a.gradient.values().begin(), a.gradient.values().end(),
                                        b.gradient.values().begin(), b.gradient.values().end());
}

template <class T>
T largest_difference(const GradientResult<T>& a, const GradientResult<T>& b) {
  using std::abs;
  T largest = abs(T(a.loss - b.loss));
  for (std::size_t i = 0; i < a.gradient.values().size(); ++i) {
    const T difference = abs(T(a.gradient.values()[i] - b.gradient.values()[i]));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

TEST(Gradient, IsThatOfTheFullPassForEverySliceLengthAndPair) {
  const Example<Digits50> example(small_model(), 2, 7);
  const GradientResult<Digits50> full = example.run(catalogue().front(), 7);
  for (const Variant& variant : catalogue()) {
    for (const Index C : {1, 3, 6, 100}) {
      EXPECT_LE(largest_difference(full, example.run(variant, C)), Digits50(1e-44))
          << variant.name() << " at C = " << C;
    }
  }
}

TEST(Gradient, DoesNotChangeABitWithTheNumberOfThreads) {
  Model model = small_model();
  model.hidden_dim = 264;
  model.ffn_dim = 300;
  const Example<float> example(model, 1, 70);
  for (const Variant& variant : catalogue()) {
    for (const Index C : {1, 33, 70}) {
      if (C == 1 && variant.boundary != "recovered") continue;  // many small tasks: slow
      const GradientResult<float> one = example.run(variant, C, 1);
      EXPECT_TRUE(same_bits(one, example.run(variant, C, 2))) << variant.name() << " at C = " << C;
      EXPECT_TRUE(same_bits(one, example.run(variant, C, 3))) << variant.name() << " at C = " << C;
    }
  }
}

TEST(Gradient, OfBoundariesThatStoreOrRecomputeHasTheSameBits) {
  const Example<double> example(small_model(), 1, 40);
  for (const Index C : {1, 3, 16}) {
    const GradientResult<double> stored = example.run(find_variant("stored/blocked"), C);
    EXPECT_TRUE(same_bits(stored, example.run(find_variant("recomputed/blocked"), C)));
    EXPECT_TRUE(same_bits(stored, example.run(find_variant("bisected/blocked"), C)));
  }
}

TEST(Gradient, AllocatesNothingPerSlice) {
  for (const Variant& variant : catalogue()) {
    auto allocated = [&](Index length) {
      const Example<float> example(small_model(), 1, length);
      const long before = counted_allocations();
      static_cast<void>(example.run(variant, 2));
      return counted_allocations() - before;
    };
    EXPECT_EQ(allocated(64), allocated(128)) << variant.name();
  }
}

TEST(Gradient, TakesOneGoAtALongSequenceInConstantMemory) {
  const Model model{.vocab_size = 3, .hidden_dim = 4, .layers = 1, .ffn_dim = 4, .heads = 1};
  auto peak = [&](const char* name, Index length) {
    const Example<float> example(model, 1, length);
    const std::int64_t tokens = ledger::now().of(MemoryTag::tokens);
    ledger::reset_peak();
    static_cast<void>(example.run(find_variant(name), 256));
    return ledger::peak().beyond_parameters - tokens;
  };
  for (const char* name : {"recovered/blocked", "wide/blocked", "exact/blocked"}) {
    EXPECT_EQ(peak(name, 1 << 10), peak(name, 1 << 16)) << name;
  }
}

TEST(Gradient, RefusesATaskThatMakesNoSense) {
  const Example<float> example(small_model(), 1, 4);
  EXPECT_THROW(static_cast<void>(example.run(catalogue().front(), 0)), ContractError);
  EXPECT_THROW(static_cast<void>(example.run(catalogue().front(), 2, 0)), ContractError);
}

}  // namespace
}  // namespace slim::chunked
