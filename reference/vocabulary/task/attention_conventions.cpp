// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/task/attention_conventions.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/closest.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

namespace slim {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 5> normalisers = {"denominator", "none", "length", "keys",
                                                         "position"};
constexpr std::array<std::string_view, 4> unit_lengths = {"none", "row", "head", "sequence"};
constexpr std::array<std::string_view, epsilon_places> epsilon_place_names = {
    "denominator",
    "feature",
    "exponent",
    "sums",
    "when-small",
    "clamped",
    "query-feature",
    "key-feature",
    "divided-feature",
    "divided-query-feature",
    "divided-key-feature",
    "feature-sum",
    "length-squared",
    "length-clamped"};
constexpr std::array<std::string_view, 5> scalings = {"by-feature-map", "none", "queries", "keys",
                                                      "both"};
constexpr std::array<std::string_view, 4> stabilisers = {"none", "per-row", "over-length",
                                                         "over-all"};

template <class Choice>
Choice parse(std::string_view what, std::span<const std::string_view> names,
             std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return static_cast<Choice>(i);
  }
  throw ContractError(std::string(what) + " '" + on_one_line(text) + "' is unknown: " +
                      did_you_mean(text, names) + "allowed are " + listed(names));
}

void require_finite(double number, const char* field) {
  require(std::isfinite(number), std::string(field) + " must be finite");
}

bool is_stabilised(const AttentionConventions& c) {
  return c.query_stabiliser != Stabiliser::none || c.key_stabiliser != Stabiliser::none;
}

/// Whether f of the queries or the keys has the property.
bool is_any_side(bool (*has)(FeatureKind), const AttentionConventions& c, const FeatureMap& map) {
  return has(map.kind) || has(c.keys.map.value_or(map.kind));
}

UnitLength unit_length_of(const AttentionConventions& c, bool is_query) {
  return is_query ? c.unit_length : c.keys.unit_length.value_or(c.unit_length);
}
bool is_any_length(const AttentionConventions& c, UnitLength length) {
  return unit_length_of(c, true) == length || unit_length_of(c, false) == length;
}

/// What a place of ε needs and does not have; empty if it has a meaning.
std::string missing_for(EpsilonPlace place, const AttentionConventions& c, const FeatureMap& map,
                        bool features_given) {
  using enum EpsilonPlace;
  if (std::ranges::find(places_in_denominator, place) != places_in_denominator.end()) {
    const bool is_of_sums = place == sums && c.divides_by_key_sums;
    return c.normaliser == Normaliser::denominator || is_of_sums ? ""
                                                                 : "needs normaliser 'denominator'";
  }
  if (features_given) return "needs a feature map, but q and k are features already";
  if (place == exponent) {
    return is_any_side(has_exponent, c, map) ? "" : "needs feature map favor+, exp or cosh";
  }
  if (place == feature_sum) {
    const bool divides = c.divides_by_sum || c.keys.divides_by_sum.value_or(false);
    return divides ? "" : "needs divides_by_sum";
  }
  if (place == length_squared || place == length_clamped) {
    const bool divides =
        unit_length_of(c, true) != UnitLength::none || unit_length_of(c, false) != UnitLength::none;
    return divides ? "" : "needs unit_length";
  }
  return {};
}

/// Conventions of the feature map other than ε.
void reset_map(AttentionConventions& c) {
  const AttentionConventions defaults;
  c.unit_length = defaults.unit_length;
  c.scaling = defaults.scaling;
  c.input_scale = defaults.input_scale;
  c.norm_factor = defaults.norm_factor;
  c.feature_scale = defaults.feature_scale;
  c.divides_by_root_features = defaults.divides_by_root_features;
  c.divides_by_sum = defaults.divides_by_sum;
  c.keys = defaults.keys;
}
void reset_stabilisers(AttentionConventions& c) {
  const AttentionConventions defaults;
  c.query_stabiliser = defaults.query_stabiliser;
  c.key_stabiliser = defaults.key_stabiliser;
  c.stabiliser_detached = defaults.stabiliser_detached;
}

