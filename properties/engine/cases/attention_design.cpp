// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/attention_design.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace slim::properties {
namespace {

constexpr double cheap_work = 1e5;
constexpr double cheap_features_work = 1e4;

/// Factors of the covering array: extents, then options.
enum Factor {
  length,
  slice_length,
  slices,
  batch,
  heads,
  width,
  features,
  value_width,
  extents_end,
  map = extents_end,  ///< and the direction, if there are few maps
  direction,
  mask,
  inputs,
  factors_in_all
};

constexpr std::array<Extent, extents_end> extents = {
    Extent::length, Extent::slice_length, Extent::slices,   Extent::batch,
    Extent::heads,  Extent::width,        Extent::features, Extent::value_width};

constexpr std::array masks = {KeyMask::none,         KeyMask::scattered, KeyMask::padding,
                              KeyMask::leading,      KeyMask::ragged,    KeyMask::one_empty,
                              KeyMask::whole_slices, KeyMask::first_only};

/// Which optional inputs a case has. They are one factor, since kernels may be specialised by them.
struct OptionalInputs {
  bool mask, start, end;
};

/// Everyday shapes, in which the lengths and both widths fill tiles at once.
constexpr std::array<std::array<Index, 2>, 4> everyday = {
    {{64, 16}, {128, 32}, {128, 64}, {256, 64}}};

// Attempts at a case that cannot be judged. Earlier ones use the row's own options.
constexpr int first_attempt_without_mask = 2;
constexpr int first_attempt_without_states = 4;

/// Feature maps are numbered as the space lists them; given features come last.
bool is_given(const AttentionSpace& space, int of) {
  return of >= static_cast<int>(space.feature_maps.size());
}

/// Map number `of` of a head of width D with M features, or of about M if the map has no such
/// number of features.
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

int maps_in(const AttentionSpace& space) {
  return static_cast<int>(space.feature_maps.size()) + (space.given_features ? 1 : 0);
}

/// Whether map and direction are one factor, since kernels may be specialised by both.
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

/// Leaves out the sizes that the restrictions exclude.
void restrict_sizes(SizeGoal& goal, const Restrictions& limits) {
  goal.restrictions = to_words(limits);
  const auto keep = [&](Factor factor, Index least, const auto& allowed) {
    std::vector<SizeClass>& classes = goal.factors[factor].classes;
    if (!classes.empty()) classes = allowed_classes(std::move(classes), least, allowed);
  };
  const Index step = limits.width_multiple;
  const Index least_width =
      limits.width > 0 ? limits.width : (limits.least_width + step - 1) / step * step;
  const auto is_width = [&](Index D) {
    return limits.width > 0 ? D == limits.width : D >= least_width && D % step == 0;
  };
  keep(length, limits.length_multiple, [&](Index L) { return L % limits.length_multiple == 0; });
  if (limits.heads > 0) keep(heads, limits.heads, [&](Index H) { return H == limits.heads; });
  if (limits.key_heads > 0) {
    keep(heads, limits.key_heads, [&](Index H) { return H % limits.key_heads == 0; });
  }
  keep(width, least_width, is_width);
  keep(features, std::lcm(least_width, limits.feature_multiple),
       [&](Index M) { return M % limits.feature_multiple == 0; });
  if (limits.values_as_keys) keep(value_width, least_width, is_width);
}

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
  if (space.restrictions.any()) restrict_sizes(goal, space.restrictions);
  return goal;
}

SliceLevels slice_levels(const SizeGoal& goal) {
  return {goal.factors[length].classes, goal.factors[slice_length].classes,
          goal.factors[slices].classes};
}

/// Compatible levels of width, features and map; of the value width if it is the width, else open.
struct ColumnLevels {
  int width, features, map, value_width;
};

std::vector<ColumnLevels> column_levels(const AttentionSpace& space, const SizeGoal& goal) {
  const std::vector<SizeClass>& widths = goal.factors[width].classes;
  const std::vector<SizeClass>& numbers = goal.factors[features].classes;
  const bool values_as_keys = space.restrictions.values_as_keys && !space.features_alone;
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
        if (fits) all.push_back({level, static_cast<int>(m), of, values});
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

}  // namespace

AttentionSpace attention_space(const Capabilities& claimed, const ExtraSizes& extra) {
  std::vector<Index> rows = edges_of(claimed.block, largest_extra_size);
  rows.insert(rows.end(), extra.lengths.begin(), extra.lengths.end());
  std::vector<Index> columns = edges_of(claimed.head_block, largest_extra_size);
  columns.insert(columns.end(), extra.head_widths.begin(), extra.head_widths.end());
  return {.feature_maps = claimed.feature_maps,
          .projects = claimed.projects,
          .own_map = claimed.own_map.get(),
          .given_features = claimed.given_features,
          .causal = claimed.causal,
          .bidirectional = claimed.bidirectional,
          .key_masks = claimed.key_masks || extra.packs,
          .states = claimed.resumable,
          .slices = claimed.sliced,
          .rows = std::move(rows),
          .columns = std::move(columns),
          .restrictions = extra.restrictions,
          .shares_heads = extra.shares_heads,
          .packs = extra.packs};
}

