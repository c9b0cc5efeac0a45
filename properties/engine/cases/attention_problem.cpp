// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/attention_problem.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace slim::properties::attention_problem {
namespace {

constexpr double cheap_work = 5e4;
constexpr double cheap_features_work = 1e4;

constexpr std::array<Extent, extents_end> extents = {
    Extent::length, Extent::slice_length, Extent::slices,   Extent::batch,
    Extent::heads,  Extent::width,        Extent::features, Extent::value_width};

/// Everyday shapes, in which the lengths and both widths fill tiles at once.
constexpr std::array<std::array<Index, 2>, 4> everyday = {
    {{64, 16}, {128, 32}, {128, 64}, {256, 64}}};

}  // namespace

bool is_given(const AttentionSpace& space, int of) {
  return of >= static_cast<int>(space.feature_maps.size());
}

FeatureMap map_with(const AttentionSpace& space, int of, Index D, Index M) {
  FeatureMap map;
  if (is_given(space, of)) return map;
  map.kind = space.feature_maps[static_cast<std::size_t>(of)];
  map.projected = space.projects && map.kind != FeatureKind::favor_plus;
  const bool has_pairs =
      map.kind == FeatureKind::hyperbolic || map.kind == FeatureKind::trigonometric;
  if (map.is_projected()) map.blocks = std::max<Index>(1, M / D / (has_pairs ? 2 : 1));
  if (map.kind == FeatureKind::own) {
    map.own = space.own_map;
    while (map.blocks > 1 && map.features(D) > M) --map.blocks;
  }
  return map;
}

namespace {

/// Whether the number of features may be chosen: not if it follows from the width.
bool has_features_of_choice(const AttentionSpace& space) {
  return std::ranges::none_of(space.feature_maps, [&](FeatureKind kind) {
    const bool projected = space.projects && kind == FeatureKind::own;
    const FeatureMap map{.kind = kind, .projected = projected, .own = space.own_map};
    return !map.is_projected() && map.features(3) != 3;
  });
}

bool fits_columns(const AttentionSpace& space, int of, const SizeClass& width,
                  const SizeClass& features) {
  return std::ranges::any_of(width.values, [&](Index D) {
    return std::ranges::any_of(features.values, [&](Index M) {
      return is_given(space, of) ? M == D : map_with(space, of, D, M).features(D) == M;
    });
  });
}

}  // namespace

int maps_in(const AttentionSpace& space) {
  return static_cast<int>(space.feature_maps.size()) + (space.given_features ? 1 : 0);
}

bool has_paths(const AttentionSpace& space) {
  constexpr int few = 4;
  return space.causal && space.bidirectional && maps_in(space) <= few;
}

std::vector<OptionalInputs> optional_inputs(const AttentionSpace& space) {
  std::vector<OptionalInputs> all;
  for (int i = 0; i < 8; ++i) {
    const OptionalInputs of{.mask = (i & 1) != 0, .start = (i & 2) != 0, .end = (i & 4) != 0};
    const bool fits = (space.key_masks || !of.mask) && (space.states || !(of.start || of.end));
    if (fits) all.push_back(of);
  }
  return all;
}

namespace {

bool have_a_common_value(const SizeClass& one, const SizeClass& other) {
  return std::ranges::any_of(one.values, [&](Index size) {
    return std::ranges::find(other.values, size) != other.values.end();
  });
}

/// The classes with those sizes only that are allowed, and with the least such size.
template <class Allowed>
std::vector<SizeClass> allowed_classes(std::vector<SizeClass> classes, Index least,
                                       const Allowed& allowed) {
  if (class_of(classes, least) < 0) classes.push_back(exactly(least));
  for (SizeClass& of : classes) {
    std::erase_if(of.values, [&](Index size) { return !allowed(size); });
  }
  std::erase_if(classes, [](const SizeClass& of) { return of.values.empty(); });
  return classes;
}

constexpr Index widest = 1024;

/// Whether any map of the space may have the restricted number of features at this width.
bool has_features(const AttentionSpace& space, Index D) {
  for (int of = 0; of < maps_in(space); ++of) {
    const FeatureMap map = map_with(space, of, 1, 1);
    if (properties::has_features(space.restrictions, map, is_given(space, of), D)) return true;
  }
  return false;
}

/// Leaves out the sizes that the restrictions exclude.
void restrict_sizes(SizeGoal& goal, const AttentionSpace& space) {
  const Restrictions& limits = space.restrictions;
  goal.restrictions = to_words(limits);
  const auto keep = [&](Factor factor, Index least, const auto& allowed) {
    std::vector<SizeClass>& classes = goal.factors[factor].classes;
    if (!classes.empty()) classes = allowed_classes(std::move(classes), least, allowed);
  };
  const auto fits = [&](Index D) { return is_width(limits, D) && has_features(space, D); };
  Index least_width = std::min<Index>(nearest_width(limits, 1), widest);
  while (least_width < widest && !fits(least_width)) ++least_width;
  keep(length, limits.length_multiple, [&](Index L) { return L % limits.length_multiple == 0; });
  if (limits.heads > 0) keep(heads, limits.heads, [&](Index H) { return H == limits.heads; });
  if (limits.key_heads > 0) {
    keep(heads, limits.key_heads, [&](Index H) { return H % limits.key_heads == 0; });
  }
  keep(width, least_width, fits);
  const Index least_features =
      limits.features > 0 ? limits.features : std::lcm(least_width, limits.feature_multiple);
  const auto is_number = [&](Index M) {
    return limits.features > 0 ? M == limits.features : M % limits.feature_multiple == 0;
  };
  keep(features, least_features, is_number);
  if (limits.values_as_keys) keep(value_width, least_width, fits);
  if (limits.values_as_features && !goal.factors[features].classes.empty()) {
    keep(value_width, least_features, is_number);
  }
  if (limits.value_width > 0) {
    keep(value_width, limits.value_width, [&](Index d) { return d == limits.value_width; });
  }
}

}  // namespace