void require_fit_for_given(const AttentionConventions& c) {
  const auto refuse = [](bool condition, const char* field) {
    require(!condition,
            std::string(field) + " needs a feature map, but q and k are features already");
  };
  refuse(is_stabilised(c), "a stabiliser");
  refuse(c.scaling != Scaling::by_feature_map && c.scaling != Scaling::none, "scaling");
  refuse(c.unit_length != UnitLength::none, "unit_length");
  refuse(c.input_scale != 1.0, "input_scale");
  refuse(c.norm_factor, "norm_factor");
  refuse(c.feature_scale != 1.0, "feature_scale");
  refuse(c.divides_by_root_features, "divides_by_root_features");
  refuse(c.divides_by_sum, "divides_by_sum");
  refuse(c.keys != KeyParts(), "keys");
}

/// Both sides have as many features, and no part of the keys alone is without effect.
void require_fit_of_keys(const AttentionConventions& c, const FeatureMap& map) {
  const KeyParts& keys = c.keys;
  require(keys.map != FeatureKind::own,
          "keys.map 'own' is no part: declare the feature map own for both sides");
  FeatureMap other = map;
  other.kind = keys.map.value_or(map.kind);
  require(other.is_projected() == map.is_projected(),
          "keys.map must be projected if the map of the queries is: favor+ always is");
  for (const Index d : {1, 2, 3}) {
    require(!keys.map || other.features(d) == map.features(d),
            "keys.map '" + std::string(name(other.kind)) +
                "' has another number of features than the queries' '" +
                std::string(name(map.kind)) + "'");
  }
  require(std::isfinite(keys.input_scale.value_or(1.0)) && keys.input_scale.value_or(1.0) > 0.0,
          "keys.input_scale must be finite and above 0");
  require(std::isfinite(keys.feature_scale.value_or(1.0)) && keys.feature_scale.value_or(1.0) > 0.0,
          "keys.feature_scale must be finite and above 0");
  require(!(keys.divides_by_root_features.value_or(c.divides_by_root_features) &&
            keys.divides_by_sum.value_or(c.divides_by_sum)),
          "keys: divides_by_root_features and divides_by_sum exclude each other");
  require(!(keys.divides_by_length_sum && keys.divides_by_running_sum),
          "keys: divides_by_length_sum and divides_by_running_sum exclude each other");
  require(!keys.divides_over_rows() || (!keys.divides_by_root_features.value_or(false) &&
                                        !keys.divides_by_sum.value_or(false)),
          "keys.divides_by_length_sum and divides_by_running_sum exclude the other divisions of "
          "keys");
  require(!c.divides_by_key_sums || is_nonnegative(other.kind),
          "divides_by_key_sums needs features of keys that are not negative, which '" +
              std::string(name(other.kind)) + "' may be");
}

/// The own map includes all parts of a feature map.
bool is_own(const FeatureMap& map) {
  return map.kind == FeatureKind::own;
}

}  // namespace

AttentionConventions without_normaliser(AttentionConventions conventions) {
  conventions.normaliser = Normaliser::none;
  for (const EpsilonPlace place : places_in_denominator) conventions.epsilons[place] = 0.0;
  return conventions;
}

double epsilon_of_denominator(const AttentionConventions& c, Index L) {
  return c.epsilons.largest_in_denominator() *
         (c.epsilon_times_length ? static_cast<double>(L) : 1.0);
}

bool averages(const AttentionConventions& c) {
  return c.normaliser == Normaliser::denominator && c.output_scale == 1.0 &&
         c.output_scale_by == OutputScale::number;
}
bool has_own_weight(const AttentionConventions& c) {
  return c.own_weight != 0.0 || c.own_weight_is_length;
}
bool is_linear_in_queries(const AttentionConventions& c) {
  return c.normaliser != Normaliser::denominator && !has_own_weight(c);
}
bool looks_ahead(const AttentionConventions& c) {
  return c.keys.divides_by_length_sum || is_any_length(c, UnitLength::head) || couples_heads(c);
}
bool needs_whole_sequences(const AttentionConventions& c) {
  const bool counts = c.normaliser != Normaliser::denominator && c.normaliser != Normaliser::none;
  return counts || c.own_weight_is_length || c.epsilon_times_length ||
         c.keys.divides_by_running_sum || looks_ahead(c);
}
bool couples_heads(const AttentionConventions& c) {
  return is_any_length(c, UnitLength::sequence);
}

