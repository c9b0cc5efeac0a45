// SPDX-License-Identifier: Apache-2.0
// Boundary `exact` in whole models restores every state bit for bit.

#include "chunked/drawn_example.hpp"
#include "chunked/prefix_sums/prefix_sum.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace slim::chunked {
namespace {

/// A 64-bit hash of the bits of one layer's sums.
template <class T>
std::size_t fingerprint(const LayerSums<const T>& sums) {
  const auto bytes = static_cast<std::size_t>(sums.size()) * sizeof(T);
  return std::hash<std::string_view>()(
      std::string_view(reinterpret_cast<const char*>(sums.data()), bytes));
}

/// Wraps a boundary and counts the starts and sums of slices and layers whose bits differ between
/// the forward and the backward sweep.
template <class T>
class SweepComparison final : public Boundary<T> {
 public:
  explicit SweepComparison(const char* name) : inner_(make_boundary<T>(name)) {}

  Index compared = 0;
  Index differing_starts = 0;
  Index differing_sums = 0;

  [[nodiscard]] std::int64_t least_bytes(const StateSizes& sizes, Index slices) const override {
    return inner_->least_bytes(sizes, slices);
  }
  void begin(const StateSizes& sizes, Index slices, Start<T> start) override {
    layers_ = sizes.layers;
    last_ = slices - 1;
    recorded_.assign(static_cast<std::size_t>(slices * layers_), {});
    inner_->begin(sizes, slices, start);
  }
  LayerSums<const T> start(Index n, Index r) const override { return inner_->start(n, r); }
  void advance(Index n, Index r, LayerSums<const T> sum) override {
    recorded(n, r) = {fingerprint<T>(inner_->start(n, r)), fingerprint<T>(sum)};
    inner_->advance(n, r, sum);
    if (n + 1 == last_) recorded(last_, r).start = fingerprint<T>(inner_->start(last_, r));
  }
  bool restart() override { return inner_->restart(); }
  [[nodiscard]] Index restarts() const override { return inner_->restarts(); }
  [[nodiscard]] bool needs_slice_sum(Index n) const override { return inner_->needs_slice_sum(n); }
  void restore(Index n, Index r, LayerSums<const T> sum) override {
    inner_->restore(n, r, sum);
    ++compared;
    differing_starts += fingerprint<T>(inner_->start(n, r)) != recorded(n, r).start ? 1 : 0;
    differing_sums += sum.size() > 0 && fingerprint<T>(sum) != recorded(n, r).sum ? 1 : 0;
  }

 private:
  struct Recorded {
    std::size_t start = 0;
    std::size_t sum = 0;
  };
  Recorded& recorded(Index n, Index r) {
    return recorded_[static_cast<std::size_t>(n * layers_ + r)];
  }

  std::unique_ptr<Boundary<T>> inner_;
  Index layers_ = 0;
  Index last_ = 0;
  std::vector<Recorded> recorded_;
};

/// `stored` on the grid of `exact`: that boundary adds the sums, and every state is stored, so that
/// nothing is subtracted.
template <class T>
class StoredOnGrid final : public Boundary<T> {
 public:
  [[nodiscard]] std::int64_t least_bytes(const StateSizes& sizes, Index slices) const override {
    return grid_->least_bytes(sizes, slices) + slices * state_bytes<T>(sizes);
  }
  void begin(const StateSizes& sizes, Index slices, Start<T> start) override {
    heads_ = sizes.heads;
    starts_ = State<T>(sizes, slices);
    grid_->begin(sizes, slices, start);
    for (Index r = 0; r < sizes.layers; ++r) layer(0, r) = grid_->start(0, r);
  }
  LayerSums<const T> start(Index n, Index r) const override {
    return layer_sums(starts_, n, r, heads_);
  }
  void advance(Index n, Index r, LayerSums<const T> sum) override {
    grid_->advance(n, r, sum);
    layer(n + 1, r) = grid_->start(n + 1, r);
  }
  bool restart() override { return grid_->restart(); }
  [[nodiscard]] Index restarts() const override { return grid_->restarts(); }
  [[nodiscard]] bool needs_slice_sum(Index /*n*/) const override { return false; }
  void restore(Index /*n*/, Index /*r*/, LayerSums<const T> /*sum*/) override {}

 private:
  LayerSums<T> layer(Index n, Index r) { return layer_sums(starts_, n, r, heads_); }

  std::unique_ptr<Boundary<T>> grid_ = make_boundary<T>("exact");
  Index heads_ = 0;
  State<T> starts_;
};

/// Wraps a prefix sum and counts the rows whose denominator is exactly 0.
template <class T>
class CountsZeroDenominators final : public PrefixSum<T> {
 public:
  using Sizes = typename PrefixSum<T>::Sizes;
  mutable Index zeros = 0;

  [[nodiscard]] Index kept(const Sizes& sizes) const override { return inner_->kept(sizes); }
  [[nodiscard]] Index scratch(const Sizes& sizes) const override { return inner_->scratch(sizes); }
  void forward(const HeadSlice<T>& head, StridedView<T> Y, std::span<T> kept,
               std::span<T> scratch) const override {
    Vector<T> S = head.S;
    for (Index l = 0; l < head.rows(); ++l) {
      S += head.gK.row(l).transpose();
      zeros += S.dot(head.gQ.row(l)) == T(0) ? 1 : 0;
    }
    inner_->forward(head, Y, kept, scratch);
  }
  void pull_back(const HeadSlice<T>& head, HeadCotangents<T> cotangents, std::span<T> kept,
                 std::span<T> scratch) const override {
    inner_->pull_back(head, cotangents, kept, scratch);
  }

