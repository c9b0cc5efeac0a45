// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/attention_specs.hpp"

#include "properties/engine/cases/attention_design.hpp"
#include "properties/engine/cases/choices.hpp"
#include "properties/engine/cases/stratified_size.hpp"

#include <rapidcheck/seq/Create.h>
#include <rapidcheck/shrinkable/Create.h>

#include <algorithm>

namespace slim::properties {
namespace {

constexpr Index most_attention_work = 900;  ///< B·H·L·M·D_v, proportional to the cost in 50 digits
constexpr Index longest_attention = 24;
/// B·H·L·(D + D_v)·M of a drawn case in the sizes that a subject requires: a tenth of a designed
/// one.
constexpr double most_drawn_work = most_designed_work / 10.0;

// Indices of the 20 stratified sizes with special shapes, which 20 random cases might not include.
constexpr int place_next_to_epsilon = 3;
constexpr int other_place_next_to_epsilon = 11;
constexpr int place_of_long_and_thin = 6;
constexpr int place_of_half_as_long = 17;
constexpr int place_of_short_and_wide = 14;

AttentionSpec valid_attention(AttentionSpec spec) {
  spec.cut = std::clamp<Index>(spec.cut, 1, std::max<Index>(1, spec.length - 1));
  if (spec.features_given) spec.feature_map = {};
  if (!spec.feature_map.is_projected()) spec.feature_map.blocks = 1;
  return spec;
}

/// Denominators about ε, with elementwise maps and without a mask, where places of ε differ.
void put_next_to_epsilon(Choices& choices, AttentionSpec& spec) {
  spec.entries = Entries::near_epsilon;
  spec.mask = KeyMask::none;
  spec.feature_map = {};
  spec.feature_map.kind = choices.one_of<FeatureKind>(
      {FeatureKind::square, FeatureKind::relu, FeatureKind::elu_plus_one, FeatureKind::absolute});
}

/// The shape of a case. Long and wide ones have sizes at the edges of blocks of 16, 32 or 64 rows,
/// or of 8 or 16 numbers: one less, as many, one more.
enum class Shape { compact, half_as_long, long_and_thin, short_and_wide };

Shape shape_of(int size) {
  switch (place_of(size)) {
    case place_of_half_as_long:
      return Shape::half_as_long;
    case place_of_long_and_thin:
      return Shape::long_and_thin;
    case place_of_short_and_wide:
      return Shape::short_and_wide;
    default:
      return Shape::compact;
  }
}

void draw_compact(Choices& choices, AttentionSpec& spec) {
  spec.slice_length =
      choices.one_of<Index>({1, 2, choices.up_to(5), choices.up_to(9), choices.up_to(30)});
  spec.length = draw_length(choices, spec.slice_length, longest_attention);
  spec.width = choices.one_of<Index>({1, 2, 3, 4, 5});
  spec.value_width = choices.one_of<Index>({1, 2, 3, 4, 5});
  if (spec.feature_map.kind == FeatureKind::favor_plus) {
    spec.feature_map.blocks = choices.one_of<Index>({1, 2});
  }
}

void draw_long_and_thin(Choices& choices, AttentionSpec& spec, const std::vector<Index>& lengths) {
  spec.slice_length = choices.one_of<Index>({15, 16, 17, 63, 64, 65, 129, 300});
  spec.length = choices.one_of(lengths);
  spec.width = choices.one_of<Index>({1, 2});
  spec.value_width = choices.one_of<Index>({1, 2});
}

void draw_short_and_wide(Choices& choices, AttentionSpec& spec) {
  spec.slice_length = choices.one_of<Index>({1, 2, 3});
  spec.length = choices.one_of<Index>({1, 2, 3});
  spec.width = choices.one_of<Index>({1, 2, 3});
  spec.value_width = choices.one_of<Index>({7, 8, 9, 16, 17, 32, 33, 64, 65});
  if (choices.one_of<int>({0, 1}) == 1) std::swap(spec.width, spec.value_width);
}

AttentionSpec draw_attention(const rc::Random& random, int size) {
  Choices choices(random, size);
  AttentionSpec spec;
  spec.features_given = choices.one_of<int>({0, 0, 0, 1}) == 1;
  spec.feature_map.kind = choices.one_of<FeatureKind>(
      {FeatureKind::square, FeatureKind::relu, FeatureKind::elu_plus_one, FeatureKind::absolute,
       FeatureKind::favor_plus});
  switch (shape_of(size)) {
    case Shape::compact:
      draw_compact(choices, spec);
      break;
    case Shape::half_as_long:
      draw_long_and_thin(choices, spec, {32, 33, 48, 64, 65});
      break;
    case Shape::long_and_thin:
      draw_long_and_thin(choices, spec, {31, 32, 33, 48, 63, 64, 65, 96, 127, 128, 129, 257});
      break;
    case Shape::short_and_wide:
      draw_short_and_wide(choices, spec);
      break;
  }
  spec.causal = choices.one_of<int>({0, 1, 1, 1}) == 1;
  const bool one_head = spec.length > longest_attention;  // the definition has L² weights
  const Index of_a_head = spec.length * spec.features() * spec.value_width;
  const Index room = one_head ? 1 : std::max<Index>(1, most_attention_work / of_a_head);
  spec.batch = std::min<Index>(choices.one_of<Index>({1, 1, 2, 3}), room);
  spec.heads =
      std::min<Index>(choices.one_of<Index>({1, 1, 2, 3}), std::max<Index>(1, room / spec.batch));
  spec.has_start = choices.one_of<int>({0, 1}) == 1;
  spec.has_end_cotangent = choices.one_of<int>({0, 1}) == 1;
  spec.mask = choices.one_of<KeyMask>(
      {KeyMask::none, KeyMask::none, KeyMask::none, KeyMask::scattered, KeyMask::scattered,
       KeyMask::whole_slices, KeyMask::padding, KeyMask::leading, KeyMask::ragged,
       KeyMask::one_empty, KeyMask::first_only, KeyMask::all});
  spec.entries = choices.one_of<Entries>(
      {Entries::normal, Entries::normal, Entries::normal, Entries::zeros, Entries::near_equal,
       Entries::equal, Entries::spread, Entries::near_epsilon, Entries::integers});
  spec.cut = choices.from(rc::gen::resize(
      rc::kNominalSize, rc::gen::inRange<Index>(1, std::max<Index>(2, spec.length))));
  if (choices.one_of<int>({0, 1}) == 1) {
    spec.cut = (spec.cut + spec.slice_length - 1) / spec.slice_length * spec.slice_length;
  }
  spec.seed =
      static_cast<std::uint64_t>(choices.from(rc::gen::inRange<std::int64_t>(0, 1'000'000)));
  const int place = place_of(size);
  if (place == place_of_half_as_long) spec.mask = KeyMask::none;
  if (place == place_next_to_epsilon || place == other_place_next_to_epsilon) {
    put_next_to_epsilon(choices, spec);
  }
  return valid_attention(spec);
}

}  // namespace

std::vector<AttentionSpec> smaller_specs(const AttentionSpec& spec, const AttentionRepair& repair) {
  std::vector<AttentionSpec> smaller;
  const auto add = [&](auto change) {
    AttentionSpec changed = spec;
    change(changed);
    changed = valid_attention(repair(changed));
    if (changed != spec) smaller.push_back(changed);
  };
  using Spec = AttentionSpec;
  add([](Spec& s) { s.batch = 1; });
  add([](Spec& s) { s.heads = 1; });
  add([](Spec& s) { s.width = preferred_number; });
  add([](Spec& s) { s.value_width = preferred_number; });
  add([](Spec& s) { s.has_start = false; });
  add([](Spec& s) { s.pullback = true; });
  add([](Spec& s) { s.has_end_cotangent = false; });
  add([](Spec& s) { s.mask = KeyMask::none; });
  add([](Spec& s) { s.entries = Entries::normal; });
  add([](Spec& s) { s.features_given = false, s.feature_map = {}; });
  add([](Spec& s) { s.causal = true; });
  add([](Spec& s) { s.feature_map.blocks = 1; });
  for (const Index length : simpler_values(spec.length)) {
    add([=](Spec& s) { s.length = length; });
    add([=](Spec& s) { s.cut -= s.length - length, s.length = length; });  // dropped before the cut
  }
  for (const Index slice : smaller_values(spec.slice_length, 1)) {
    add([=](Spec& s) { s.slice_length = slice; });
  }
  for (const Index batch : smaller_values(spec.batch, 1)) add([=](Spec& s) { s.batch = batch; });
  for (const Index heads : smaller_values(spec.heads, 1)) add([=](Spec& s) { s.heads = heads; });
  for (const Index width : simpler_values(spec.width)) add([=](Spec& s) { s.width = width; });
  for (const Index width : simpler_values(spec.value_width)) {
    add([=](Spec& s) { s.value_width = width; });
  }
  for (const Index cut : smaller_values(spec.cut, 1)) add([=](Spec& s) { s.cut = cut; });
  const auto seed = static_cast<Index>(std::min<std::uint64_t>(spec.seed, 4));
  for (const Index other : smaller_values(seed, 0)) {
    add([=](Spec& s) { s.seed = static_cast<std::uint64_t>(other); });
  }
  return smaller;
}

namespace {

rc::Shrinkable<AttentionSpec> shrinkable(const AttentionSpec& spec, const AttentionRepair& repair) {
  return rc::shrinkable::shrinkRecur(valid_attention(repair(spec)), [repair](const auto& larger) {
    return rc::seq::fromContainer(smaller_specs(larger, repair));
  });
}

/// With many heads or wide rows that a subject requires, a case gets fewer sequences and rows.
AttentionSpec affordable(AttentionSpec spec, const AttentionRepair& repair) {
  const auto excess = [&] {
    const AttentionSpec needed = repair(spec);
    return static_cast<double>(needed.batch * needed.heads * needed.length) *
           static_cast<double>((needed.width + needed.value_width) * needed.features()) /
           most_drawn_work;
  };
  if (excess() > 1.0) spec.batch = 1;
  if (const double of_rows = excess(); of_rows > 1.0) {
    constexpr double least_length = 2.0;
    const double L = static_cast<double>(spec.length) / of_rows;
    spec.length = static_cast<Index>(std::max(least_length, L));
  }
  return valid_attention(spec);
}

std::uint64_t draw_seed(Choices& choices) {
  return static_cast<std::uint64_t>(choices.from(rc::gen::inRange<std::int64_t>(0, 1'000'000)));
}

}  // namespace

rc::Gen<AttentionSpec> attention_specs(const AttentionRepair& repair) {
  return [repair](const rc::Random& random, int size) {
    return shrinkable(affordable(draw_attention(random, size), repair), repair);
  };
}

rc::Gen<AttentionSpec> designed_specs(const AttentionSpec& spec, const AttentionRepair& repair) {
  return [spec, repair](const rc::Random& random, int /*size*/) {
    Choices choices(random, rc::kNominalSize);
    AttentionSpec drawn = spec;
    drawn.seed = draw_seed(choices);
    return shrinkable(drawn, repair);
  };
}

}  // namespace slim::properties