std::string_view name(Normaliser normaliser) {
  return normalisers.at(static_cast<std::size_t>(normaliser));
}
std::string_view name(UnitLength unit_length) {
  return unit_lengths.at(static_cast<std::size_t>(unit_length));
}
std::string_view name(EpsilonPlace place) {
  return epsilon_place_names.at(static_cast<std::size_t>(place));
}
std::string_view name(Scaling scaling) {
  return scalings.at(static_cast<std::size_t>(scaling));
}
std::string_view name(Stabiliser stabiliser) {
  return stabilisers.at(static_cast<std::size_t>(stabiliser));
}

Normaliser parse_normaliser(std::string_view text) {
  return parse<Normaliser>("normaliser", normalisers, text);
}
UnitLength parse_unit_length(std::string_view text) {
  return parse<UnitLength>("unit_length", unit_lengths, text);
}
EpsilonPlace parse_epsilon_place(std::string_view text) {
  return parse<EpsilonPlace>("epsilon place", epsilon_place_names, text);
}
Scaling parse_scaling(std::string_view text) {
  return parse<Scaling>("scaling", scalings, text);
}
Stabiliser parse_stabiliser(std::string_view text) {
  return parse<Stabiliser>("stabiliser", stabilisers, text);
}

AttentionConventions of_side(AttentionConventions c, bool is_query) {
  const KeyParts keys = std::exchange(c.keys, {});
  if (is_query) return c;
  c.unit_length = keys.unit_length.value_or(c.unit_length);
  c.input_scale = keys.input_scale.value_or(c.input_scale);
  c.norm_factor = keys.norm_factor.value_or(c.norm_factor);
  c.feature_scale = keys.feature_scale.value_or(c.feature_scale);
  c.divides_by_root_features = keys.divides_by_root_features.value_or(c.divides_by_root_features);
  c.divides_by_sum = keys.divides_by_sum.value_or(c.divides_by_sum);
  if (keys.divides_over_rows()) c.divides_by_root_features = c.divides_by_sum = false;
  c.keys.divides_by_length_sum = keys.divides_by_length_sum;
  c.keys.divides_by_running_sum = keys.divides_by_running_sum;
  return c;
}

FeatureMap of_side(FeatureMap map, const AttentionConventions& conventions, bool is_query) {
  if (!is_query) map.kind = conventions.keys.map.value_or(map.kind);
  return map;
}

AttentionConventions acting_on(AttentionConventions c, const FeatureMap& map, bool features_given) {
  const AttentionConventions defaults;
  if (is_own(map)) features_given = true;
  if (features_given) reset_map(c);
  if (c.keys.map == map.kind) c.keys.map.reset();
  const auto is_any = [&](bool (*has)(FeatureKind)) { return is_any_side(has, c, map); };
  if (features_given || !is_any(has_exponent)) reset_stabilisers(c);
  if (!has_exponent(map.kind)) c.query_stabiliser = Stabiliser::none;
  if (!has_exponent(c.keys.map.value_or(map.kind))) c.key_stabiliser = Stabiliser::none;
  // Of the keys it is the queries' unless it is given, and then without effect where f has none.
  const FeatureKind of_keys = c.keys.map.value_or(map.kind);
  const bool factor_of_keys = c.keys.norm_factor.value_or(c.norm_factor);
  if (!takes_norm_factor(map.kind)) c.norm_factor = defaults.norm_factor;
  c.keys.norm_factor.reset();
  if ((takes_norm_factor(of_keys) && factor_of_keys) != c.norm_factor) {
    c.keys.norm_factor = !c.norm_factor;
  }
  for (std::size_t i = 0; i < epsilon_places; ++i) {
    const auto place = static_cast<EpsilonPlace>(i);
    if (!missing_for(place, c, map, features_given).empty()) c.epsilons[place] = 0.0;
  }
  if (c.normaliser != Normaliser::denominator || c.epsilons.largest_in_denominator() == 0.0) {
    c.epsilon_times_length = false;
  }
  if (features_given || !is_any([](FeatureKind f) { return f == FeatureKind::elu_plus_one; })) {
    c.elu_cancellation = defaults.elu_cancellation;
  }
  if (features_given || !is_any([](FeatureKind f) { return f == FeatureKind::softplus; })) {
    c.softplus_threshold = defaults.softplus_threshold;
  }
  return c;
}

