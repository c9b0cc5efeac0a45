// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/gradient_specs.hpp"

#include "properties/engine/cases/cut_spec.hpp"
#include "properties/tolerance/gradient_evidence.hpp"
#include "properties/tolerance/insides.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/Random.h>

#include <algorithm>
#include <map>
#include <set>

namespace slim::properties {
namespace {

constexpr int many = 2000;

rc::Shrinkable<GradientSpec> drawn(int number) {
  static const rc::Gen<GradientSpec> specs = gradient_specs();
  return specs(rc::Random(static_cast<std::uint64_t>(number)), 5 * (number % 20 + 1));
}

TEST(GradientSpecs, StayWithinTheWorkThatFiftyDigitsAllow) {
  for (int i = 0; i < many; ++i) {
    const GradientSpec spec = drawn(i).value();
    require_valid(spec.model);
    EXPECT_LE(spec.batch * spec.length * spec.model.layers * spec.model.ffn_dim, 1000)
        << readable(spec);
    EXPECT_GE(spec.length, 1);
    EXPECT_GE(spec.slice_length, 1);
  }
}

TEST(GradientSpecs, HaveALongCaseInEvery20) {
  std::set<Index> lengths;
  bool several_blocks_in_a_slice = false;
  for (int first = 0; first < many; first += 20) {
    int of_long = 0;
    for (int i = first; i < first + 20; ++i) {
      const GradientSpec spec = drawn(i).value();
      if (spec.length <= 40 && spec.slice_length <= 30) continue;
      ++of_long;
      lengths.insert(spec.length);
      several_blocks_in_a_slice =
          several_blocks_in_a_slice || std::min(spec.length, spec.slice_length) > 64;
      EXPECT_LE(spec.model.layers * spec.model.hidden_dim, 4) << readable(spec);
    }
    EXPECT_LE(of_long, 1);
  }
  for (const Index length : {48, 64, 65, 129}) EXPECT_TRUE(lengths.contains(length)) << length;
  EXPECT_TRUE(several_blocks_in_a_slice);
}

TEST(GradientSpecs, ReachTheEdgesOfSlices) {
  std::map<std::string, int> seen;
  for (int i = 0; i < many; ++i) {
    const GradientSpec spec = drawn(i).value();
    const Index L = spec.length;
    const Index C = spec.slice_length;
    const auto count = [&](const char* what, bool is) { seen[what] += is && C > 1 ? 1 : 0; };
    count("1", L == 1);
    count("C - 1", L == C - 1);
    count("C", L == C);
    count("C + 1", L == C + 1);
    count("2C - 1", L == 2 * C - 1);
    count("C > L", C > L);
    count("ragged", L > C && L % C != 0);
    seen["C = 1"] += C == 1 && L > 1 ? 1 : 0;
  }
  ASSERT_EQ(seen.size(), 8U);
  for (const auto& [what, count] : seen) EXPECT_GE(count, many / 50) << what;
}

TEST(GradientSpecs, UseEveryOption) {
  std::set<std::string> maps;
  std::set<Norm> norms;
  std::set<MaskKind> masks;
  std::set<Index> batches;
  std::set<Index> layers;
  std::set<Index> head_widths;
  for (int i = 0; i < many; ++i) {
    const GradientSpec spec = drawn(i).value();
    maps.insert(name(spec.model.feature_map));
    norms.insert(spec.model.norm);
    masks.insert(spec.mask);
    batches.insert(spec.batch);
    layers.insert(spec.model.layers);
    head_widths.insert(spec.model.head_dim());
  }
  EXPECT_EQ(maps, (std::set<std::string>{"sqr", "relu", "elu+1", "abs", "favor+_1", "favor+_2"}));
  EXPECT_EQ(norms.size(), 2U);
  EXPECT_EQ(masks.size(), 7U);
  EXPECT_EQ(batches, (std::set<Index>{1, 2, 3}));
  EXPECT_EQ(layers, (std::set<Index>{1, 2, 3}));
  for (const Index width : {1, 2, 3, 5}) EXPECT_TRUE(head_widths.contains(width)) << width;
}

TEST(GradientSpecs, OftenHaveZeroDenominators) {
  constexpr int cases = 300;
  int zero = 0;
  int relu = 0;
  for (int i = 0; i < cases; ++i) {
    const GradientSpec spec = drawn(i).value();
    if (spec.model.feature_map.kind != FeatureKind::relu) continue;
    ++relu;
    zero += insides_of<Digits50>(materialise(spec)).has_zero_denominator ? 1 : 0;
  }
  EXPECT_GE(relu, cases / 8);
  EXPECT_GE(2 * zero, relu) << "at least half of the cases with ReLU have a denominator of 0";
  EXPECT_LT(zero, relu) << "and some have none, so that subtracting subjects are judged too";
}

TEST(GradientSpecs, ShrinkOnlyToSimplerValidSpecsAndEnd) {
  for (int i = 0; i < 100; ++i) {
    rc::Shrinkable<GradientSpec> at = drawn(i);
    int steps = 0;
    for (auto next = at.shrinks().next(); next; next = at.shrinks().next()) {
      require_valid(next->value().model);
      EXPECT_NE(next->value(), at.value());
      at = *next;
      ASSERT_LT(++steps, 200) << readable(at.value());
    }
    EXPECT_EQ(readable(at.value()),
              "L=2 C=1 B=1 V=2 s=1 d_model=4 k=1 d_ff=1 g=sqr norm=branch-output mask=none seed=0");
  }
}

TEST(CutSpecs, CutBetweenTheFirstAndTheLastTarget) {
  const rc::Gen<CutSpec> specs = cut_specs();
  int at_edge = 0;
  for (int i = 0; i < many; ++i) {
    const auto drawn_spec = specs(rc::Random(static_cast<std::uint64_t>(i)), 50);
    const CutSpec spec = drawn_spec.value();
    EXPECT_GE(spec.cut, 1);
    EXPECT_LT(spec.cut, spec.whole.length);
    const Index C = spec.whole.slice_length;
    at_edge += C > 1 && spec.cut % C == 0 ? 1 : 0;
    auto shrinks = drawn_spec.shrinks();
    for (auto next = shrinks.next(); next; next = shrinks.next()) {
      EXPECT_LT(next->value().cut, next->value().whole.length);
      EXPECT_GE(next->value().cut, 1);
    }
  }
  EXPECT_GE(at_edge, many / 10);
}

TEST(CutSpecs, BeginAtPositionsThatNarrowTypesDoNotRepresent) {
  const rc::Gen<CutSpec> specs = cut_specs(Begins::anywhere);
  std::map<Index, int> seen;
  for (int i = 0; i < 40; ++i) {
    const auto number = static_cast<std::uint64_t>(i);
    const auto drawn_spec = specs(rc::Random(number), 5 * (i % 20 + 1));
    const CutSpec spec = drawn_spec.value();
    ++seen[spec.first_position];
    const bool is_told = readable(spec).find(" from=") != std::string::npos;
    EXPECT_EQ(is_told, spec.first_position > 0);
    auto shrinks = drawn_spec.shrinks();
    if (spec.first_position > 0) {
      EXPECT_EQ(shrinks.next()->value().first_position, 0);
    }
  }
  EXPECT_EQ(seen, (std::map<Index, int>{
                      {0, 30}, {257, 2}, {2049, 2}, {4099, 2}, {65537, 2}, {70001, 2}}));
}

TEST(AllDigitsOfModels, AreThoseOfADouble) {
  GradientSpec spec{.length = 2};
  spec.model.feature_map.kind = FeatureKind::favor_plus;
  EXPECT_FALSE(has_digits_beyond_float32(materialise(spec)));
  spec.all_digits = true;
  const GradientCase c = materialise(spec);
  const auto is_beyond = [](double x) { return x != static_cast<double>(static_cast<float>(x)); };
  for (const ParameterSlot& slot : c.theta.slots()) {
    EXPECT_TRUE(std::ranges::all_of(c.theta.values(slot), is_beyond)) << slot.name;
  }
  EXPECT_TRUE(std::ranges::any_of(c.omega.values(), is_beyond));
  GradientEvidence evidence(c);
  EXPECT_GT(evidence.bounds(Scalar::float32).loss, evidence.bounds(Scalar::float64).loss);
}

TEST(Masks, CountTargetsAsNamed) {
  GradientSpec spec{.length = 7, .slice_length = 3, .batch = 2};
  const auto counted = [&](MaskKind kind) {
    spec.mask = kind;
    return materialise(spec).sequences.counted_targets();
  };
  EXPECT_EQ(counted(MaskKind::none), 14);
  EXPECT_EQ(counted(MaskKind::nothing), 0);
  EXPECT_EQ(counted(MaskKind::all_but_one), 1);
  EXPECT_EQ(counted(MaskKind::whole_slices), 6);
  EXPECT_EQ(counted(MaskKind::ragged), 4 + 7);
  EXPECT_EQ(counted(MaskKind::one_empty), 7);
  spec.mask = MaskKind::whole_slices;
  const Sequences whole_slices = materialise(spec).sequences;
  for (Index l = 0; l < 7; ++l) EXPECT_EQ(whole_slices.counts(1, l), l >= 3 && l < 6) << l;
}

}  // namespace
}  // namespace slim::properties
