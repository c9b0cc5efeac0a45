// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/task/attention.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>

namespace slim {
namespace {

using detail::HeadsShape;

constexpr double most_entries = 0x1p46;

std::string to_text(const HeadsSizes& sizes) {
  return "[" + std::to_string(sizes.batch) + ", " + std::to_string(sizes.heads) + ", " +
         std::to_string(sizes.rows) + ", " + std::to_string(sizes.cols) + "]";
}

/// Number of entries, in floating point so that huge extents do not overflow.
double approximate_entries(const HeadsSizes& sizes) {
  return static_cast<double>(sizes.batch) * static_cast<double>(sizes.heads) *
         static_cast<double>(sizes.rows) * static_cast<double>(sizes.cols);
}

/// The distance from the first entry to the last, likewise.
double approximate_reach(const HeadsSizes& sizes, const HeadsStrides& strides) {
  const auto along = [](Index extent, Index stride) {
    return static_cast<double>(extent - 1) * static_cast<double>(stride);
  };
  return along(sizes.batch, strides.batch) + along(sizes.heads, strides.heads) +
         along(sizes.rows, strides.rows) + along(sizes.cols, strides.cols);
}

void require_array(const HeadsShape& array) {
  const std::string name = array.name;
  const auto& [batch, heads, rows, cols] = array.sizes;
  require(array.given, name + " must be given");
  require(std::min({batch, heads, rows, cols}) >= 1,
          name + " must have extents of at least 1, not " + to_text(array.sizes));
  require(approximate_entries(array.sizes) <= most_entries,
          name + " must have at most 2^46 entries");
  const HeadsStrides& s = array.strides;
  require(std::min({s.batch, s.heads, s.rows, s.cols}) >= 0,
          name + " must have strides that are not negative");
  require(approximate_reach(array.sizes, s) <= 0x1p60, name + " must span at most 2^60 entries");
}

void require_sizes(const HeadsShape& array, const HeadsSizes& sizes) {
  require(array.sizes == sizes, std::string(array.name) + " must have extents " + to_text(sizes) +
                                    ", not " + to_text(array.sizes));
  require_array(array);
}

void require_sizes_if_given(const HeadsShape& array, const HeadsSizes& sizes) {
  if (array.given) require_sizes(array, sizes);
}

/// The number of features M. Throws if it is too large.
Index checked_features(const FeatureMap& map, Index D) {
  require(map.blocks >= 1 && map.blocks <= (Index{1} << 31),
          "feature map blocks must be from 1 to 2^31");
  const double u =
      static_cast<double>(D) * (map.is_projected() ? static_cast<double>(map.blocks) : 1);
  const bool squares = map.kind == FeatureKind::taylor || map.kind == FeatureKind::taylor_all;
  require(std::max(u, squares ? u * u : u) <= most_entries,
          "the number of features must be at most 2^46");
  return map.features(D);
}

void require_projection(const HeadsShape& omega, const FeatureMap& map, bool features_given,
                        Index H, Index D) {
  require(
      omega.given == (map.is_projected() && !features_given),
      "omega must be given if, and only if, the feature map is projected, such as favor+, and q "
      "and k are not features");
  require_sizes_if_given(omega, {.batch = 1, .heads = H, .rows = D, .cols = map.arguments(D)});
}

void require_mask(const std::string& name, std::span<const std::uint8_t> mask, Index entries) {
  require(mask.empty() || mask.size() == static_cast<std::size_t>(entries),
          name + " must have B·L = " + std::to_string(entries) + " entries, not " +
              std::to_string(mask.size()));
  require(std::ranges::all_of(mask, [](std::uint8_t m) { return m <= 1; }),
          "every entry of " + name + " must be 0 or 1");
}

void require_threads(int threads) {
  require(threads >= 1, "threads must be at least 1, not " + std::to_string(threads));
}

}  // namespace

void detail::require_valid(const AttentionShapes& task) {
  require_array(task.q);
  require_sizes(task.k, task.q.sizes);
  const auto& [B, H, L, D] = task.q.sizes;
  require_sizes(task.v, {.batch = B, .heads = H, .rows = L, .cols = task.v.sizes.cols});
  slim::require_valid(task.conventions, task.feature_map, task.features_given);
  const Index M = task.features_given ? D : checked_features(task.feature_map, D);
  require_projection(task.omega, task.feature_map, task.features_given, H, D);
  require_mask("key_mask", task.key_mask, B * L);
  require_mask("query_mask", task.query_mask, B * L);
  for (const Index group : {task.groups.queries, task.groups.keys, task.groups.values}) {
    require(group >= 1 && H % group == 0, "groups of heads must divide H = " + std::to_string(H) +
                                              ", not be " + std::to_string(group));
  }
  const HeadsSizes state{.batch = B, .heads = H, .rows = task.v.sizes.cols + 1, .cols = M};
  const HeadsSizes features{.batch = B, .heads = H, .rows = L, .cols = M};
  require(approximate_entries(features) <= most_entries,
          "the features must have at most 2^46 entries");
  require(approximate_entries(state) <= most_entries,
          "the prefix sums must have at most 2^46 entries");
  require_sizes_if_given(task.start, state);
  require(task.wants_pullback || (!task.out_cotangent.given && !task.end_cotangent.given),
          "cotangents must not be given unless the pullback is requested");
  require_sizes_if_given(task.out_cotangent, task.v.sizes);
  require_sizes_if_given(task.end_cotangent, state);
  require(task.slice_length >= 1,
          "slice_length must be at least 1, not " + std::to_string(task.slice_length));
  require_threads(task.threads);
}

void detail::require_valid(const FeaturesShapes& task) {
  require_array(task.x);
  const auto& [B, H, L, D] = task.x.sizes;
  slim::require_valid(task.conventions, task.feature_map, false);
  const Index M = checked_features(task.feature_map, D);
  require_projection(task.omega, task.feature_map, false, H, D);
  require(approximate_entries({.batch = B, .heads = H, .rows = L, .cols = M}) <= most_entries,
          "the features must have at most 2^46 entries");
  require_threads(task.threads);
}

}  // namespace slim