void require_valid(const AttentionConventions& c, const FeatureMap& map, bool features_given) {
  if (is_own(map) && !features_given) {
    require(c == acting_on(c, map, false),
            "feature map 'own' includes all parts of a feature map: declare no others for it");
    features_given = true;
  }
  for (std::size_t i = 0; i < epsilon_places; ++i) {
    const auto place = static_cast<EpsilonPlace>(i);
    const double epsilon = c.epsilons[place];
    require(std::isfinite(epsilon) && epsilon >= 0.0, "epsilon must be finite and not negative");
    const std::string missing = missing_for(place, c, map, features_given);
    require(epsilon == 0.0 || missing.empty(),
            "epsilon place '" + std::string(name(place)) + "' " + missing);
  }
  require(!c.epsilon_times_length || (c.normaliser == Normaliser::denominator &&
                                      c.epsilons.largest_in_denominator() > 0.0),
          "epsilon_times_length needs normaliser 'denominator' and an epsilon in it");
  require_finite(c.relu_slope_at_zero, "relu_slope_at_zero");
  require_finite(c.absolute_slope_at_zero, "absolute_slope_at_zero");
  require(std::isfinite(c.output_scale) && c.output_scale != 0.0,
          "output_scale must be finite and not 0");
  require(std::isfinite(c.input_scale) && c.input_scale > 0.0,
          "input_scale must be finite and above 0");
  require(std::isfinite(c.softplus_threshold) && c.softplus_threshold >= 0.0,
          "softplus_threshold must be finite and not negative");
  require(c.elu_cancellation >= 0.0 && c.elu_cancellation <= 1.0,
          "elu_cancellation must be from 0 to 1");
  require(std::isfinite(c.feature_scale) && c.feature_scale > 0.0,
          "feature_scale must be finite and above 0");
  require(std::isfinite(c.own_weight) && c.own_weight >= 0.0,
          "own_weight must be finite and not negative");
  require(!c.divides_by_key_sums || c.normaliser != Normaliser::denominator,
          "divides_by_key_sums needs a normaliser other than 'denominator', such as 'none'");
  require(!(c.divides_by_root_features && c.divides_by_sum),
          "divides_by_root_features and divides_by_sum exclude each other");
  if (features_given) return require_fit_for_given(c);
  require_fit_of_keys(c, map);
  require((!c.norm_factor || takes_norm_factor(map.kind)) &&
              (!c.keys.norm_factor.value_or(c.norm_factor) ||
               takes_norm_factor(c.keys.map.value_or(map.kind))),
          "norm_factor needs feature map exp, cosh or cos-sin");
  require((c.query_stabiliser == Stabiliser::none || has_exponent(map.kind)) &&
              (c.key_stabiliser == Stabiliser::none || has_exponent(c.keys.map.value_or(map.kind))),
          "a stabiliser needs feature map favor+, exp or cosh");
  require(!is_stabilised(c) || (c.normaliser == Normaliser::denominator && !has_own_weight(c)),
          "a stabiliser needs normaliser 'denominator' without own_weight, in which it cancels");
}

}  // namespace slim
