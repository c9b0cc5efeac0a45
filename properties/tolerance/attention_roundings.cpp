// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/attention_roundings.hpp"

#include "reference/performer/attention_side.hpp"

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

/// Of f(u) itself: 3 for arithmetic, 5 for an exponential, 10 for a function of several, whose
/// elementary functions may be off by a few units in the last place.
double roundings_of_a_function(FeatureKind kind, double arguments) {
  using enum FeatureKind;
  switch (kind) {
    case softplus:
    case sigmoid:
    case gelu:
    case gelu_tanh:
    case silu:
    case trigonometric:
      return 10.0;
    case softmax:
      return 10.0 + arguments;
    case elu_plus_one:
    case exponential:
      return 5.0;
    default:
      return 3.0;
  }
}

double largest_of(std::span<const double> values) {
  double largest = 0.0;
  for (const double x : values) largest = std::max(largest, std::abs(x));
  return largest;
}

double largest_norm(const Heads<double>& heads, bool of_columns) {
  double largest = 0.0;
  for (Index b = 0; b < heads.sizes().batch; ++b) {
    for (Index h = 0; h < heads.sizes().heads; ++h) {
      largest = std::max(largest, of_columns ? heads(b, h).colwise().norm().maxCoeff()
                                             : heads(b, h).rowwise().norm().maxCoeff());
    }
  }
  return largest;
}

/// A smaller upper bound of the same, from norms of rows and of columns of ω.
double largest_exponent_of_a_row(const AttentionInputs<double>& inputs) {
  if (inputs.features_given || inputs.feature_map.kind == FeatureKind::own) return 0.0;
  const AttentionConventions& own = inputs.conventions;
  const FeatureKind keys = own.keys.map.value_or(inputs.feature_map.kind);
  if (!is_smooth_exponential(inputs.feature_map.kind) && !is_smooth_exponential(keys)) return 0.0;
  const double x = std::max(largest_norm(inputs.q, false), largest_norm(inputs.k, false)) *
                   std::max({1.0, own.input_scale, own.keys.input_scale.value_or(own.input_scale)});
  const bool is_elu =
      inputs.feature_map.kind == FeatureKind::elu_plus_one && keys == FeatureKind::elu_plus_one;
  if (is_elu && inputs.omega.empty()) return 0.0;
  return x * std::max({1.0, x, inputs.omega.empty() ? 0.0 : largest_norm(inputs.omega, true)});
}

}  // namespace

namespace {

double entries_of_a_length(const AttentionInputs<double>& inputs, const AttentionConventions& own) {
  const auto& [B, H, L, D] = inputs.q.sizes();
  const Index heads = own.unit_length == UnitLength::sequence ? H : 1;
  return static_cast<double>(own.unit_length == UnitLength::row ? D : heads * L * D);
}

double roundings_of_a_side(const AttentionInputs<double>& inputs, bool is_query) {
  const AttentionConventions own = of_side(inputs.conventions, is_query);
  const FeatureMap map = of_side(inputs.feature_map, inputs.conventions, is_query);
  if (map.kind == FeatureKind::own) return 8.0;  // in units of the noise, which includes its own
  const auto D = static_cast<double>(inputs.q.sizes().cols);
  const bool stabilised =
      own.query_stabiliser != Stabiliser::none || own.key_stabiliser != Stabiliser::none;
  double n = (own.divides_by_root_features ? 3.0 : 0.0) + (stabilised ? 1.0 : 0.0);
  for (const EpsilonPlace place : places_in_features) n += own.epsilons[place] > 0.0 ? 1.0 : 0.0;
  if (own.divides_by_sum) n += static_cast<double>(map.features(inputs.q.sizes().cols)) + 2.0;
  if (own.keys.divides_over_rows()) n += static_cast<double>(inputs.k.sizes().rows) + 2.0;
  if (own.unit_length != UnitLength::none) n += 2.0 * (entries_of_a_length(inputs, own) + 3.0);
  if (own.feature_scale != 1.0) n += 2.0;
  if (own.input_scale != 1.0) n += 2.0;
  if (map.kind == FeatureKind::favor_plus) return D + 12.0 + n;
  const bool scaled = own.scaling != Scaling::by_feature_map && own.scaling != Scaling::none;
  n += (own.elu_cancellation > 0.0 ? 2.0 : 0.0) + (scaled ? 6.0 : 0.0);
  if (map.projected) n += 2.0 * D;
  if (own.norm_factor) n += D + 6.0;
  return n + roundings_of_a_function(map.kind,
                                     static_cast<double>(map.arguments(inputs.q.sizes().cols)));
}

}  // namespace

double roundings_of_a_feature(const AttentionInputs<double>& inputs) {
  if (inputs.features_given) return 0.0;
  return std::max(roundings_of_a_side(inputs, true), roundings_of_a_side(inputs, false));
}

bool is_kinked(const AttentionInputs<double>& inputs, bool is_query) {
  const FeatureMap map = of_side(inputs.feature_map, inputs.conventions, is_query);
  return !inputs.features_given && has_kink(map.kind) && !map.projected;
}

bool slope_hangs_on_a_flush(const AttentionInputs<double>& inputs, bool is_query, double x,
                            double least) {
  const AttentionConventions& own = inputs.conventions;
  const double c =
      reference::side_scale<double>(own.scaling, false, is_query, inputs.q.sizes().cols);
  if (x == 0.0 || !(std::abs(c * x) < least)) return false;
  if (of_side(inputs.feature_map, own, is_query).kind != FeatureKind::absolute) {
    return own.relu_slope_at_zero != (x > 0.0 ? 1.0 : 0.0);
  }
  return own.absolute_slope_at_zero != (x > 0.0 ? 1.0 : -1.0);
}

double largest_exponent(const AttentionInputs<double>& inputs) {
  if (inputs.features_given || inputs.omega.empty()) return 0.0;
  if (inputs.feature_map.kind == FeatureKind::own) return 0.0;
  const double x = std::max(largest_of(inputs.q.values()), largest_of(inputs.k.values()));
  const auto D = static_cast<double>(inputs.q.sizes().cols);
  return D * x * std::max(x, largest_of(inputs.omega.values()));
}

double largest_gauge_of_an_exponent(const AttentionInputs<double>& inputs) {
  if (inputs.features_given) return 0.0;
  if (inputs.feature_map.kind == FeatureKind::elu_plus_one && inputs.omega.empty() &&
      !inputs.conventions.keys.map) {
    return std::max(largest_of(inputs.q.values()), largest_of(inputs.k.values()));
  }
  return 3.0 * largest_exponent_of_a_row(inputs);
}

bool takes_long_in_digits50(const AttentionInputs<double>& inputs) {
  constexpr double most_work = 2e3;
  constexpr double most_exponent = 300.0;  // e^709 is the largest double
  const auto& [B, H, L, d] = inputs.v.sizes();
  const auto M = static_cast<double>(inputs.task().features());
  const auto rows = static_cast<double>(B * H * L);
  const double by_definition = rows * static_cast<double>(L) * (M + static_cast<double>(d)) / 8.0;
  const double by_sums = rows * static_cast<double>(inputs.q.sizes().cols + d) * M;
  return by_sums + by_definition > most_work && largest_exponent_of_a_row(inputs) < most_exponent;
}

}  // namespace slim::properties
