// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/attention_design.hpp"

#include "properties/engine/cases/attention_problem.hpp"

#include <algorithm>

namespace slim::properties {
namespace {

namespace problem = attention_problem;

// Attempts at a case that cannot be judged. Earlier ones use the row's own options.
constexpr int first_attempt_without_mask = 2;
constexpr int first_attempt_without_states = 4;

/// A later subject's own map may be at the address of an earlier one's: its numbers of features
/// tell them apart. If these are equal, the maps are the same to a design.
struct KeptSpace : AttentionSpace {
  std::vector<Index> own_features;
  auto operator<=>(const KeptSpace&) const = default;
};

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
  spec.feature_map = problem::map_with(space, static_cast<int>(spec.seed % count), 1, map.blocks);
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
      slices_(problem::slice_levels(problem::goal_in(space_))),
      design_(problem::goal_in(space_), problem::problem_in(space_)),
      everyday_rows_(problem::everyday_rows(space_)) {}

void AttentionDesign::put_rows(AttentionSpec& spec, int row, std::uint64_t turn) const {
  for (const Index L : design_.values(row, problem::length, turn)) {
    for (const Index C : design_.values(row, problem::slice_length, turn)) {
      spec.length = L;
      spec.slice_length = space_.slices ? C : L;
      if (slices_.level_of(L, C) == design_.level(row, problem::slices)) return;
    }
  }
}

void AttentionDesign::put_columns(AttentionSpec& spec, int row, std::uint64_t turn) const {
  const int of = design_.level(row, problem::map) % problem::maps_in(space_);
  spec.features_given = problem::is_given(space_, of);
  for (const Index D : design_.values(row, problem::width, turn)) {
    for (const Index M : design_.values(row, problem::features, turn)) {
      spec.width = D;
      spec.feature_map = problem::map_with(space_, of, D, M);
      if (spec.features() == M) return;
    }
  }
}

AttentionSpec AttentionDesign::spec(int row, std::uint64_t turn, int attempt) const {
  AttentionSpec spec{.entries = Entries::moderate};
  put_rows(spec, row, turn);
  put_columns(spec, row, turn);
  spec.value_width = design_.values(row, problem::value_width, turn).front();
  spec.batch = design_.values(row, problem::batch, turn).front();
  spec.heads = design_.values(row, problem::heads, turn).front();
  const int way = problem::has_paths(space_)
                      ? design_.level(row, problem::map) / problem::maps_in(space_)
                      : design_.level(row, problem::direction);
  spec.causal = space_.causal && way == 0;
  const bool has_mask = spec.length > 1 && attempt < first_attempt_without_mask;
  if (has_mask)
    spec.mask = problem::masks.at(static_cast<std::size_t>(design_.level(row, problem::mask)));
  if (spec.mask == KeyMask::whole_slices && spec.length <= spec.slice_length) {
    spec.mask = KeyMask::scattered;  // a single slice would be masked completely
  }
  const bool has_states = attempt < first_attempt_without_states;
  const problem::OptionalInputs& given = problem::optional_inputs(
      space_)[static_cast<std::size_t>(design_.level(row, problem::inputs))];
  spec.has_start = has_states && given.start;
  spec.has_end_cotangent = has_states && given.end;
  spec.cut = std::max<Index>(1, spec.length / 2);
  return within(space_.restrictions, spec);
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
  KeptSpace kept{space, {}};
  for (Index P = 1; space.own_map != nullptr && P <= 3; ++P) {
    kept.own_features.push_back(space.own_map->features(P));
  }
  return kept_design<AttentionDesign>(kept);
}

}  // namespace slim::properties
