// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/random.hpp"
#include "reference/vocabulary/task/attention_inputs.hpp"

#include <array>
#include <cmath>
#include <initializer_list>

namespace slim::reference {

/// For tests: small attention tasks with every option chosen at random, with a pullback. Entries
/// are float32 values. The seed selects the feature map. No denominator, including its ε, is 0.
class DrawnAttention {
 public:
  /// `composed`: of any map and any parts, with any number of ε, else of the paper's maps with one.
  explicit DrawnAttention(std::uint64_t seed, bool composed = false)
      : choices_(seed, composed ? 1 : 0), seed_(seed), composed_(composed) {}

  AttentionInputs<double> draw() {
    AttentionInputs<double> inputs;
    const Index B = pick({1, 2});
    const Index H = pick({1, 2});
    const Index L = pick({1, 2, 3, 5, 7});
    const Index D = pick({1, 2, 3, 4});
    const Index d = pick({1, 2, 3, 5});
    if (composed_) {
      draw_parts(inputs);
    } else {
      draw_map(inputs);
      draw_conventions(inputs);
    }
    inputs.causal = flip();
    inputs.wants_pullback = true;
    inputs.slice_length = pick({1, 2, 3, 4, 100});
    const bool only_positive =
        inputs.features_given || (inputs.conventions.epsilons[EpsilonPlace::sums] > 0.0 &&
                                  inputs.feature_map.kind == FeatureKind::relu);
    inputs.q = heads({B, H, L, D}, only_positive);
    inputs.k = heads({B, H, L, D}, inputs.features_given);
    inputs.v = heads({B, H, L, d}, false);
    const Index M = inputs.features_given ? D : inputs.feature_map.features(D);
    if (inputs.feature_map.is_projected() && !inputs.features_given) {
      inputs.omega = heads({1, H, D, inputs.feature_map.arguments(D)}, false);
    }
    if (flip()) {
      inputs.start = heads({B, H, d + 1, M}, false);
      for (Index b = 0; b < B; ++b) {
        for (Index h = 0; h < H; ++h) {
          inputs.start(b, h).row(d) = inputs.start(b, h).row(d).cwiseAbs();
        }
      }
    }
    if (flip()) draw_mask(inputs, B, L);
    if (pick({0, 1, 1, 1}) == 1) inputs.out_cotangent = heads({B, H, L, d}, false);
    if (flip()) inputs.end_cotangent = heads({B, H, d + 1, M}, false);
    return inputs;
  }

 private:
  Index pick(std::initializer_list<Index> from) {
    return from.begin()[choices_.below(from.size(), place_++)];
  }
  bool flip() { return pick({0, 1}) == 1; }

