// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/faulty_attention.hpp"

#include "properties/engine/cases/attention_spec.hpp"
#include "properties/engine/cases/gradient_spec.hpp"
#include "properties/mutants/attention_in_model.hpp"
#include "properties/mutants/catalogue.hpp"
#include "reference/performer/attention.hpp"
#include "reference/performer/gradient.hpp"

#include <gtest/gtest.h>

#include <set>

namespace slim::properties {
namespace {

struct UnderConventions {
  const char* words;
  FeatureMap map;
  bool given;
  AttentionConventions conventions;
};

AttentionConventions with(const std::function<void(AttentionConventions&)>& change) {
  AttentionConventions conventions;
  change(conventions);
  return conventions;
}

/// Every convention at least once, as libraries combine them.
std::vector<UnderConventions> declarations() {
  using C = AttentionConventions;
  using enum EpsilonPlace;
  const FeatureMap favor{FeatureKind::favor_plus, 2};
  const FeatureMap relu{FeatureKind::relu, 1, true};
  std::vector<UnderConventions> all = {
      {"fast attention in JAX", favor, false, with([](C& c) {
         c.epsilons = {feature, 1e-4};
         c.divides_by_root_features = true;
         c.query_stabiliser = Stabiliser::per_row;
         c.key_stabiliser = Stabiliser::over_length;
       })},
      {"with one maximum of all keys, which has a gradient", favor, false, with([](C& c) {
         c.epsilons[divided_feature] = 1e-4;
         c.query_stabiliser = c.key_stabiliser = Stabiliser::over_all;
         c.stabiliser_detached = false;
       })},
      {"generalized ReLU", relu, false, with([](C& c) {
         c.epsilons = {feature, 1e-3};
         c.scaling = Scaling::both;
       })},
      {"linear transformers", {FeatureKind::elu_plus_one, 1, false}, false, with([](C& c) {
         c.epsilons = {denominator, 1e-6};
         c.elu_cancellation = 1.0;
       })},
      {"no normaliser", {FeatureKind::elu_plus_one, 1, false}, false, with([](C& c) {
         c = without_normaliser(c);
         c.output_scale_by = OutputScale::root_width;
       })},
      {"no normaliser, half", {FeatureKind::silu, 1, false}, false, with([](C& c) {
         c = without_normaliser(c);
         c.output_scale = 0.5;
       })},
      {"unit length", {FeatureKind::identity, 1, false}, false, with([](C& c) {
         c = without_normaliser(c);
         c.unit_length = UnitLength::row;
         c.epsilons[length_squared] = 1e-6;
         c.epsilons[length_clamped] = 1e-2;
       })},
      {"unit sum", {FeatureKind::elu_plus_one, 1, false}, false, with([](C& c) {
         c.divides_by_sum = true;
         c.epsilons[feature_sum] = 1e-3;
         c.epsilons[divided_query_feature] = 1e-4;
         c.epsilons[divided_key_feature] = 1e-5;
       })},
      {"hyperbolic", {FeatureKind::hyperbolic, 1, true}, false, with([](C& c) {
         c.norm_factor = true;
         c.scaling = Scaling::queries;
         c.input_scale = 0.7;
         c.epsilons[exponent] = 1e-3;
       })},
      {"slopes at kinks", {FeatureKind::relu, 1, false}, false, with([](C& c) {
         c.relu_slope_at_zero = 0.5;
         c.epsilons = {clamped, 0.05};
         c.scaling = Scaling::keys;
       })},
      {"softplus", {FeatureKind::softplus, 1, false}, false, with([](C& c) {
         c.softplus_threshold = 1.0;
         c.epsilons[query_feature] = 1e-3;
         c.epsilons[key_feature] = 1e-4;
       })},
      {"small denominators", {FeatureKind::absolute, 1, false}, false, with([](C& c) {
         c.absolute_slope_at_zero = 1.0;
         c.epsilons[when_small] = 0.05;
         c.epsilons[sums] = 1e-3;
       })},
      {"parts of keys", {FeatureKind::softmax, 1, false}, false, with([](C& c) {
         c.keys.map = FeatureKind::exponential;
         c.keys.input_scale = 0.7;
         c.keys.unit_length = UnitLength::row;
         c.keys.divides_by_length_sum = true;
       })},
      {"divided by the length, scaled", {FeatureKind::sigmoid, 1, false}, false, with([](C& c) {
         c = without_normaliser(c);
         c.normaliser = Normaliser::length;
         c.output_scale = 0.5;
         c.feature_scale = 3.0;
       })},
      {"divided by the number of keys", {FeatureKind::relu, 1, false}, false, with([](C& c) {
         c = without_normaliser(c);
         c.normaliser = Normaliser::keys;
         c.own_weight = 0.5;
       })},
      {"divided by the position", {FeatureKind::silu, 1, false}, false, with([](C& c) {
         c = without_normaliser(c);
         c.normaliser = Normaliser::position;
       })},
      {"scaled averages", {FeatureKind::elu_plus_one, 1, false}, false, with([](C& c) {
         c.output_scale_by = OutputScale::root_width;
         c.own_weight = 2.0;
         c.keys.feature_scale = 0.7;
       })},
      {"softmax of keys over the rows so far",
       {FeatureKind::softmax, 1, false},
       false,
       with([](C& c) {
         c = without_normaliser(c);
         c.keys.map = FeatureKind::exponential;
         c.divides_by_key_sums = true;
         c.epsilons[sums] = 1e-2;
       })},
      {"keys over their running sums", {FeatureKind::softmax, 1, false}, false, with([](C& c) {
         c = without_normaliser(c);
         c.keys.map = FeatureKind::exponential;
         c.keys.divides_by_running_sum = true;
       })},
      {"a length of all heads", {FeatureKind::identity, 1, false}, false, with([](C& c) {
         c.unit_length = UnitLength::sequence;
         c.keys.unit_length = UnitLength::head;
         c.own_weight_is_length = true;
       })},
      {"given features", {}, true, with([](C& c) { c.epsilons[sums] = 1e-2; })},
  };
  return all;
}

AttentionInputs<Digits50> inputs_under(const UnderConventions& declared, bool causal,
                                       std::uint64_t seed) {
  AttentionSpec spec{.length = 5, .slice_length = 2, .batch = 2, .heads = 2};
  spec.width = 3;
  spec.value_width = 2;
  spec.feature_map = declared.map;
  spec.features_given = declared.given;
  spec.causal = causal;
  spec.has_start = spec.has_end_cotangent = true;
  spec.mask = KeyMask::scattered;
  spec.entries = seed % 2 == 0 ? Entries::normal : Entries::zeros;
  spec.seed = seed;
  AttentionInputs<double> inputs = materialise(spec);
  inputs.conventions = declared.conventions;
  return converted<Digits50>(inputs);
}

/// The largest entry of one array less the other's, or infinity.
double apart(const Heads<Digits50>& one, const Heads<Digits50>& other) {
  if (one.values().size() != other.values().size()) return HUGE_VAL;
  double largest = 0.0;
  for (std::size_t i = 0; i < one.values().size(); ++i) {
    const double here = std::abs(to_double(Digits50(one.values()[i] - other.values()[i])));
    largest = here <= largest ? largest : here;
  }
  return largest;
}

TEST(FaultyAttention, WithoutAFaultIsTheReferenceUnderEveryConvention) {
  const AttentionFunctions none = mutants::faulty_attention(mutants::Fault::none);
  for (const UnderConventions& declared : declarations()) {
    for (int number = 0; number < 4; ++number) {
      const auto inputs = inputs_under(declared, number < 2, static_cast<std::uint64_t>(number));
      AttentionResult<Digits50> one, other;
      none.in<Digits50>()(inputs.task(), one);
      reference::attention(inputs.task(), other);
      const std::string where = std::string(declared.words) + ", case " + std::to_string(number);
      const auto expect_equal = [&](const Heads<Digits50>& x, const Heads<Digits50>& y) {
        ASSERT_FALSE(y.empty()) << where;
        EXPECT_LE(apart(x, y), 1e-30) << where;
      };
      expect_equal(one.out, other.out);
      expect_equal(one.end, other.end);
      expect_equal(one.dq, other.dq);
      expect_equal(one.dk, other.dk);
      expect_equal(one.dv, other.dv);
      expect_equal(one.start_gradient, other.start_gradient);
    }
  }
}

TEST(FaultyAttention, DiffersUnderTheseConventionsWithAFault) {
  for (const UnderConventions& declared : declarations()) {
    const auto inputs = inputs_under(declared, true, 0);
    AttentionResult<Digits50> right;
    reference::attention(inputs.task(), right);
    using enum mutants::Fault;
    for (const auto fault : {next_key_seen, last_row_of_slice_dropped, mask_ignored,
                             mask_zeroes_values_only, start_added_twice}) {
      const AttentionConventions& own = declared.conventions;
      const bool counts_keys = own.normaliser == Normaliser::denominator ||
                               own.normaliser == Normaliser::keys || own.divides_by_key_sums ||
                               own.keys.divides_over_rows();
      const bool shows = fault != mask_zeroes_values_only || counts_keys;
      AttentionResult<Digits50> wrong;
      mutants::faulty_attention(fault).in<Digits50>()(inputs.task(), wrong);
      EXPECT_EQ(apart(right.out, wrong.out) > 1e-9, shows)
          << declared.words << " " << static_cast<int>(fault);
    }
  }
}

TEST(FaultyAttention, OfTheGradientAloneHasTheRightOutputAndEndState) {
  const std::vector<UnderConventions> of_the_paper = {
      {"the paper's conventions", {FeatureKind::favor_plus, 2}, false, {}}};
  std::size_t of_gradients = 0;
  for (const mutants::Mutant& mutant : mutants::catalogue()) {
    if (!mutant.in_gradient_alone) continue;
    ++of_gradients;
    for (const UnderConventions& declared :
         mutant.any_conventions ? declarations() : of_the_paper) {
      const auto inputs = inputs_under(declared, true, 0);
      AttentionResult<Digits50> right, wrong;
      reference::attention(inputs.task(), right);
      mutant.attention.in<Digits50>()(inputs.task(), wrong);
      EXPECT_LE(apart(right.out, wrong.out), 1e-30) << mutant.name << ", " << declared.words;
      EXPECT_LE(apart(right.end, wrong.end), 1e-30) << mutant.name << ", " << declared.words;
    }
  }
  EXPECT_GT(of_gradients, 20U);
}

TEST(FaultyAttention, InAModelIsTheReferenceUnderEveryConstant) {
  const GradientFunctions none =
      mutants::in_a_model(mutants::faulty_attention(mutants::Fault::none));
  for (const FeatureKind kind :
       {FeatureKind::relu, FeatureKind::absolute, FeatureKind::favor_plus}) {
    GradientSpec spec;
    spec.model.feature_map.kind = kind;
    spec.length = 5;
    spec.slice_length = 2;
    spec.batch = 2;
    spec.model.conventions = {.denominator_epsilon = 1e-2,
                              .layer_norm_epsilon = 1e-3,
                              .loss_epsilon = 1e-2,
                              .relu_slope_at_zero = 0.5,
                              .absolute_slope_at_zero = 1.0,
                              .position_base = 100.0,
                              .gelu_tanh = 1.0};
    const GradientCase c = materialise(spec);
    const GradientTask<double> task{.model = c.model,
                                    .theta = c.theta,
                                    .omega = c.omega,
                                    .sequences = c.sequences,
                                    .slice_length = c.slice_length};
    GradientResult<double> one, other;
    none.in<double>()(task, one);
    reference::gradient(task, other);
    EXPECT_NEAR(one.loss, other.loss, 1e-13);
    for (std::size_t i = 0; i < other.gradient.values().size(); ++i) {
      ASSERT_NEAR(one.gradient.values()[i], other.gradient.values()[i], 1e-11)
          << name(kind) << ", entry " << i;
    }
  }
}

TEST(Mutants, HaveDifferentNamesAndDescriptions) {
  std::set<std::string> names, descriptions;
  for (const mutants::Mutant& mutant : mutants::catalogue()) {
    EXPECT_TRUE(names.insert(mutant.name).second) << mutant.name;
    EXPECT_LE(mutant.name.size(), 47U) << mutant.name << " is wider than the table of mutants";
    EXPECT_FALSE(mutant.seen.empty()) << mutant.name;
    const bool of_models = !mutant.attention.offers_any();
    EXPECT_TRUE(descriptions.insert(mutant.description + (of_models ? "in models" : "")).second)
        << mutant.description;
  }
}

}  // namespace
}  // namespace slim::properties