SizeGoal goal_in(const AttentionSpace& space) {
  SizeGoal goal{.task = space.features_alone ? "features" : "attention",
                .factors = std::vector<SizeGoal::Factor>(extents_end),
                .pairs = {},
                .cap = space.features_alone ? most_designed_features_work : most_designed_work};
  for (std::size_t factor = 0; factor < extents_end; ++factor) {
    goal.factors[factor].extent = extents[factor];
  }
  goal.factors[length].classes = row_classes(space.rows);
  goal.factors[batch].classes = many_head_classes();
  goal.factors[heads].classes = many_head_classes();
  goal.factors[width].classes = column_classes(space.columns);
  if (has_features_of_choice(space)) {
    goal.factors[features].classes = column_classes(space.columns);
  }
  if (!space.features_alone) goal.factors[value_width].classes = column_classes(space.columns);
  if (space.slices) {
    goal.factors[slice_length].classes = slice_length_classes();
    goal.factors[slices].classes = slice_count_classes();
  }
  if (space.restrictions.any()) restrict_sizes(goal, space);
  return goal;
}

SliceLevels slice_levels(const SizeGoal& goal) {
  return {goal.factors[length].classes, goal.factors[slice_length].classes,
          goal.factors[slices].classes};
}

namespace {

/// Compatible levels of width, features and map; of the value width if it is the width, else open.
struct ColumnLevels {
  int width, features, map, value_width;
};

std::vector<ColumnLevels> column_levels(const AttentionSpace& space, const SizeGoal& goal) {
  const std::vector<SizeClass>& widths = goal.factors[width].classes;
  const std::vector<SizeClass>& numbers = goal.factors[features].classes;
  const Restrictions& limits = space.restrictions;
  const bool values_as_keys = limits.values_as_keys && !space.features_alone;
  const bool values_as_features =
      limits.values_as_features && !space.features_alone && !numbers.empty();
  std::vector<ColumnLevels> all;
  for (int of = 0; of < maps_in(space); ++of) {
    for (std::size_t d = 0; d < widths.size(); ++d) {
      const int level = static_cast<int>(d);
      const int values = values_as_keys ? level : open_level;
      if (numbers.empty()) all.push_back({level, open_level, of, values});
      for (std::size_t m = 0; m < numbers.size(); ++m) {
        const bool as_wide = is_given(space, of) || !map_with(space, of, 1, 1).is_projected();
        const bool fits = as_wide ? have_a_common_value(numbers[m], widths[d])
                                  : fits_columns(space, of, widths[d], numbers[m]);
        if (!fits || (limits.features_as_keys && !have_a_common_value(numbers[m], widths[d])))
          continue;
        const std::vector<SizeClass>& of_values = goal.factors[value_width].classes;
        const auto same = std::ranges::find_if(
            of_values, [&](const SizeClass& one) { return have_a_common_value(one, numbers[m]); });
        const int chosen = values_as_features ? static_cast<int>(same - of_values.begin()) : values;
        all.push_back({level, static_cast<int>(m), of, chosen});
      }
    }
  }
  return all;
}

/// B·H·L·(D + D_v)·M of the smallest case with these levels; of the features task B·H·L·D·M.
class LeastWork {
 public:
  LeastWork(const AttentionSpace& space, const SizeGoal& goal)
      : space_(space),
        goal_(goal),
        slices_(slice_levels(goal)),
        columns_(column_levels(space, goal)),
        inputs_(optional_inputs(space)),
        features_alone_(space.features_alone) {
    for (std::size_t factor = 0; factor < extents_end; ++factor) {
      const std::vector<SizeClass>& classes = goal_.factors[factor].classes;
      for (const SizeClass& of : classes) {
        if (of.values.empty()) continue;
        const bool is_first = &of == &classes.front();
        least_[factor] = is_first ? largest_size(of) : std::min(least_[factor], largest_size(of));
      }
    }
  }