 private:
  std::unique_ptr<PrefixSum<T>> inner_ = make_prefix_sum<T>("iterative");
};

/// Heads of width 2, so that many denominators are 0 with ReLU.
Model narrow_model(FeatureKind kind) {
  return {.vocab_size = 7,
          .hidden_dim = 8,
          .layers = 2,
          .ffn_dim = 8,
          .heads = 4,
          .feature_map = {.kind = kind, .blocks = 2}};
}

/// Expects that every state is restored, and that the gradient equals that of `stored` on the same
/// grid.
template <class T>
void expect_exact(const DrawnExample<T>& example, Index slice_length) {
  SweepComparison<T> comparison("exact");
  CountsZeroDenominators<T> prefix_sum;
  GradientResult<T> result;
  gradient<T>(example.task(slice_length), result, comparison, prefix_sum);
  const Index N = (example.sequences.length() + slice_length - 1) / slice_length;
  EXPECT_EQ(comparison.compared, example.sequences.batch() * example.model.layers * N);
  EXPECT_EQ(comparison.differing_starts, 0);
  EXPECT_EQ(comparison.differing_sums, 0);
  if (example.model.feature_map.kind == FeatureKind::relu) {
    EXPECT_GT(prefix_sum.zeros, 10);
  }

  StoredOnGrid<T> stored;
  const GradientResult<T> of_stored = example.run(stored, "iterative", slice_length);
  EXPECT_TRUE(same_bits(result, of_stored)) << slice_length;
  EXPECT_EQ(result.restarts, of_stored.restarts);
}

template <class T>
class ExactIn : public testing::Test {};
using HardwareScalars = testing::Types<float, double>;
TYPED_TEST_SUITE(ExactIn, HardwareScalars);

TYPED_TEST(ExactIn, RestoresEveryStateAndAgreesWithStoredOnItsGrid) {
  for (const FeatureKind kind : {FeatureKind::square, FeatureKind::relu, FeatureKind::elu_plus_one,
                                 FeatureKind::absolute, FeatureKind::favor_plus}) {
    for (const Index C : {1, 3, 16}) {
      expect_exact(DrawnExample<TypeParam>(narrow_model(kind), 2, 100), C);
    }
  }
}

TYPED_TEST(ExactIn, RestoresEveryStateOverSixteenThousandSlices) {
  expect_exact(DrawnExample<TypeParam>(narrow_model(FeatureKind::relu), 1, 1 << 14), 1);
}

/// Takes half a minute; run it with --gtest_also_run_disabled_tests.
TYPED_TEST(ExactIn, DISABLED_RestoresEveryStateOverAMillionSlices) {
  expect_exact(DrawnExample<TypeParam>(narrow_model(FeatureKind::relu), 1, 1 << 20), 1);
}

TYPED_TEST(ExactIn, RestoresAStartThatTheGridWouldRound) {
  const DrawnExample<TypeParam> example(narrow_model(FeatureKind::square), 1, 6);
  State<TypeParam> start(example.model, 1);
  for (TypeParam& value : start.values()) value = TypeParam(1);
  start.R(0, 0, 0)(0, 0) = std::ldexp(TypeParam(1), -120);
  GradientTask<TypeParam> task = example.task(2);
  task.start = &start;
  SweepComparison<TypeParam> comparison("exact");
  GradientResult<TypeParam> result;
  gradient<TypeParam>(task, result, comparison, *make_prefix_sum<TypeParam>("iterative"));
  EXPECT_EQ(comparison.differing_starts, 0);
}

/// An example with one token that has much larger keys than the others and occurs first in the
/// middle.
template <class T>
DrawnExample<T> with_a_large_token(int exponent) {
  DrawnExample<T> example(narrow_model(FeatureKind::square), 1, 64);
  for (std::int32_t& token : example.sequences.tokens(0)) token %= 6;
  example.sequences.tokens(0)[32] = 6;
  example.theta.input_map().row(6) *= std::ldexp(T(1), exponent);
  return example;
}

TYPED_TEST(ExactIn, RestartsOnceOnACoarserGridWhenALateKeyIsHuge) {
  // R grows by the cube of the token's factor: beyond the upper half of the spare digits, but not
  // so far that the early key sums lose digits.
  const auto example = with_a_large_token<TypeParam>(std::is_same_v<TypeParam, float> ? 22 : 17);
  EXPECT_EQ(example.run(find_variant("exact/iterative"), 1).restarts, 1);
  EXPECT_EQ(with_a_large_token<TypeParam>(0).run(find_variant("exact/iterative"), 1).restarts, 0);
  expect_exact(example, 1);
  expect_exact(example, 4);
}

TEST(Exact, RefusesAKeySumThatIsTooSmallForTheGrid) {
  const auto example = with_a_large_token<double>(45);
  try {
    static_cast<void>(example.run(find_variant("exact/iterative"), 1));
    FAIL() << "a key sum lost digits";
  } catch (const ContractError& error) {
    EXPECT_NE(std::string_view(error.what()).find("use 'stored'"), std::string_view::npos)
        << error.what();
  }
}

TYPED_TEST(ExactIn, ComparisonDetectsStatesThatAreNotRestored) {
  const DrawnExample<TypeParam> example(narrow_model(FeatureKind::relu), 1, 100);
  SweepComparison<TypeParam> comparison("recovered");
  static_cast<void>(example.run(comparison, "iterative", 1));
  EXPECT_GT(comparison.differing_starts, 50);
}

}  // namespace
}  // namespace slim::chunked
