// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/attention_inputs.hpp"

#include <string>
#include <string_view>

namespace slim::properties {

/// Which keys the mask keeps.
enum class KeyMask {
  none,          ///< no mask at all
  scattered,     ///< each key independently at random, differently in each sequence
  whole_slices,  ///< every other slice is masked, including the first
  padding,       ///< the last third of every sequence is masked
  leading,       ///< the first third
  ragged,        ///< sequence b of B keeps its first (b + 1)/B keys: lengths of a padded batch
  one_empty,     ///< the last sequence is masked; of a single one, the first key
  first_only,    ///< only the first key takes part
  all,           ///< no key takes part
};
std::string_view name(KeyMask mask);

/// How queries, keys and values are drawn.
enum class Entries {
  normal,        ///< standard normal
  zeros,         ///< a third of the rows all negative (ReLU: no features), and exact zeros
  near_equal,    ///< keys that differ by about 1e-3
  equal,         ///< all keys the same, all values the same: ties
  spread,        ///< rows of sizes from 1e-3 to 1e3
  near_epsilon,  ///< features so small that denominators are about ε = 1e-16
  integers,      ///< small whole numbers
  far,           ///< each array 1e-20 to 1e20 times a normal, within the range of the map
  opposite,      ///< features of queries about 1e10, of keys about 1e-10; not for exponential maps
  steep,         ///< rows up to 1e3 times a normal; if features may overflow, in some cases less
  subnormal,     ///< a third are subnormal float32 numbers or close to them
  moderate,      ///< normal, but at least 2^-8 in size, so that no denominator vanishes (FAVOR+:
                 ///< divided by D^(1/4), so that no single feature outweighs the others)
};
std::string_view name(Entries entries);

/// Conventions beyond the paper's, one of which a case may have.
enum class DeclaredPart {
  none,
  output_scale,          ///< 2 Y
  feature_scale,         ///< g/2, without a normaliser, since it would cancel
  normaliser_length,     ///< R g(q)/L
  normaliser_keys,       ///< R g(q) over the number of keys
  normaliser_position,   ///< R g(q)/(l + 1)
  epsilon_times_length,  ///< D + L/100
  running_sums_of_keys,  ///< g(k_l)/Σ_{l' ≤ l} g(k_l'), without a normaliser
  own_weight,            ///< A + v/2, D + 1/2
};
inline constexpr int declared_parts = 8;  ///< all but none
std::string_view name(DeclaredPart part);

/// An attention case in a few small numbers: sizes, options, and a seed for everything else.
struct AttentionSpec {
  Index length = 1;        ///< L
  Index slice_length = 1;  ///< C
  Index batch = 1;         ///< B
  Index heads = 1;         ///< H
  Index width = 1;         ///< D, of queries and keys; with given features, M
  Index value_width = 1;   ///< D_v
  FeatureMap feature_map{};
  bool features_given = false;
  bool causal = true;
  bool normalised = true;  ///< else without normaliser, unless the subject declares it
  DeclaredPart part = DeclaredPart::none;
  bool has_start = false;          ///< a start state (R₀, S₀), S₀ ≥ 0
  bool has_end_cotangent = false;  ///< a cotangent of the end state
  KeyMask mask = KeyMask::none;
  Entries entries = Entries::normal;
  bool all_digits = false;         ///< entries have the digits of a double, else of a float32
  bool pullback = true;            ///< the pullback is requested
  bool shared_projection = false;  ///< all heads have the first one's
  Index cut = 1;                   ///< where a law cuts the sequence, if it does
  std::uint64_t seed = 0;          ///< of all numbers

  bool operator==(const AttentionSpec&) const = default;
  /// M
  [[nodiscard]] Index features() const {
    return features_given ? width : feature_map.features(width);
  }
};

/// "L=5 C=2 B=1 H=1 D=2 D_v=3 g=relu causal start end mask=none entries=normal cut=2 seed=7"
std::string readable(const AttentionSpec& spec);

/// The case under the paper's conventions, or these without normaliser. Unless it has all digits of
/// a double, entries are float32 values, so that all scalars except the narrow ones read the same
/// numbers.
AttentionInputs<double> materialise(const AttentionSpec& spec);

}  // namespace slim::properties
