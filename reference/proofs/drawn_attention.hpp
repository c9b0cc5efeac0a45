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
  explicit DrawnAttention(std::uint64_t seed) : choices_(seed, 0), seed_(seed) {}

  AttentionInputs<double> draw() {
    AttentionInputs<double> inputs;
    const Index B = pick({1, 2});
    const Index H = pick({1, 2});
    const Index L = pick({1, 2, 3, 5, 7});
    const Index D = pick({1, 2, 3, 4});
    const Index d = pick({1, 2, 3, 5});
    draw_map(inputs);
    draw_conventions(inputs);
    inputs.causal = flip();
    inputs.wants_pullback = true;
    inputs.slice_length = pick({1, 2, 3, 4, 100});
    const bool only_positive =
        inputs.features_given || (inputs.conventions.epsilon_place == EpsilonPlace::sums &&
                                  inputs.feature_map.kind == FeatureKind::relu);
    inputs.q = heads({B, H, L, D}, only_positive);
    inputs.k = heads({B, H, L, D}, inputs.features_given);
    inputs.v = heads({B, H, L, d}, false);
    const Index M = inputs.features_given ? D : inputs.feature_map.features(D);
    if (inputs.feature_map.kind == FeatureKind::favor_plus && !inputs.features_given) {
      inputs.omega = heads({1, H, D, M}, false);
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
    c.epsilon = std::array<double, 3>{1e-16, 1e-3, 0.4}.at(choices_.below(3, place_++));
    do {
      c.epsilon_place = static_cast<EpsilonPlace>(pick({0, 1, 2, 3, 4, 5}));
    } while ((c.epsilon_place == EpsilonPlace::exponent && !exponential) ||
             (c.epsilon_place == EpsilonPlace::feature && inputs.features_given));
    if (inputs.features_given) return;
    c.scaling = static_cast<Scaling>(pick({0, 1, 2, 3, 4}));
    c.divides_by_root_features = flip();
    if (!exponential) return;
    c.query_stabiliser = static_cast<Stabiliser>(pick({0, 1, 2, 3}));
    c.key_stabiliser = static_cast<Stabiliser>(pick({0, 1, 2, 3}));
    c.stabiliser_detached = flip();
  }
  /// The first key is never masked if nothing else keeps denominators from 0.
  void draw_mask(AttentionInputs<double>& inputs, Index B, Index L) {
    const EpsilonPlace place = inputs.conventions.epsilon_place;
    const bool needs_first = place == EpsilonPlace::feature || place == EpsilonPlace::exponent;
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
  std::uint64_t place_ = 0;
  std::uint64_t arrays_ = 0;
};

inline AttentionInputs<double> drawn_attention(std::uint64_t seed) {
  return DrawnAttention(seed).draw();
}

}  // namespace slim::reference
