// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/convention_limits.hpp"

#include "reference/performer/attention.hpp"
#include "reference/performer/denominator.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/random.hpp"
#include "reference/vocabulary/task/attention_inputs.hpp"

#include <boost/math/statistics/univariate_statistics.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

constexpr HeadsSizes normal_sizes{.batch = 1, .heads = 2, .rows = 8, .cols = 4};
constexpr int normal_tasks = 32;
constexpr double least_share = 0.9;
constexpr double least_share_in_features = 0.5;
constexpr double least_position_base = 10.0;
constexpr double largest_position_base = 1e10;
constexpr int bisections = 30;

Heads<double> normal_heads(int task, const char* array, bool positive) {
  Heads<double> heads(normal_sizes, MemoryTag::parameters);
  const Random random(static_cast<std::uint64_t>(task), stream_named(array));
  std::uint64_t place = 0;
  for (double& x : heads.values()) {
    x = random.normal(place++);
    if (positive) x = std::abs(x);
  }
  return heads;
}

Heads<double> normal_features(const AttentionConventions& conventions, const FeatureMap& map,
                              bool features_given, int task, bool is_query) {
  FeaturesInputs<double> inputs;
  inputs.x = normal_heads(task, is_query ? "q" : "k", features_given);
  if (features_given) return std::move(inputs.x);
  inputs.feature_map = map;
  inputs.feature_map.blocks = 1;
  if (map.is_projected()) {
    inputs.omega = Heads<double>({.batch = 1,
                                  .heads = normal_sizes.heads,
                                  .rows = normal_sizes.cols,
                                  .cols = normal_sizes.cols},
                                 MemoryTag::parameters);
    const Random random(static_cast<std::uint64_t>(task), stream_named("omega"));
    std::uint64_t place = 0;
    for (double& x : inputs.omega.values()) x = random.normal(place++);
  }
  inputs.is_query = is_query;
  inputs.conventions = conventions;
  FeaturesResult<double> result;
  reference::features(inputs.task(), result);
  return std::move(result.out);
}

/// D' of every row of a task.
void add_denominators(const AttentionConventions& conventions, const FeatureMap& map,
                      bool features_given, int task, std::vector<double>& all) {
  const Heads<double> gQ = normal_features(conventions, map, features_given, task, true);
  const Heads<double> gK = normal_features(conventions, map, features_given, task, false);
  const reference::Denominator<double> denominator(conventions, normal_sizes.rows);
  for (Index h = 0; h < normal_sizes.heads; ++h) {
    RowVector<double> S = RowVector<double>::Zero(gK.sizes().cols);
    for (Index l = 0; l < normal_sizes.rows; ++l) {
      S += gK(0, h).row(l);
      const RowVector<double> seen = S.unaryExpr([&](double x) { return denominator.seen(x); });
      all.push_back(denominator.of(seen.dot(gQ(0, h).row(l))));
    }
  }
}
std::vector<double> normal_denominators(const AttentionConventions& conventions,
                                        const FeatureMap& map, bool features_given) {
  std::vector<double> all;
  for (int task = 0; task < normal_tasks; ++task) {
    add_denominators(conventions, map, features_given, task, all);
  }
  return all;
}

/// 0 of none.
double median(std::vector<double>& values) {
  return values.empty() ? 0.0 : boost::math::statistics::median(values);
}

/// The largest ε with share(ε) ≥ least, for a decreasing `share`.
template <class Share>
double largest_epsilon(double refused, double least, const Share& share) {
  double low = std::log(refused) - 100.0;
  double high = std::log(refused);
  for (int i = 0; i < bisections; ++i) {
    const double middle = (low + high) / 2.0;
    (share(std::exp(middle)) >= least ? low : high) = middle;
  }
  return std::exp(low);
}

void require_slope(double slope, double least, double largest, const char* field) {
  require(
      slope >= least && slope <= largest,
      fmt::format("convention '{}' is {:g}: the slope at a kink must be between those on either "
                  "side, {:g} to {:g}",
                  field, slope, least, largest));
}

/// Features that conventions apply to: those of a map, or given ones.
struct Features {
  FeatureMap map;
  bool given = false;
};

/// The share that this ε leaves, without any other.
double share_with(EpsilonPlace place, double epsilon, const AttentionConventions& acting,
                  const Features& on) {
  AttentionConventions other = acting;
  other.epsilons = {place, epsilon};
  return share_of_attention(other, on.map, on.given);
}

/// The message is about the first features that do not allow ε, and names an ε that all allow.
void require_epsilon(const AttentionConventions& declared, EpsilonPlace place,
                     std::span<const Features> all, const char* field) {
  std::string refused;
  double largest = std::numeric_limits<double>::infinity();
  for (const Features& on : all) {
    const AttentionConventions acting = acting_on(declared, on.map, on.given);
    const double epsilon = acting.epsilons[place];
    if (epsilon == 0.0) continue;
    const double share = share_with(place, epsilon, acting, on);
    const double least = least_share_of_attention(place);
    if (share >= least) continue;
    if (refused.empty()) {
      refused = fmt::format(
          "convention '{}' is {:g} (place {}): with {} it leaves {:.2g} of the median denominator "
          "of unit-normal cases, where at least {:g} is required; ",
          field, epsilon, name(place), on.given ? "given features" : "map " + name(on.map), share,
          least);
    }
    largest = std::min(largest, largest_epsilon(epsilon, least, [&](double smaller) {
                         return share_with(place, smaller, acting, on);
                       }));
  }
  require(refused.empty(), fmt::format("{}at most {:.2g} is allowed", refused, largest));
}

