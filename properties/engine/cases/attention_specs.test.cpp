// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/attention_specs.hpp"

#include "properties/engine/cases/attention_design.hpp"
#include "reference/vocabulary/case_file/attention_case.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/Random.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace slim::properties {
namespace {

constexpr int drawn_specs = 2000;

AttentionSpec as_it_is(AttentionSpec spec) {
  return spec;
}

AttentionSpec drawn_attention_spec(int number) {
  static const rc::Gen<AttentionSpec> specs = attention_specs(as_it_is);
  return specs(rc::Random(static_cast<std::uint64_t>(number)), 5 * (number % 20 + 1)).value();
}

TEST(AttentionSpecs, StayWithinTheWorkThatFiftyDigitsAllow) {
  for (int i = 0; i < drawn_specs; ++i) {
    const AttentionSpec spec = drawn_attention_spec(i);
    const Index one_head = spec.length * spec.features() * spec.value_width;
    EXPECT_LE(spec.batch * spec.heads * one_head, std::max<Index>(900, one_head)) << readable(spec);
    const bool long_and_thin = spec.length > 24;
    if (long_and_thin) {
      EXPECT_LE(spec.length, 257) << readable(spec);
      EXPECT_LE(std::max(spec.features(), spec.value_width), 2) << readable(spec);
      EXPECT_LE(spec.length, 18 * spec.slice_length) << readable(spec);
    }
    if (std::max(spec.width, spec.value_width) > 5) {
      EXPECT_LE(spec.length, 3) << readable(spec);
    }
    EXPECT_TRUE(spec.cut == 1 || (spec.cut > 1 && spec.cut < spec.length)) << readable(spec);
  }
}

TEST(AttentionSpecs, HaveFewerRowsIfASubjectRequiresManyHeadsAndWideRows) {
  const Restrictions limits{.heads = 12, .width = 64, .values_as_keys = true};
  const rc::Gen<AttentionSpec> specs =
      attention_specs([&](const AttentionSpec& spec) { return within(limits, spec); });
  Index longest = 0;
  for (int i = 0; i < 100; ++i) {
    const AttentionSpec spec =
        specs(rc::Random(static_cast<std::uint64_t>(i)), 5 * (i % 20 + 1)).value();
    const Index work =
        spec.batch * spec.heads * spec.length * (spec.width + spec.value_width) * spec.features();
    EXPECT_LE(static_cast<double>(work), most_designed_work / 10.0) << readable(spec);
    EXPECT_EQ(within(limits, spec), spec) << readable(spec);
    longest = std::max(longest, spec.length);
  }
  EXPECT_GE(longest, 9);
}

TEST(AttentionSpecs, IncludeEveryHardKindOfCase) {
  std::map<std::string, int> seen;
  for (int i = 0; i < drawn_specs; ++i) {
    const AttentionSpec spec = drawn_attention_spec(i);
    const Index L = spec.length;
    const Index C = spec.slice_length;
    const auto count = [&](const std::string& what, bool is) { seen[what] += is ? 1 : 0; };
    count("L = 1", L == 1);
    count("L = C - 1", C > 2 && L == C - 1);
    count("L = C", C > 1 && L == C);
    count("L = C + 1", C > 1 && L == C + 1);
    count("L = 2C - 1", C > 1 && L == 2 * C - 1);
    count("C > L", C > L);
    count("ragged", L > C && L % C != 0);
    count("D_v < D", spec.value_width < spec.width);
    count("D_v > D", spec.value_width > spec.width);
    count("D = 1", spec.width == 1);
    count("batch and heads", spec.batch > 1 && spec.heads > 1);
    count("bidirectional", !spec.causal);
    count("start", spec.has_start);
    count("end", spec.has_end_cotangent);
    count("cut at an edge", L > C && spec.cut % C == 0);
    count("cut within", C > 1 && spec.cut % C != 0);
    for (int mask = 0; mask < 6; ++mask) {
      const auto kind = static_cast<KeyMask>(mask);
      count("mask " + std::string(name(kind)), spec.mask == kind);
    }
    for (int entries = 0; entries < 7; ++entries) {
      const auto kind = static_cast<Entries>(entries);
      count("entries " + std::string(name(kind)), spec.entries == kind);
    }
    count("given", spec.features_given);
    count("map " + name(spec.feature_map), true);
  }
  EXPECT_GE(seen.size(), 35U);
  for (const auto& [what, count] : seen) EXPECT_GE(count, drawn_specs / 60) << what;
}

TEST(AttentionSpecs, HaveTwoLongCasesAWideOneAndTwoNearEpsilonInEvery20) {
  for (int first = 0; first < drawn_specs; first += 20) {
    int of_long = 0;
    int of_wide = 0;
    int next_to_epsilon = 0;
    for (int i = first; i < first + 20; ++i) {
      const AttentionSpec spec = drawn_attention_spec(i);
      of_long += spec.length > 24 ? 1 : 0;
      of_wide += std::max(spec.width, spec.value_width) > 5 ? 1 : 0;
      next_to_epsilon += spec.entries == Entries::near_epsilon ? 1 : 0;
    }
    EXPECT_EQ(of_long, 2);
    EXPECT_EQ(of_wide, 1);
    EXPECT_GE(next_to_epsilon, 2);
  }
}

TEST(AttentionSpecs, ReachSizesAroundBlocksOfRowsAndRegisters) {
  std::map<std::string, int> seen;
  for (int i = 0; i < drawn_specs; ++i) {
    const AttentionSpec spec = drawn_attention_spec(i);
    const Index wide = std::max(spec.width, spec.value_width);
    if (spec.length > 24) ++seen["L % 16 = " + std::to_string(spec.length % 16)];
    if (wide > 5) ++seen[(spec.width > 5 ? "D % 8 = " : "D_v % 8 = ") + std::to_string(wide % 8)];
    const Index rows = std::min(spec.length, spec.slice_length);
    if (rows > 64) ++seen["more than a block of 64 rows in a slice"];
    if (rows > 128) ++seen["more than two"];
  }
  for (const char* what : {"L % 16 = 15", "L % 16 = 0", "L % 16 = 1", "D % 8 = 7", "D % 8 = 0",
                           "D % 8 = 1", "D_v % 8 = 7", "D_v % 8 = 0", "D_v % 8 = 1",
                           "more than a block of 64 rows in a slice", "more than two"}) {
    EXPECT_GE(seen[what], 2) << what;
  }
}

TEST(AttentionSpecs, MaterialiseIntoValidTasksOfFloat32Numbers) {
  for (int i = 0; i < 200; ++i) {
    const AttentionSpec spec = drawn_attention_spec(i);
    const AttentionInputs<double> inputs = materialise(spec);
    EXPECT_NO_THROW(require_valid(inputs.task())) << readable(spec);
    for (const Heads<double>* heads : {&inputs.q, &inputs.k, &inputs.v, &inputs.start}) {
      for (const double x : heads->values()) {
        EXPECT_EQ(x, static_cast<double>(static_cast<float>(x))) << readable(spec);
      }
    }
  }
}

TEST(AttentionSpecs, HaveRowsWithoutFeaturesAndMaskedSlices) {
  AttentionSpec spec;
  spec.length = 12;
  spec.width = 3;
  spec.feature_map.kind = FeatureKind::relu;
  spec.entries = Entries::zeros;
  const AttentionInputs<double> zeros = materialise(spec);
  int rows_without = 0;
  for (Index l = 0; l < spec.length; ++l) {
    rows_without += (zeros.k(0, 0).row(l).array() <= 0.0).all() ? 1 : 0;
  }
  EXPECT_GE(rows_without, 2);
  spec.mask = KeyMask::whole_slices;
  spec.slice_length = 4;
  const std::vector<std::uint8_t> mask = materialise(spec).key_mask;
  EXPECT_EQ(mask, (std::vector<std::uint8_t>{0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0}));
}

TEST(AttentionSpecs, HaveNumbersFarFromOneAndSubnormalOnes) {
  AttentionSpec spec;
  spec.length = 8;
  spec.width = spec.value_width = 4;
  spec.entries = Entries::far;
  double least = 1.0;
  double largest = 1.0;
  for (spec.seed = 0; spec.seed < 50; ++spec.seed) {
    const AttentionInputs<double> inputs = materialise(spec);
    for (const Heads<double>* heads : {&inputs.q, &inputs.k, &inputs.v, &inputs.out_cotangent}) {
      least = std::min(least, std::abs(heads->values().front()));
      largest = std::max(largest, std::abs(heads->values().front()));
    }
  }
  EXPECT_LE(least, 1e-20);
  EXPECT_GE(largest, 1e20);
  spec.entries = Entries::opposite;
  for (const FeatureKind kind : {FeatureKind::square, FeatureKind::absolute}) {
    spec.feature_map.kind = kind;
    const AttentionInputs<double> inputs = materialise(spec);
    const double power = kind == FeatureKind::square ? 2.0 : 1.0;
    EXPECT_GE(std::pow(inputs.q(0, 0).cwiseAbs().maxCoeff(), power), 1e10);
    EXPECT_LE(std::pow(inputs.k(0, 0).cwiseAbs().minCoeff(), power), 1e-10);
  }
  spec.entries = Entries::subnormal;
  int subnormal = 0;
  for (const double x : materialise(spec).k.values()) {
    subnormal += std::fpclassify(static_cast<float>(x)) == FP_SUBNORMAL ? 1 : 0;
  }
  EXPECT_GE(subnormal, 5) << "of 32";
}

TEST(AttentionSpecs, ShrinkToSmallerOnesWithTwoRowsAndColumns) {
  const AttentionSpec simplest{.length = 2, .width = 2, .value_width = 2};
  EXPECT_TRUE(smaller_specs(simplest, as_it_is).empty());
  const AttentionSpec one;
  for (const AttentionSpec& larger : smaller_specs(one, as_it_is)) {
    EXPECT_EQ(larger.length + larger.width + larger.value_width, 4) << readable(larger);
  }
  for (int i = 0; i < 100; ++i) {
    const AttentionSpec spec = drawn_attention_spec(i);
    for (const AttentionSpec& smaller : smaller_specs(spec, as_it_is)) {
      EXPECT_NE(smaller, spec);
      EXPECT_LE(smaller.length * smaller.heads * smaller.batch,
                std::max<Index>(2, spec.length) * spec.heads * spec.batch);
    }
  }
}

TEST(AttentionCaseFile, PreservesTheCase) {
  for (int i = 0; i < 100; ++i) {
    const AttentionInputs<double> inputs = materialise(drawn_attention_spec(i));
    const AttentionInputs<double> again = to_attention_inputs(to_case_file(inputs));
    const auto same = [](const Heads<double>& a, const Heads<double>& b) {
      return a.sizes() == b.sizes() && std::ranges::equal(a.values(), b.values());
    };
    EXPECT_TRUE(same(inputs.q, again.q) && same(inputs.k, again.k) && same(inputs.v, again.v));
    EXPECT_TRUE(same(inputs.omega, again.omega) && same(inputs.start, again.start));
    EXPECT_TRUE(same(inputs.out_cotangent, again.out_cotangent));
    EXPECT_TRUE(same(inputs.end_cotangent, again.end_cotangent));
    EXPECT_EQ(inputs.key_mask, again.key_mask);
    EXPECT_EQ(inputs.features_given, again.features_given);
    EXPECT_EQ(inputs.causal, again.causal);
    EXPECT_EQ(inputs.slice_length, again.slice_length);
    EXPECT_EQ(inputs.conventions, again.conventions);
  }
}

TEST(AttentionCaseFile, NamesMissingAndMisshapenTensors) {
  AttentionSpec spec;
  spec.has_start = true;
  const auto message_without = [&](const auto& change) {
    CaseFile file = to_case_file(materialise(spec));
    change(file);
    try {
      to_attention_inputs(file);
    } catch (const ContractError& error) {
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  const auto expect_named = [&](const auto& change, const std::string& named) {
    const std::string message = message_without(change);
    EXPECT_NE(message.find(named), std::string::npos) << message;
  };
  expect_named([](CaseFile& file) { file.tensors.erase("k"); }, "k");
  expect_named([](CaseFile& file) { file.tensors.erase("initial.S"); }, "initial.S");
  expect_named([](CaseFile& file) { file.metadata.erase("causal"); }, "causal");
  expect_named([](CaseFile& file) { file.metadata["task"] = "gradient"; }, "task");
  expect_named([](CaseFile& file) { file.metadata["chunk"] = "0"; }, "chunk");
  const std::vector<double> two = {1.0, 2.0};
  expect_named(
      [&](CaseFile& file) { file.tensors["v"] = make_tensor({2}, std::span<const double>(two)); },
      "v");
}

}  // namespace
}  // namespace slim::properties
