// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/attention_spec.hpp"

#include "reference/vocabulary/scalars/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace slim::properties {
namespace {

double entry_of(const AttentionSpec& spec, double x) {
  return spec.all_digits ? x : static_cast<double>(static_cast<float>(x));
}

/// The numbers of one array, each a function of its place.
class Numbers {
 public:
  Numbers(const AttentionSpec& spec, const char* array)
      : spec_(spec), random_(spec.seed, stream_named(array)) {}

  [[nodiscard]] double normal(std::uint64_t place) const { return random_.normal(place); }
  /// Bounded away from 0, so that products of a few of them do not underflow.
  [[nodiscard]] double moderate(std::uint64_t place) const {
    constexpr double least = 0x1p-8;
    const double x = normal(place);
    return std::abs(x) < least ? std::copysign(least, x) : x;
  }
  [[nodiscard]] double uniform(std::uint64_t place) const { return random_.uniform(place + far); }
  [[nodiscard]] double integer(std::uint64_t place, Index lowest, Index highest) const {
    const auto count = static_cast<std::uint64_t>(highest - lowest + 1);
    return static_cast<double>(lowest + static_cast<Index>(random_.below(count, place + 2 * far)));
  }

  /// A value or a cotangent.
  [[nodiscard]] double value(std::uint64_t place) const {
    if (spec_.entries == Entries::far) return normal(place) * scale(largest_scale);
    if (spec_.entries == Entries::subnormal) return at_times_subnormal(place);
    if (spec_.entries == Entries::moderate) return moderate(place);
    return spec_.entries == Entries::integers ? integer(place, -3, 3) : normal(place);
  }
  /// A factor for the whole array: a power of ten from 1e-20 to 10^highest.
  [[nodiscard]] double scale(Index highest) const {
    return std::pow(10.0, std::min(integer(0, -4, 4) * 5.0, static_cast<double>(highest)));
  }
  /// Normal, but a third times 1e-45 (the smallest float32 number) to 1e-36.
  [[nodiscard]] double at_times_subnormal(std::uint64_t place) const {
    const double x = normal(place);
    return uniform(place) < 1.0 / 3.0 ? x * std::pow(10.0, -integer(place, 36, 45)) : x;
  }
  static constexpr Index largest_scale = 20;

 private:
  static constexpr std::uint64_t far = std::uint64_t{1} << 40;  ///< places of another kind of draw

