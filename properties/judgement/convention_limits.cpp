#include "properties/judgement/convention_limits.hpp"

#include "reference/attention.hpp"
#include "reference/denominator.hpp"
#include "reference/vocabulary/attention_inputs.hpp"
#include "reference/vocabulary/contract.hpp"
#include "reference/vocabulary/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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

Heads<double> normal_features(const AttentionConventions& conventions, FeatureKind kind,
                              bool features_given, int task, bool is_query) {
  FeaturesInputs<double> inputs;
  inputs.x = normal_heads(task, is_query ? "q" : "k", features_given);
  if (features_given) return std::move(inputs.x);
  inputs.feature_map.kind = kind;
  if (kind == FeatureKind::favor_plus) {
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
void add_denominators(const AttentionConventions& conventions, FeatureKind kind,
                      bool features_given, int task, std::vector<double>& all) {
  const Heads<double> gQ = normal_features(conventions, kind, features_given, task, true);
  const Heads<double> gK = normal_features(conventions, kind, features_given, task, false);
  const reference::Denominator<double> denominator(conventions);
  for (Index h = 0; h < normal_sizes.heads; ++h) {
    RowVector<double> S = RowVector<double>::Zero(gK.sizes().cols);
    for (Index l = 0; l < normal_sizes.rows; ++l) {
      S += gK(0, h).row(l);
      const RowVector<double> seen = S.unaryExpr([&](double x) { return denominator.seen(x); });
      all.push_back(denominator.of(seen.dot(gQ(0, h).row(l))));
    }
  }
}
std::vector<double> normal_denominators(const AttentionConventions& conventions, FeatureKind kind,
                                        bool features_given) {
  std::vector<double> all;
  for (int task = 0; task < normal_tasks; ++task) {
    add_denominators(conventions, kind, features_given, task, all);
  }
  return all;
}

/// The largest ε under which `share(ε)`, which falls with it, is at least so much.
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
      fmt::format("convention '{}' is {:g}: a slope at the kink lies between those beside it, {:g} "
                  "to {:g}",
                  field, slope, least, largest));
}

void require_epsilon(const AttentionConventions& declared, FeatureKind kind, bool features_given,
                     const char* field) {
  const AttentionConventions acting = acting_on(declared, kind, features_given);
  const double share = share_of_attention(acting, kind, features_given);
  const double least = least_share_of_attention(acting.epsilon_place);
  if (share >= least) return;
  const double largest = largest_epsilon(acting.epsilon, least, [&](double epsilon) {
    AttentionConventions other = acting;
    other.epsilon = epsilon;
    return share_of_attention(other, kind, features_given);
  });
  const std::string map =
      features_given ? "given features" : "map " + name(FeatureMap{.kind = kind});
  throw ContractError(fmt::format(
      "convention '{}' is {:g} (place {}): over {} it leaves {:.2g} of the denominators of "
      "unit-normal cases; at least {:g} is required, which {:.2g} leaves",
      field, acting.epsilon, name(acting.epsilon_place), map, share, least, largest));
}

/// 1/(1 + ε), the share of what is 1.
void require_beside_one(double epsilon, const char* field, const char* beside) {
  const double largest = 1.0 / least_share - 1.0;
  require(epsilon <= largest,
          fmt::format("convention '{}' is {:g}: beside {} at most {:.2g} is allowed", field,
                      epsilon, beside, largest));
}

}  // namespace

double least_share_of_attention(EpsilonPlace place) {
  return place == EpsilonPlace::feature ? least_share_in_features : least_share;
}

double share_of_attention(const AttentionConventions& conventions, FeatureKind kind,
                          bool features_given) {
  AttentionConventions without = conventions;
  without.epsilon_place = EpsilonPlace::denominator;
  without.epsilon = 0.0;
  const std::vector<double> D = normal_denominators(without, kind, features_given);
  const std::vector<double> with = normal_denominators(conventions, kind, features_given);
  double sum = 0.0;
  int rows = 0;
  for (std::size_t i = 0; i < D.size(); ++i) {
    if (D[i] == 0.0) continue;
    const double share = std::min(D[i] / with[i], with[i] / D[i]);
    sum += share >= 0.0 ? share : 0.0;
    ++rows;
  }
  return sum / rows;
}

void require_within_limits(const AttentionConventions& conventions,
                           std::span<const FeatureKind> maps, bool features_given) {
  require_slope(conventions.relu_slope_at_zero, 0.0, 1.0, "relu_slope_at_zero");
  require_slope(conventions.absolute_slope_at_zero, -1.0, 1.0, "absolute_slope_at_zero");
  for (const FeatureKind kind : maps) require_epsilon(conventions, kind, false, "epsilon");
  if (features_given) require_epsilon(conventions, FeatureKind::square, true, "epsilon");
}

void require_within_limits(const Conventions& conventions, std::span<const FeatureKind> maps) {
  require_slope(conventions.relu_slope_at_zero, 0.0, 1.0, "relu_slope_at_zero");
  require_slope(conventions.absolute_slope_at_zero, -1.0, 1.0, "absolute_slope_at_zero");
  const AttentionConventions of_attention{.epsilon = conventions.denominator_epsilon};
  for (const FeatureKind kind : maps) {
    require_epsilon(of_attention, kind, false, "denominator_epsilon");
  }
  require_beside_one(conventions.layer_norm_epsilon, "layer_norm_epsilon", "a variance of 1");
  require_beside_one(conventions.loss_epsilon, "loss_epsilon", "one counted target");
  require(conventions.position_base >= least_position_base &&
              conventions.position_base <= largest_position_base,
          fmt::format("convention 'position_base' is {:g}: {:g} to {:g} is allowed",
                      conventions.position_base, least_position_base, largest_position_base));
}

}  // namespace slim::properties
