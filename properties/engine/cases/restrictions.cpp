// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/restrictions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

namespace slim::properties {
namespace {

Index rounded_up(Index size, Index multiple) {
  return (size + multiple - 1) / multiple * multiple;
}

constexpr Index widest = 1024;

/// The number of blocks with which a projected map has M features of rows of width D; 0 if there is
/// none.
Index blocks_for(FeatureMap map, Index D, Index M) {
  for (map.blocks = 1; map.blocks <= M; ++map.blocks) {
    const Index features = map.features(D);
    if (features == M) return map.blocks;
    if (features > M || !map.is_projected()) return 0;
  }
  return 0;
}
Index blocks_for(const Restrictions& limits, const FeatureMap& map, Index D) {
  return blocks_for(map, D, limits.features > 0 ? limits.features : D);
}

/// The nearest width that is allowed by itself and with the number of features.
void restrict_features(const Restrictions& limits, AttentionSpec& spec) {
  const auto fits = [&](Index D) {
    return is_width(limits, D) && has_features(limits, spec.feature_map, spec.features_given, D);
  };
  for (Index by = 0; by < widest; ++by) {
    const bool smaller = fits(spec.width - by);
    if (!smaller && !fits(spec.width + by)) continue;
    spec.width += smaller ? -by : by;
    if (!spec.features_given && spec.feature_map.is_projected()) {
      spec.feature_map.blocks = blocks_for(limits, spec.feature_map, spec.width);
    }
    return;
  }
}

}  // namespace

bool is_width(const Restrictions& limits, Index D) {
  if (limits.width > 0) return D == limits.width;
  return D >= limits.least_width && D % limits.width_multiple == 0;
}

bool has_features(const Restrictions& limits, const FeatureMap& map, bool features_given, Index D) {
  if (limits.features == 0 && !limits.features_as_keys) return true;
  if (features_given) return limits.features == 0 || limits.features == D;
  return blocks_for(limits, map, D) > 0 &&
         !(limits.features_as_keys && limits.features > 0 && limits.features != D);
}

std::string to_words(const Restrictions& limits) {
  std::vector<std::string> words;
  const auto add = [&](bool restricted, std::string text) {
    if (restricted) words.push_back(std::move(text));
  };
  add(limits.heads > 0, fmt::format("H = {}", limits.heads));
  add(limits.key_heads > 0,
      fmt::format("{} of k", limits.key_heads == 1 ? std::string("one head")
                                                   : fmt::format("{} heads", limits.key_heads)));
  add(limits.width > 0, fmt::format("D = {}", limits.width));
  add(limits.least_width > 1, fmt::format("D at least {}", limits.least_width));
  add(limits.width_multiple > 1, fmt::format("D a multiple of {}", limits.width_multiple));
  add(limits.features > 0, fmt::format("M = {}", limits.features));
  add(limits.features_as_keys, "M = D");
  add(limits.feature_multiple > 1, fmt::format("M a multiple of {}", limits.feature_multiple));
  add(limits.length_multiple > 1, fmt::format("L a multiple of {}", limits.length_multiple));
  add(limits.value_width > 0, fmt::format("D_v = {}", limits.value_width));
  add(limits.values_as_keys, "D_v = D");
  add(limits.values_as_features, "D_v = M");
  add(limits.shared_projection, "one projection for all heads");
  return fmt::format("{}", fmt::join(words, ", "));
}

Index nearest_width(const Restrictions& limits, Index D, Index multiple) {
  if (limits.width > 0) return limits.width;
  return rounded_up(std::max(D, limits.least_width), std::lcm(limits.width_multiple, multiple));
}

AttentionSpec within(const Restrictions& limits, AttentionSpec spec) {
  if (limits.key_heads > 0) spec.heads = rounded_up(spec.heads, limits.key_heads);
  if (limits.heads > 0) spec.heads = limits.heads;
  const bool projects = !spec.features_given && spec.feature_map.kind == FeatureKind::favor_plus;
  spec.width = nearest_width(limits, spec.width, projects ? 1 : limits.feature_multiple);
  if (projects) {
    const Index of_blocks = limits.feature_multiple / std::gcd(limits.feature_multiple, spec.width);
    spec.feature_map.blocks = rounded_up(spec.feature_map.blocks, of_blocks);
  }
  if (limits.features > 0 || limits.features_as_keys) restrict_features(limits, spec);
  if (limits.value_width > 0) spec.value_width = limits.value_width;
  if (limits.values_as_keys) spec.value_width = spec.width;
  if (limits.values_as_features) spec.value_width = spec.features();
  spec.shared_projection = limits.shared_projection;
  const Index rows = limits.length_multiple;
  const bool is_number_of_blocks = spec.length <= 3 && spec.length % rows != 0;
  spec.length = is_number_of_blocks ? spec.length * rows : rounded_up(spec.length, rows);
  if (rows > 1 && spec.length > rows) {
    spec.cut = std::clamp(rounded_up(spec.cut, rows), rows, spec.length - rows);
  }
  return spec;
}

std::string beyond(const Restrictions& limits, const RestrictedSizes& sizes) {
  const auto unless_equal = [](const char* name, Index size, Index wanted) {
    return wanted == 0 || size == wanted ? ""
                                         : fmt::format("{} = {} is not {}", name, size, wanted);
  };
  const auto unless_multiple = [](const char* name, Index size, Index of) {
    return size % of == 0 ? "" : fmt::format("{} = {} is no multiple of {}", name, size, of);
  };
  for (std::string words :
       {unless_equal("H", sizes.heads, limits.heads), unless_equal("D", sizes.width, limits.width),
        unless_multiple("H", sizes.heads, std::max<Index>(1, limits.key_heads)),
        unless_multiple("D", sizes.width, limits.width_multiple),
        unless_equal("M", sizes.features, limits.features),
        unless_equal("M", sizes.features, limits.features_as_keys ? sizes.width : 0),
        unless_multiple("M", sizes.features, limits.feature_multiple),
        unless_multiple("L", sizes.length, limits.length_multiple),
        unless_equal("D_v", sizes.value_width, limits.value_width),
        unless_equal("D_v", sizes.value_width, limits.values_as_keys ? sizes.width : 0),
        unless_equal("D_v", sizes.value_width, limits.values_as_features ? sizes.features : 0)}) {
    if (!words.empty()) return words;
  }
  return sizes.width < limits.least_width
             ? fmt::format("D = {} is less than {}", sizes.width, limits.least_width)
             : "";
}

}  // namespace slim::properties
