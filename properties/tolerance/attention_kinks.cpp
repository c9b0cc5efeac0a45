// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/attention_kinks.hpp"

#include "reference/vocabulary/scalars/scalar.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

bool moves_a_maximum(const AttentionConventions& own, bool is_query) {
  const Stabiliser stabiliser = is_query ? own.query_stabiliser : own.key_stabiliser;
  return stabiliser != Stabiliser::none && !own.stabiliser_detached;
}

/// An argument of a feature map: u = x ω_m, or x_m if the map is not projected.
struct Argument {
  double value = 0.0;
  double scale = 0.0;  ///< Σ |x_d ω_d|, or |x_m|
  std::size_t row = 0;
  bool found = false;
};

/// Calls visit(argument, group) for all arguments of unmasked rows; the rows of a group share a
/// stabiliser.
template <class W, class Visit>
void visit_arguments(const AttentionInputs<W>& inputs, bool is_query, const Visit& visit) {
  const Heads<W>& x = is_query ? inputs.q : inputs.k;
  const auto& [B, H, L, D] = x.sizes();
  const FeatureMap map = of_side(inputs.feature_map, inputs.conventions, is_query);
  const bool has_unit_length =
      of_side(inputs.conventions, is_query).unit_length != UnitLength::none;
  const Stabiliser shared =
      is_query ? inputs.conventions.query_stabiliser : inputs.conventions.key_stabiliser;
  for (Index row = 0; row < B * H * L; ++row) {
    const Index head = row / L;
    const auto key = static_cast<std::size_t>(head / H * L + row % L);
    if (!is_query && !inputs.key_mask.empty() && inputs.key_mask[key] == 0) continue;
    const auto of_x = x(head / H, head % H).row(row % L);
    double length = 1.0;
    if (has_unit_length) {
      double squares = 0.0;
      for (Index i = 0; i < D; ++i) squares += std::pow(to_double(of_x(i)), 2);
      if (squares > 0.0) length = std::sqrt(squares);
    }
    const Index of_heads = shared == Stabiliser::over_length ? head : 0;
    const Index group = shared == Stabiliser::per_row ? row : of_heads;
    for (Index m = 0; m < map.arguments(D); ++m) {
      Argument u{.row = static_cast<std::size_t>(row), .found = true};
      const auto add = [&](const W& term) {
        u.value += to_double(term) / length;
        u.scale += std::abs(to_double(term)) / length;
      };
      if (!map.is_projected()) add(of_x(m));
      for (Index i = 0; map.is_projected() && i < D; ++i) {
        add(W(of_x(i) * inputs.omega(0, head % H)(i, m)));
      }
      visit(u, static_cast<std::size_t>(group));
    }
  }
}

template <class W>
void see_ties(const AttentionInputs<W>& inputs, bool is_query, std::vector<double>& clearance) {
  std::vector<Argument> first(clearance.size());
  std::vector<Argument> second(clearance.size());
  visit_arguments(inputs, is_query, [&](const Argument& u, std::size_t group) {
    if (!first[group].found || u.value > first[group].value) {
      second[group] = first[group];
      first[group] = u;
    } else if (!second[group].found || u.value > second[group].value) {
      second[group] = u;
    }
  });
  const auto distance = [](const Argument& top, const Argument& u) {
    const double scale = top.scale + u.scale;
    return scale > 0.0 ? (top.value - u.value) / scale : 0.0;
  };
  visit_arguments(inputs, is_query, [&](const Argument& u, std::size_t group) {
    const Argument& top = first[group];
    const bool is_top = u.row == top.row && u.value == top.value;
    if (!second[group].found) return;
    double& kept = clearance[u.row];
    kept = std::min(kept, distance(top, is_top ? second[group] : u));
  });
}

}  // namespace

bool has_kinks_at_sums(const FeatureMap& map_of_queries, const AttentionConventions& conventions,
                       bool features_given, bool is_query) {
  const FeatureMap map = of_side(map_of_queries, conventions, is_query);
  return !features_given &&
         ((map.is_projected() && has_kink(map.kind)) || moves_a_maximum(conventions, is_query));
}

template <class W>
std::vector<double> clearance_of_kinks(const AttentionInputs<W>& inputs, bool is_query) {
  const auto& [B, H, L, D] = (is_query ? inputs.q : inputs.k).sizes();
  std::vector<double> clearance(static_cast<std::size_t>(B * H * L),
                                std::numeric_limits<double>::infinity());
  const FeatureMap map = of_side(inputs.feature_map, inputs.conventions, is_query);
  if (!has_kinks_at_sums(inputs.feature_map, inputs.conventions, inputs.features_given, is_query)) {
    return clearance;
  }
  if (map.is_projected() && has_kink(map.kind)) {
    visit_arguments(inputs, is_query, [&](const Argument& u, std::size_t) {
      double& kept = clearance[u.row];
      if (u.scale > 0.0) kept = std::min(kept, std::abs(u.value) / u.scale);
    });
  }
  if (moves_a_maximum(inputs.conventions, is_query)) see_ties(inputs, is_query, clearance);
  return clearance;
}

template std::vector<double> clearance_of_kinks(const AttentionInputs<Digits50>&, bool);
template std::vector<double> clearance_of_kinks(const AttentionInputs<long double>&, bool);

}  // namespace slim::properties
