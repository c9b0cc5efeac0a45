// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/attention_facts.hpp"

#include "properties/engine/cases/attention_spec.hpp"
#include "properties/tolerance/attention_evidence.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace slim::properties {
namespace {

/// Conventions of every part that features have.
std::vector<AttentionConventions> varied_conventions() {
  AttentionConventions of_jax{.divides_by_root_features = true,
                              .query_stabiliser = Stabiliser::per_row,
                              .key_stabiliser = Stabiliser::over_length};
  of_jax.epsilons = Epsilons(EpsilonPlace::feature, 1e-4);
  AttentionConventions of_unit_length{
      .unit_length = UnitLength::row, .scaling = Scaling::keys, .divides_by_sum = true};
  of_unit_length.epsilons[EpsilonPlace::length_squared] = 1e-3;
  AttentionConventions scaled = without_normaliser();
  scaled.output_scale_by = OutputScale::root_width;
  AttentionConventions of_keys;
  of_keys.keys.divides_by_length_sum = true;
  AttentionConventions of_running_sums;
  of_running_sums.keys.divides_by_running_sum = true;
  AttentionConventions of_key_sums = without_normaliser();
  of_key_sums.divides_by_key_sums = true;
  AttentionConventions of_whole_heads{.own_weight = 2.0, .unit_length = UnitLength::head};
  return {{},      of_jax,          of_unit_length, scaled,        without_normaliser(),
          of_keys, of_running_sums, of_key_sums,    of_whole_heads};
}

TEST(AttentionFacts, AreTheSameWithAndWithoutPullback) {
  for (const AttentionConventions& conventions : varied_conventions()) {
    for (const Index length : {4, 30}) {  // truth in 50 digits, and in long double
      for (const KeyMask mask : {KeyMask::none, KeyMask::first_only}) {
        AttentionSpec spec{.length = length,
                           .heads = 2,
                           .width = 3,
                           .value_width = 2,
                           .feature_map = parse_feature_map("favor+_2"),
                           .causal = !looks_ahead(conventions),
                           .mask = mask,
                           .seed = 5};
        std::vector<AttentionEvidence> both;
        for (const bool pullback : {true, false}) {
          spec.pullback = pullback;
          AttentionInputs<double> inputs = materialise(spec);
          inputs.conventions = conventions;
          both.emplace_back(std::move(inputs));
        }
        for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
          for (const AttentionArray array : {AttentionArray::out, AttentionArray::end}) {
            SCOPED_TRACE(readable(spec) + " " + to_text(conventions) + std::string(name(array)));
            EXPECT_EQ(both[0].unusable(scalar), both[1].unusable(scalar));
            const std::size_t entries = array_of(both[0].truth(scalar), array).values().size();
            for (std::size_t place = 0; place < entries; ++place) {
              const Digits50 apart = array_of(both[0].truth(scalar), array).values()[place] -
                                     array_of(both[1].truth(scalar), array).values()[place];
              EXPECT_LE(std::abs(to_double(apart)), 1e-45);
              const Band band = both[0].band(scalar, array, place);
              EXPECT_GT(band.pass, 0.0);
              EXPECT_EQ(band.pass, both[1].band(scalar, array, place).pass);
              EXPECT_EQ(band.suspect, both[1].band(scalar, array, place).suspect);
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace slim::properties