  double operator()(const Combination& row) const {
    double columns = std::numeric_limits<double>::infinity();
    if (contradicts(row[mask], row[inputs])) return columns;
    const int of_row = row[map] == open_level ? open_level : row[map] % maps_in(space_);
    for (const ColumnLevels& of : columns_) {
      const bool fits =
          is_open_or(row[width], of.width) && is_open_or(row[features], of.features) &&
          is_open_or(of_row, of.map) &&
          (of.value_width == open_level || is_open_or(row[value_width], of.value_width));
      if (!fits) continue;
      const int values = of.value_width == open_level ? row[value_width] : of.value_width;
      const double of_values = features_alone_ ? 0.0 : size(value_width, values);
      const double D = size(width, of.width);
      const auto wide = static_cast<Index>(D);
      const double M = of.features != open_level
                           ? size(features, of.features)
                           : static_cast<double>(map_with(space_, of.map, wide, 1).features(wide));
      columns = std::min(columns, (D + of_values) * M);
    }
    return slices_.least_length(row[length], row[slice_length], row[slices]) * columns *
           size(batch, row[batch]) * size(heads, row[heads]);
  }

 private:
  [[nodiscard]] double size(std::size_t factor, int level) const {
    const std::vector<SizeClass>& classes = goal_.factors[factor].classes;
    if (classes.empty()) return 1.0;
    if (level == open_level) return least_[factor];  // more than 1 if the sizes are restricted
    return largest_size(classes[static_cast<std::size_t>(level)]);
  }
  /// Whether one has a mask and the other does not.
  [[nodiscard]] bool contradicts(int of_mask, int of_inputs) const {
    if (of_mask == open_level || of_inputs == open_level) return false;
    return inputs_[static_cast<std::size_t>(of_inputs)].mask != (of_mask > 0);
  }

  AttentionSpace space_;
  SizeGoal goal_;
  SliceLevels slices_;
  std::vector<ColumnLevels> columns_;
  std::vector<OptionalInputs> inputs_;
  std::array<double, extents_end> least_{};  ///< of each factor
  bool features_alone_;
};

/// Everyday shapes in both directions, with the maps in turn.
std::vector<Combination> everyday_shapes(const AttentionSpace& space, const SizeGoal& goal) {
  std::vector<Combination> all;
  if (space.features_alone) return all;
  const int maps = maps_in(space);
  const int directions = space.causal && space.bidirectional ? 2 : 1;
  for (const auto& [rows, columns] : everyday) {
    for (int of = 0; of < directions; ++of) {
      Combination shape(factors_in_all, open_level);
      shape[length] = class_of(goal.factors[length].classes, rows);
      shape[width] = class_of(goal.factors[width].classes, columns);
      shape[value_width] = class_of(goal.factors[value_width].classes, columns);
      const bool exists = shape[length] >= 0 && shape[width] >= 0 && shape[value_width] >= 0;
      if (has_paths(space)) {
        shape[map] = static_cast<int>(all.size()) / directions % maps + of * maps;
      } else {
        shape[direction] = of;
      }
      if (exists) all.push_back(std::move(shape));
    }
  }
  return all;
}

}  // namespace

CoveringProblem problem_in(const AttentionSpace& space) {
  const SizeGoal goal = goal_in(space);
  CoveringProblem problem{.levels = levels_to_cover(goal),
                          .least_cost = LeastWork(space, goal),
                          .cap = goal.cap,
                          .cheap = space.features_alone ? cheap_features_work : cheap_work,
                          .wanted = everyday_shapes(space, goal)};
  problem.levels.resize(factors_in_all);
  const auto maps = static_cast<std::size_t>(maps_in(space));
  const bool has_both_directions = space.causal && space.bidirectional;
  problem.levels[map].assign(has_paths(space) ? 2 * maps : maps, true);
  problem.levels[direction].assign(has_both_directions && !has_paths(space) ? 2 : 1, true);
  problem.levels[mask].assign(space.key_masks ? masks.size() : 1, true);
  problem.levels[inputs].assign(optional_inputs(space).size(), true);
  return problem;
}

int everyday_rows(const AttentionSpace& space) {
  const CoveringProblem problem = problem_in(space);
  return static_cast<int>(std::ranges::count_if(problem.wanted, [&](const Combination& of) {
    return problem.least_cost(of) <= problem.cap;
  }));
}

}  // namespace slim::properties::attention_problem