  void draw_map(AttentionInputs<double>& inputs) const {
    constexpr std::array<FeatureMap, 6> maps = {{{FeatureKind::square},
                                                 {FeatureKind::relu},
                                                 {FeatureKind::elu_plus_one},
                                                 {FeatureKind::absolute},
                                                 {FeatureKind::favor_plus, 1},
                                                 {FeatureKind::favor_plus, 2}}};
    const std::uint64_t which = seed_ % (maps.size() + 1);
    inputs.features_given = which == maps.size();
    if (!inputs.features_given) inputs.feature_map = maps.at(which);
  }
  void draw_conventions(AttentionInputs<double>& inputs) {
    const bool exponential = inputs.feature_map.kind == FeatureKind::favor_plus;
    AttentionConventions& c = inputs.conventions;
    const double epsilon = std::array<double, 3>{1e-16, 1e-3, 0.4}.at(choices_.below(3, place_++));
    EpsilonPlace place{};
    do {
      place = static_cast<EpsilonPlace>(pick({0, 1, 2, 3, 4, 5}));
    } while ((place == EpsilonPlace::exponent && !exponential) ||
             (place == EpsilonPlace::feature && inputs.features_given));
    c.epsilons = {place, epsilon};
    if (inputs.features_given) return;
    c.scaling = static_cast<Scaling>(pick({0, 1, 2, 3, 4}));
    c.divides_by_root_features = flip();
    if (!exponential) return;
    c.query_stabiliser = static_cast<Stabiliser>(pick({0, 1, 2, 3}));
    c.key_stabiliser = static_cast<Stabiliser>(pick({0, 1, 2, 3}));
    c.stabiliser_detached = flip();
  }
  /// Features that may be negative get a large ε in the denominator, which cannot vanish then.
  void draw_parts(AttentionInputs<double>& inputs) {
    FeatureMap& map = inputs.feature_map;
    map.kind = static_cast<FeatureKind>(seed_ % feature_kinds);
    map.projected = map.kind != FeatureKind::favor_plus && flip();
    map.blocks = map.is_projected() ? pick({1, 2}) : 1;
    AttentionConventions& c = inputs.conventions;
    if (flip()) {
      c = without_normaliser();
      c.normaliser = static_cast<Normaliser>(pick({1, 1, 2, 3, 4}));
      c.divides_by_key_sums = flip();
    }
    if (flip()) {
      c.output_scale_by = static_cast<OutputScale>(pick({0, 1, 2}));
      if (c.output_scale_by == OutputScale::number) c.output_scale = 0.3;
    }
    c.epsilon_times_length = flip();
    c.own_weight = pick({0, 0, 1}) == 1 ? 0.7 : 0.0;
    c.own_weight_is_length = c.own_weight == 0.0 && pick({0, 0, 1}) == 1;
    c.unit_length = static_cast<UnitLength>(pick({0, 1, 2, 3}));
    if (flip()) c.feature_scale = 1.7;
    c.scaling = static_cast<Scaling>(pick({0, 1, 2, 3, 4}));
    if (flip()) c.input_scale = 0.7;
    c.norm_factor = flip();
    const Index division = pick({0, 1, 2});
    c.divides_by_root_features = division == 1;
    c.divides_by_sum = division == 2 && is_nonnegative(map.kind);
    if (c.normaliser == Normaliser::denominator && c.own_weight == 0.0 && !c.own_weight_is_length) {
      c.query_stabiliser = static_cast<Stabiliser>(pick({0, 1, 2, 3}));
      c.key_stabiliser = static_cast<Stabiliser>(pick({0, 1, 2, 3}));
      c.stabiliser_detached = flip();
    }
    if (flip()) c.softplus_threshold = 0.5;
    if (flip()) draw_keys(c, map);
    const FeatureKind of_keys = c.keys.map.value_or(map.kind);
    for (std::size_t place = 0; place < epsilon_places; ++place) {
      if (flip())
        c.epsilons[static_cast<EpsilonPlace>(place)] = 0.05 * static_cast<double>(place + 1);
    }
    for (const FeatureKind kind : {map.kind, of_keys}) {
      if (!is_nonnegative(kind)) c.epsilons[EpsilonPlace::denominator] = 30.0;
      if (kind == FeatureKind::relu || kind == FeatureKind::squared_relu) {
        c.epsilons[EpsilonPlace::feature] = 0.1;
      }
    }
    if (!is_nonnegative(of_keys)) c.divides_by_key_sums = false;
    if (c.divides_by_key_sums) c.epsilons[EpsilonPlace::sums] = 0.3;
    c = acting_on(c, map, false);
    if (c.normaliser == Normaliser::denominator) c.epsilons[EpsilonPlace::denominator] += 1e-3;
  }
  /// Other parts for keys, with as many features.
  void draw_keys(AttentionConventions& c, const FeatureMap& map) {
    FeatureMap other = map;
    other.kind = static_cast<FeatureKind>(pick({0, 1, 2, 5, 6, 7, 8, 13, 14, 15, 16}));
    if (other.features(3) == map.features(3) && other.is_projected() == map.is_projected()) {
      c.keys.map = other.kind;
    }
    const bool may_divide = is_nonnegative(c.keys.map.value_or(map.kind));
    if (flip()) c.keys.unit_length = static_cast<UnitLength>(pick({0, 1, 2, 3}));
    if (flip()) c.keys.feature_scale = 0.6;
    if (flip()) c.keys.input_scale = 1.3;
    if (flip()) c.keys.norm_factor = !c.norm_factor;
    const Index division = may_divide ? pick({0, 1, 2, 3, 4}) : pick({0, 1});
    c.keys.divides_by_root_features = division == 1;
    c.keys.divides_by_sum = division == 2;
    c.keys.divides_by_length_sum = division == 3;
    c.keys.divides_by_running_sum = division == 4;
  }
  /// The first key is never masked if nothing else keeps denominators from 0.
  void draw_mask(AttentionInputs<double>& inputs, Index B, Index L) {
    const Epsilons& epsilons = inputs.conventions.epsilons;
    const bool needs_first = epsilons.largest_in_denominator() == 0.0;
    for (Index at = 0; at < B * L; ++at) {
      const bool keep = pick({0, 1, 1}) == 1 || (needs_first && at % L == 0);
      inputs.key_mask.push_back(keep ? 1 : 0);
    }
  }
  Heads<double> heads(const HeadsSizes& sizes, bool positive) {
    Heads<double> result(sizes, MemoryTag::parameters);
    const Random random(seed_, ++arrays_);
    std::uint64_t place = 0;
    for (double& x : result.values()) {
      const double drawn = random.normal(place++);
      x = static_cast<double>(static_cast<float>(positive ? std::abs(drawn) : drawn));
    }
    return result;
  }

  Random choices_;
  std::uint64_t seed_;
  bool composed_;
  std::uint64_t place_ = 0;
  std::uint64_t arrays_ = 0;
};

inline AttentionInputs<double> drawn_attention(std::uint64_t seed) {
  return DrawnAttention(seed).draw();
}
inline AttentionInputs<double> drawn_composed_attention(std::uint64_t seed) {
  return DrawnAttention(seed, true).draw();
}

}  // namespace slim::reference