std::vector<Features> what_they_act_on(std::span<const FeatureMap> maps, bool features_given) {
  std::vector<Features> all;
  for (const FeatureMap& map : maps) all.push_back({map});
  if (features_given) all.push_back({FeatureMap(), true});
  return all;
}

/// Keys must keep a tenth of the weight of unit-normal cases beside w of a row's own key.
void require_own_weight(const AttentionConventions& declared, std::span<const Features> all) {
  constexpr double least = 0.1;
  const double w = declared.own_weight;
  if (w == 0.0) return;
  for (const Features& on : all) {
    AttentionConventions dividing = acting_on(declared, on.map, on.given);
    dividing.normaliser = Normaliser::denominator;
    dividing.divides_by_key_sums = false;
    dividing.epsilons = {};
    dividing.epsilon_times_length = false;
    std::vector<double> weights = normal_denominators(dividing, on.map, on.given);
    const double D = std::abs(median(weights));
    require(
        D / (D + w) >= least,
        fmt::format("convention 'own_weight' is {:g}: with {} it leaves {:.2g} of the weight of "
                    "unit-normal cases to the keys, where at least {:g} is required; at most "
                    "{:.2g} is allowed",
                    w, on.given ? "given features" : "map " + name(on.map), D / (D + w), least,
                    D * (1.0 / least - 1.0)));
  }
}

void require_scale(double scale, const char* field) {
  require(std::abs(scale) >= 1e-3 && std::abs(scale) <= 1e3,
          fmt::format("convention '{}' is {:g}: a size of 0.001 to 1000 is allowed", field, scale));
}

/// The share that ε leaves of a quantity of 1 is 1/(1 + ε).
void require_beside_one(double epsilon, const char* field, const char* beside) {
  const double largest = 1.0 / least_share - 1.0;
  require(epsilon <= largest,
          fmt::format("convention '{}' is {:g}: compared with {} at most {:.2g} is allowed", field,
                      epsilon, beside, largest));
}

}  // namespace

double least_share_of_attention(EpsilonPlace place) {
  const bool in_features = std::ranges::find(places_in_features, place) != places_in_features.end();
  return in_features ? least_share_in_features : least_share;
}

double share_of_attention(const AttentionConventions& conventions, const FeatureMap& map,
                          bool features_given) {
  AttentionConventions dividing = conventions;  // without normaliser: what would be the denominator
  dividing.normaliser = Normaliser::denominator;
  dividing.divides_by_key_sums = false;
  if (dividing.epsilons.largest_in_denominator() == 0.0) dividing.epsilon_times_length = false;
  AttentionConventions without = dividing;
  without.epsilons = {};
  without.epsilon_times_length = false;
  const std::vector<double> D = normal_denominators(without, map, features_given);
  const std::vector<double> with = normal_denominators(dividing, map, features_given);
  std::vector<double> shares;
  for (std::size_t i = 0; i < D.size(); ++i) {
    if (D[i] == 0.0) continue;
    const double share = std::min(D[i] / with[i], with[i] / D[i]);
    shares.push_back(share >= 0.0 ? share : 0.0);
  }
  return median(shares);
}

void require_within_limits(const AttentionConventions& conventions,
                           std::span<const FeatureMap> maps, bool features_given) {
  require(conventions.key_stabiliser != Stabiliser::per_row,
          "convention 'key_stabiliser' is per-row: a maximum of each key by itself does not cancel "
          "and changes the weights of attention (the known fault mutant/stabiliser-of-each-key); "
          "allowed are none, over-length, over-all");
  require_scale(conventions.output_scale, "output_scale");
  require_scale(conventions.input_scale, "input_scale");
  require_scale(conventions.keys.input_scale.value_or(1.0), "keys.input_scale");
  require_scale(conventions.feature_scale, "feature_scale");
  require_scale(conventions.keys.feature_scale.value_or(1.0), "keys.feature_scale");
  if (conventions.own_weight > 0.0) require_scale(conventions.own_weight, "own_weight");
  require_slope(conventions.relu_slope_at_zero, 0.0, 1.0, "relu_slope_at_zero");
  require_slope(conventions.absolute_slope_at_zero, -1.0, 1.0, "absolute_slope_at_zero");
  const std::vector<Features> all = what_they_act_on(maps, features_given);
  require_own_weight(conventions, all);
  for (std::size_t place = 0; place < epsilon_places; ++place) {
    require_epsilon(conventions, static_cast<EpsilonPlace>(place), all, "epsilon");
  }
}

void require_within_limits(const Conventions& conventions, std::span<const FeatureKind> maps) {
  require_slope(conventions.relu_slope_at_zero, 0.0, 1.0, "relu_slope_at_zero");
  require_slope(conventions.absolute_slope_at_zero, -1.0, 1.0, "absolute_slope_at_zero");
  std::vector<Features> all;
  for (const FeatureKind kind : maps) all.push_back({{.kind = kind}});
  require_epsilon({.epsilons = {EpsilonPlace::denominator, conventions.denominator_epsilon}},
                  EpsilonPlace::denominator, all, "denominator_epsilon");
  require_beside_one(conventions.layer_norm_epsilon, "layer_norm_epsilon", "a variance of 1");
  require_beside_one(conventions.loss_epsilon, "loss_epsilon", "one counted target");
  require(conventions.position_base >= least_position_base &&
              conventions.position_base <= largest_position_base,
          fmt::format("convention 'position_base' is {:g}: {:g} to {:g} is allowed",
                      conventions.position_base, least_position_base, largest_position_base));
}

}  // namespace slim::properties