  const AttentionSpec& spec_;
  Random random_;
};

bool is_square(const AttentionSpec& spec) {
  const FeatureKind kind = spec.feature_map.kind;
  return !spec.features_given &&
         (kind == FeatureKind::square || kind == FeatureKind::squared_relu ||
          kind == FeatureKind::taylor || kind == FeatureKind::taylor_all);
}

/// The size of queries and keys for which D is about ε: D is proportional to the fourth power of
/// the size for x², and to the second for features that are as large as x.
double near_epsilon_size(const AttentionSpec& spec) {
  return is_square(spec) ? 1e-4 : 1e-8;
}

/// Whether wide ranges of x make no sense, since features grow or vanish exponentially with it, or
/// as quickly: the square of a sum of products with ω.
bool is_smooth(const AttentionSpec& spec) {
  return !spec.features_given &&
         (is_smooth_exponential(spec.feature_map.kind) || spec.feature_map.projected);
}

/// Whether features may overflow, so that steep rows begin at a factor of 3: some cases stay in
/// range without a stabiliser.
bool grows_exponentially(const AttentionSpec& spec) {
  using enum FeatureKind;
  constexpr std::array kinds = {favor_plus, exponential, hyperbolic, trigonometric};
  return !spec.features_given && std::ranges::find(kinds, spec.feature_map.kind) != kinds.end();
}

/// D^(1/4) for FAVOR+, whose exponents ω x − x²/2 would otherwise grow with D until one feature
/// outweighs all others and d.q and d.k cancel to less than their roundings; 1 for other maps.
double exponent_scale(const AttentionSpec& spec) {
  if (spec.features_given || !spec.feature_map.is_projected()) return 1.0;
  return std::sqrt(std::sqrt(static_cast<double>(spec.width)));
}

/// The size of queries, or the inverse for keys: features of 1e10 and 1e-10, denominators about 1.
double opposite_size(const AttentionSpec& spec, bool is_key) {
  const double size = is_square(spec) ? 1e5 : 1e10;
  return is_key ? 1.0 / size : size;
}

double query_or_key(const AttentionSpec& spec, const Numbers& numbers, std::uint64_t place,
                    std::uint64_t row, bool is_key) {
  switch (spec.entries) {
    case Entries::integers:
      return numbers.integer(place, spec.features_given ? 0 : -2, 3);
    case Entries::zeros: {
      const double x = numbers.normal(place);
      if (numbers.uniform(place) < 0.2) return 0.0;
      return numbers.integer(row, 0, 2) == 0.0 ? -std::abs(x) : x;
    }
    case Entries::spread:
      return numbers.normal(place) *
             (is_smooth(spec) ? 1.0 : std::pow(10.0, numbers.integer(row, -3, 3)));
    case Entries::near_epsilon:
      return is_smooth(spec) && spec.feature_map.kind == FeatureKind::elu_plus_one
                 ? numbers.normal(place) - 18.0
                 : numbers.normal(place) * (is_smooth(spec) ? 3.0 : near_epsilon_size(spec));
    case Entries::far:
      return numbers.normal(place) * numbers.scale(is_smooth(spec) ? 0 : Numbers::largest_scale);
    case Entries::opposite:
      return numbers.normal(place) * opposite_size(spec, is_key);
    case Entries::steep: {
      const Index half_decades =
          grows_exponentially(spec) ? 1 + static_cast<Index>(spec.seed % 6) : 6;
      return numbers.normal(place) * std::pow(10.0, 0.5 * numbers.integer(row, 0, half_decades));
    }
    case Entries::subnormal:
      return numbers.at_times_subnormal(place);
    case Entries::moderate:
      return numbers.moderate(place) / exponent_scale(spec);
    default:
      return numbers.normal(place);
  }
}

/// q or k. Given features are non-negative.
Heads<double> draw_side(const AttentionSpec& spec, const char* array, bool is_key) {
  Heads<double> heads(
      {.batch = spec.batch, .heads = spec.heads, .rows = spec.length, .cols = spec.width},
      MemoryTag::parameters);
  const Numbers numbers(spec, array);
  const bool alike =
      is_key && (spec.entries == Entries::near_equal || spec.entries == Entries::equal);
  std::uint64_t place = 0;
  for (double& x : heads.values()) {
    const std::uint64_t row = place / static_cast<std::uint64_t>(spec.width);
    const std::uint64_t column = place % static_cast<std::uint64_t>(spec.width);
    x = alike ? numbers.normal(column) : query_or_key(spec, numbers, place, row, is_key);
    if (alike && spec.entries == Entries::near_equal) x += 1e-3 * numbers.normal(place);
    // A feature that queries and keys have in common, so that ReLU leaves no denominator 0.
    if (spec.entries == Entries::moderate && column == 0) x = std::abs(x);
    if (spec.features_given) {
      x = spec.entries == Entries::zeros ? std::max(x, 0.0) : std::abs(x);
    }
    x = entry_of(spec, x);
    ++place;
  }
  return heads;
}

Heads<double> draw_values(const AttentionSpec& spec, const char* array, const HeadsSizes& sizes) {
  Heads<double> heads(sizes, MemoryTag::parameters);
  const Numbers numbers(spec, array);
  std::uint64_t place = 0;
  for (double& x : heads.values()) {
    x = entry_of(spec, numbers.value(place));
    ++place;
  }
  return heads;
}

/// Normal, or small whole numbers for Entries::integers.
Heads<double> draw_projection(AttentionSpec spec) {
  if (spec.entries != Entries::integers) spec.entries = Entries::normal;
  Heads<double> omega = draw_values(spec, "omega",
                                    {.batch = 1,
                                     .heads = spec.heads,
                                     .rows = spec.width,
                                     .cols = spec.feature_map.arguments(spec.width)});
  for (Index h = 1; spec.shared_projection && h < spec.heads; ++h) omega(0, h) = omega(0, 0);
  return omega;
}

/// A start state, about as large as a row's own sums, with S₀ ≥ 0; or a cotangent.
Heads<double> draw_sums(const AttentionSpec& spec, const char* array, bool is_start) {
  Heads<double> RS = draw_values(spec, array,
                                 {.batch = spec.batch,
                                  .heads = spec.heads,
                                  .rows = spec.value_width + 1,
                                  .cols = spec.features()});
  if (!is_start) return RS;
  if (spec.entries == Entries::near_epsilon) {
    for (double& x : RS.values()) x = entry_of(spec, x * 1e-8);
  }
  for (Index b = 0; b < spec.batch; ++b) {
    for (Index h = 0; h < spec.heads; ++h) {
      RS(b, h).row(spec.value_width) = RS(b, h).row(spec.value_width).cwiseAbs();
    }
  }
  return RS;
}

bool takes_part(const AttentionSpec& spec, const Numbers& numbers, Index b, Index l) {
  switch (spec.mask) {
    case KeyMask::none:
      return true;
    case KeyMask::scattered:
      return numbers.uniform(static_cast<std::uint64_t>(b * spec.length + l)) < 0.6;
    case KeyMask::whole_slices:
      return l / spec.slice_length % 2 == 1;
    case KeyMask::padding:
      return 3 * l < 2 * spec.length;
    case KeyMask::leading:
      return 3 * l >= spec.length;
    case KeyMask::ragged:
      return l * spec.batch < spec.length * (b + 1);
    case KeyMask::one_empty:
      return b + 1 < spec.batch || (spec.batch == 1 && l > 0);
    case KeyMask::first_only:
      return l == 0;
    case KeyMask::all:
      return false;
  }
  return true;
}

void put_part(DeclaredPart part, AttentionConventions& conventions) {
  const auto put_normaliser = [&](Normaliser normaliser) {
    conventions = without_normaliser();
    conventions.normaliser = normaliser;
  };
  switch (part) {
    case DeclaredPart::none:
      break;
    case DeclaredPart::output_scale:
      conventions.output_scale = 2.0;
      break;
    case DeclaredPart::feature_scale:
      put_normaliser(Normaliser::none);
      conventions.feature_scale = 0.5;
      break;
    case DeclaredPart::normaliser_length:
      put_normaliser(Normaliser::length);
      break;
    case DeclaredPart::normaliser_keys:
      put_normaliser(Normaliser::keys);
      break;
    case DeclaredPart::normaliser_position:
      put_normaliser(Normaliser::position);
      break;
    case DeclaredPart::epsilon_times_length:
      conventions.epsilons = {EpsilonPlace::denominator, 0.01};
      conventions.epsilon_times_length = true;
      break;
    case DeclaredPart::running_sums_of_keys:
      put_normaliser(Normaliser::none);
      conventions.keys.divides_by_running_sum = true;
      break;
    case DeclaredPart::own_weight:
      conventions.own_weight = 0.5;
      break;
  }
}

std::vector<std::uint8_t> draw_key_mask(const AttentionSpec& spec) {
  std::vector<std::uint8_t> mask;
  if (spec.mask == KeyMask::none) return mask;
  const Numbers numbers(spec, "key-mask");
  mask.reserve(static_cast<std::size_t>(spec.batch * spec.length));
  for (Index b = 0; b < spec.batch; ++b) {
    for (Index l = 0; l < spec.length; ++l) {
      mask.push_back(takes_part(spec, numbers, b, l) ? 1 : 0);
    }
  }
  return mask;
}

}  // namespace