AttentionSpace features_space(const Capabilities& claimed, const ExtraSizes& extra) {
  AttentionSpace space = attention_space(claimed, extra);
  space.given_features = space.bidirectional = space.key_masks = space.states = false;
  space.causal = true;
  space.slices = false;
  space.features_alone = true;
  return space;
}

AttentionSpec with_map_of(const AttentionSpace& space, AttentionSpec spec) {
  if (space.feature_maps.empty() || spec.features_given) return spec;
  const FeatureMap& map = spec.feature_map;
  const bool has = std::ranges::find(space.feature_maps, map.kind) != space.feature_maps.end();
  if (has && map.projected == (space.projects && map.kind != FeatureKind::favor_plus)) return spec;
  const auto count = static_cast<std::uint64_t>(space.feature_maps.size());
  spec.feature_map = map_with(space, static_cast<int>(spec.seed % count), 1, map.blocks);
  return spec;
}

AttentionSpec with_forms_of(const AttentionSpace& space, AttentionSpec spec) {
  if (space.shares_heads && spec.heads == 3) spec.heads = 4;  // two groups of two
  if (space.packs && spec.batch == 1 && spec.seed % 2 == 1) spec.batch = 2;
  return spec;
}

Extents extents_of(const AttentionSpec& spec) {
  Extents of;
  of[Extent::length] = spec.length;
  of[Extent::slice_length] = spec.slice_length;
  of[Extent::slices] = (spec.length + spec.slice_length - 1) / spec.slice_length;
  of[Extent::batch] = spec.batch;
  of[Extent::heads] = spec.heads;
  of[Extent::width] = spec.width;
  of[Extent::features] = spec.features();
  of[Extent::value_width] = spec.value_width;
  return of;
}

AttentionDesign::AttentionDesign(AttentionSpace space)
    : space_(std::move(space)),
      slices_(slice_levels(goal_in(space_))),
      design_(goal_in(space_), problem_in(space_)) {}

void AttentionDesign::put_rows(AttentionSpec& spec, int row, std::uint64_t turn) const {
  for (const Index L : design_.values(row, length, turn)) {
    for (const Index C : design_.values(row, slice_length, turn)) {
      spec.length = L;
      spec.slice_length = space_.slices ? C : L;
      if (slices_.level_of(L, C) == design_.level(row, slices)) return;
    }
  }
}

void AttentionDesign::put_columns(AttentionSpec& spec, int row, std::uint64_t turn) const {
  const int of = design_.level(row, map) % maps_in(space_);
  spec.features_given = is_given(space_, of);
  for (const Index D : design_.values(row, width, turn)) {
    for (const Index M : design_.values(row, features, turn)) {
      spec.width = D;
      spec.feature_map = map_with(space_, of, D, M);
      if (spec.features() == M) return;
    }
  }
}

AttentionSpec AttentionDesign::spec(int row, std::uint64_t turn, int attempt) const {
  AttentionSpec spec{.entries = Entries::moderate};
  put_rows(spec, row, turn);
  put_columns(spec, row, turn);
  spec.value_width = design_.values(row, value_width, turn).front();
  spec.batch = design_.values(row, batch, turn).front();
  spec.heads = design_.values(row, heads, turn).front();
  const int way =
      has_paths(space_) ? design_.level(row, map) / maps_in(space_) : design_.level(row, direction);
  spec.causal = space_.causal && way == 0;
  const bool has_mask = spec.length > 1 && attempt < first_attempt_without_mask;
  if (has_mask) spec.mask = masks.at(static_cast<std::size_t>(design_.level(row, mask)));
  if (spec.mask == KeyMask::whole_slices && spec.length <= spec.slice_length) {
    spec.mask = KeyMask::scattered;  // a single slice would be masked completely
  }
  const bool has_states = attempt < first_attempt_without_states;
  const OptionalInputs& given =
      optional_inputs(space_)[static_cast<std::size_t>(design_.level(row, inputs))];
  spec.has_start = has_states && given.start;
  spec.has_end_cotangent = has_states && given.end;
  spec.cut = std::max<Index>(1, spec.length / 2);
  return within(space_.restrictions, spec);
}

int AttentionDesign::everyday_rows() const {
  const CoveringProblem problem = problem_in(space_);
  return static_cast<int>(std::ranges::count_if(problem.wanted, [&](const Combination& of) {
    return problem.least_cost(of) <= problem.cap;
  }));
}

std::vector<int> AttentionDesign::large_rows() const {
  constexpr Index most_work = 200'000;
  std::vector<std::pair<Index, int>> by_work;
  for (int row = 0; row < rows(); ++row) {
    const AttentionSpec of = spec(row, 0);
    const Index work =
        of.batch * of.heads * of.length * (of.width + of.value_width) * of.features();
    if (of.length >= least_large_length && work <= most_work) by_work.emplace_back(work, row);
  }
  return with_most_work(std::move(by_work));
}

const AttentionDesign& attention_design(const AttentionSpace& space) {
  return kept_design<AttentionDesign>(space);
}

}  // namespace slim::properties