std::string_view name(KeyMask mask) {
  constexpr std::array<std::string_view, 9> names = {"none",      "scattered",  "whole-slices",
                                                     "padding",   "leading",    "ragged",
                                                     "one-empty", "first-only", "all"};
  return names.at(static_cast<std::size_t>(mask));
}

std::string_view name(Entries entries) {
  constexpr std::array<std::string_view, 12> names = {
      "normal",   "zeros", "near-equal", "equal", "spread",    "near-epsilon",
      "integers", "far",   "opposite",   "steep", "subnormal", "moderate"};
  return names.at(static_cast<std::size_t>(entries));
}

std::string_view name(DeclaredPart part) {
  constexpr std::array<std::string_view, declared_parts + 1> names = {"none",
                                                                      "output-scale",
                                                                      "feature-scale",
                                                                      "normaliser-length",
                                                                      "normaliser-keys",
                                                                      "normaliser-position",
                                                                      "epsilon-times-length",
                                                                      "running-sums-of-keys",
                                                                      "own-weight"};
  return names.at(static_cast<std::size_t>(part));
}

std::string readable(const AttentionSpec& spec) {
  return fmt::format(
      "L={} C={} B={} H={} D={} D_v={} g={}{} {}{}{}{}{}{} mask={} entries={}{} cut={} seed={}",
      spec.length, spec.slice_length, spec.batch, spec.heads, spec.width, spec.value_width,
      spec.features_given ? "given" : name(spec.feature_map),
      spec.shared_projection ? " shared" : "", spec.causal ? "causal" : "bidirectional",
      spec.pullback ? "" : " forward", spec.normalised ? "" : " unnormalised",
      spec.part == DeclaredPart::none ? "" : fmt::format(" {}", name(spec.part)),
      spec.has_start ? " start" : "", spec.has_end_cotangent ? " end" : "", name(spec.mask),
      name(spec.entries), spec.all_digits ? " (53 bits)" : "", spec.cut, spec.seed);
}

AttentionInputs<double> materialise(const AttentionSpec& spec) {
  AttentionInputs<double> inputs;
  inputs.q = draw_side(spec, "q", false);
  inputs.k = draw_side(spec, "k", true);
  const HeadsSizes values{
      .batch = spec.batch, .heads = spec.heads, .rows = spec.length, .cols = spec.value_width};
  inputs.v = draw_values(spec, "v", values);
  if (spec.entries == Entries::equal) {
    const double one = inputs.v.values().front();
    for (double& x : inputs.v.values()) x = one;
  }
  inputs.features_given = spec.features_given;
  if (!spec.features_given) inputs.feature_map = spec.feature_map;
  if (spec.feature_map.is_projected() && !spec.features_given) {
    inputs.omega = draw_projection(spec);
  }
  if (!spec.normalised) inputs.conventions = without_normaliser();
  put_part(spec.part, inputs.conventions);
  inputs.causal = spec.causal;
  inputs.key_mask = draw_key_mask(spec);
  if (spec.has_start) inputs.start = draw_sums(spec, "start", true);
  inputs.slice_length = spec.slice_length;
  inputs.wants_pullback = spec.pullback;
  if (!spec.pullback) return inputs;
  if (spec.has_end_cotangent) inputs.end_cotangent = draw_sums(spec, "end-cotangent", false);
  inputs.out_cotangent = draw_values(spec, "out-cotangent", values);
  return inputs;
}

}  // namespace slim::properties
