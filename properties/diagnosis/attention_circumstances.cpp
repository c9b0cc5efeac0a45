// SPDX-License-Identifier: Apache-2.0
// What can be changed in a case of attention next to a failing one.

#include "properties/diagnosis/neighbours.hpp"

#include <algorithm>

namespace slim::properties {
namespace {

Index slices_of(const AttentionSpec& s) {
  return (s.length + s.slice_length - 1) / s.slice_length;
}

bool is_ragged(const AttentionSpec& s) {
  return s.length % s.slice_length != 0;
}

/// From several slices to one or back; the last slice stays incomplete or complete.
void change_slices(AttentionSpec& s) {
  if (slices_of(s) > 1) {
    s.slice_length = is_ragged(s) ? s.length + 1 : s.length;
  } else {
    s.length += s.slice_length;
  }
}

/// From an incomplete last slice to a complete one or back, with as many slices.
void change_raggedness(AttentionSpec& s) {
  const Index slices = slices_of(s);
  if (is_ragged(s)) {
    s.length = slices * s.slice_length;
    return;
  }
  s.slice_length = std::max<Index>(s.slice_length, 2);
  s.length = slices * s.slice_length - 1;
}

/// Equal numbers of sequences and heads, or of columns: the fault may be that of a guessed layout.
void add_equal_sizes(const AttentionNeighbour& base, Circumstances<AttentionNeighbour>& all) {
  using Spec = AttentionNeighbour;
  const auto equal = [&](const char* words, const char* otherwise, Index Spec::*one,
                         Index Spec::*other) {
    const auto change = [](Index Spec::*a, Index Spec::*b) {
      return [a, b](Spec& s) { s.*a = s.*a == s.*b ? s.*a + 1 : s.*b; };
    };
    all.properties.push_back({words,
                              otherwise,
                              [one, other](const Spec& s) { return s.*one == s.*other; },
                              change(other, one),
                              {change(one, other)}});
  };
  equal("where D = D_v", "where D and D_v differ", &Spec::width, &Spec::value_width);
  if (base.features() != base.width && base.features() == base.value_width) {
    all.properties.push_back({"where M = D_v",
                              "where M and D_v differ",
                              [](const Spec& s) { return s.features() == s.value_width; },
                              [](Spec& s) { ++s.value_width; },
                              {[](Spec& s) { ++s.width; }}});
  }
  if (!base.shares_heads) {
    equal("where B = H", "where B and H differ", &Spec::batch, &Spec::heads);
  }
}

/// The numbers, and those next to the ends of one block and two whose length is declared.
std::vector<Index> with_edges_of(Index block, std::vector<Index> numbers) {
  constexpr Index largest = 128;
  if (block < 2 || block > largest) return numbers;
  for (const Index edge : {block, block + 1, 2 * block}) numbers.push_back(edge);
  return numbers;
}

std::string words_of(Entries entries) {
  switch (entries) {
    case Entries::zeros:
      return "exact zeros and rows without features";
    case Entries::near_epsilon:
      return "denominators about the paper's epsilon";
    case Entries::spread:
    case Entries::steep:
      return "rows of very different sizes";
    case Entries::far:
    case Entries::opposite:
      return "very large or very small numbers";
    case Entries::subnormal:
      return "subnormal numbers";
    case Entries::equal:
    case Entries::near_equal:
      return "equal keys";
    case Entries::integers:
      return "whole numbers, with ties and zeros";
    default:
      return "ordinary numbers";
  }
}

}  // namespace

Circumstances<AttentionNeighbour> AttentionNeighbours::circumstances() const {
  using Spec = AttentionNeighbour;
  const Capabilities& can = subject_.capabilities;
  Circumstances<Spec> all;
  const auto property = [&](const char* with, const char* without, auto holds, auto change) {
    all.properties.push_back({with, without, holds, change, {}});
  };
  const auto quantity = [&](const char* several, Index Spec::*number, std::vector<Index> values,
                            std::vector<Index> further, std::vector<Index> blocks = {}) {
    all.quantities.push_back({several, [number](const Spec& s) { return s.*number; },
                              [number](Spec& s, Index value) { s.*number = value; },
                              std::move(values), std::move(further), std::move(blocks)});
  };
  if (!asks_features_) {
    property(
        "with a start state", "without a start state", [](const Spec& s) { return s.has_start; },
        [](Spec& s) { s.has_start = !s.has_start; });
    if (base_->pullback) {
      property(
          "with a cotangent of the end state", "without a cotangent of the end state",
          [](const Spec& s) { return s.has_end_cotangent; },
          [](Spec& s) { s.has_end_cotangent = !s.has_end_cotangent; });
    }
    const auto of_mask = std::ranges::find(subject_.forms, false, &InputForm::is_optional);
    const bool has_words = of_mask != subject_.forms.end() && !of_mask->with.empty();
    property(
        has_words ? of_mask->with.c_str() : "with a key mask",
        has_words ? of_mask->without.c_str() : "without a key mask",
        [](const Spec& s) { return s.mask != KeyMask::none; },
        [](Spec& s) { s.mask = s.mask == KeyMask::none ? KeyMask::leading : KeyMask::none; });
    if (base_->shares_heads) {
      property(
          "where heads share keys, values or queries", "where each head has its own arrays",
          [](const Spec& s) { return s.shares_heads; },
          [](Spec& s) { s.shares_heads = !s.shares_heads; });
    }
    if (base_->is_cross) {
      property(
          std::string(words_of_cross_attention).c_str(), "with as many queries as keys",
          [](const Spec& s) { return s.is_cross; }, [](Spec& s) { s.is_cross = !s.is_cross; });
    }
    property(
        "in causal attention", "in bidirectional attention", [](const Spec& s) { return s.causal; },
        [](Spec& s) { s.causal = !s.causal; });
    if (can.sliced) {
      property(
          "with two slices or more", "with one slice",
          [](const Spec& s) { return slices_of(s) > 1; }, [](Spec& s) { change_slices(s); });
      property(
          "where the slice length does not divide L", "where the slice length divides L",
          [](const Spec& s) { return is_ragged(s); }, [](Spec& s) { change_raggedness(s); });
    }
  }
  add_equal_sizes(*base_, all);
  property(("with " + words_of(base_->entries)).c_str(), "with ordinary numbers",
           [](const Spec& s) { return !is_ordinary(s); },
           [own = base_->entries](Spec& s) { s.entries = is_ordinary(s) ? own : Entries::normal; });
  quantity("sequences", &Spec::batch, {1, 2, 3}, {4, 5});
  quantity("heads", &Spec::heads, {1, 2, 3},
           base_->shares_heads ? std::vector<Index>{4, 8} : std::vector<Index>{4, 5});
  const std::vector<Index> of_head = {can.head_block};
  const std::vector<Index> widths = with_edges_of(can.head_block, {1, 2, 3, 8, 9, 64, 65});
  const std::vector<Index> further = {4, 5, 7, 16, 17, 32, 33, 64, 128, 129};
  AttentionNeighbour uneven = *base_;
  ++uneven.value_width;
  if (finding_on(uneven)) {
    quantity(base_->features_given ? "features" : "columns of q and k", &Spec::width, widths,
             further, of_head);
    if (!asks_features_) quantity("columns of v", &Spec::value_width, widths, further, of_head);
  } else {  // it takes values as wide as keys alone
    all.quantities.push_back({"columns of q, k and v", [](const Spec& s) { return s.width; },
                              [](Spec& s, Index value) { s.width = s.value_width = value; }, widths,
                              further, of_head});
  }
  // A number of rows that grows with the slice length fixed is a number of slices.
  const bool is_of_rows = !can.sliced || slices_of(*base_) == 1;
  if (is_of_rows) {
    all.quantities.push_back({"rows",
                              [](const Spec& s) { return s.length; },
                              [](Spec& s, Index value) {
                                s.slice_length = is_ragged(s) ? value + 1 : value;
                                s.length = value;
                              },
                              with_edges_of(can.block, {1, 2, 3, 9, 33, 64}),
                              {4, 5, 8, 16, 17, 32, 65, 128, 129, 192},
                              {can.block}});
  }
  if (!base_->features_given && can.feature_maps.size() > 1) {
    std::vector<FeatureMap> maps;
    Choice<Spec> choice{.words = "with the feature map", .names = {}, .of = {}, .put = {}};
    for (const FeatureKind kind : can.feature_maps) {
      FeatureMap map = base_->feature_map;
      map.kind = kind;
      map.blocks = 1;
      map.own = kind == FeatureKind::own ? can.own_map.get() : nullptr;
      if (kind == base_->feature_map.kind) map = base_->feature_map;
      maps.push_back(map);
      choice.names.emplace_back(name(map));
    }
    choice.of = [maps](const Spec& s) {
      const auto at = std::ranges::find(maps, s.feature_map.kind, &FeatureMap::kind);
      return static_cast<std::size_t>(at - maps.begin());
    };
    choice.put = [maps](Spec& s, std::size_t option) { s.feature_map = maps.at(option); };
    const bool has_own = choice.of(*base_) < maps.size();
    if (has_own) all.choices.push_back(std::move(choice));
  }
  if (!is_contiguous(*base_)) {
    all.choices.push_back(
        {.words = "with arrays that are",
         .names = {"contiguous", "spread with gaps", "transposed (columns not adjacent in memory)",
                   "interleaved by heads", "repeated by strides of 0"},
         .of = [](const Spec& s) { return static_cast<std::size_t>(s.layout); },
         .put = [](Spec& s, std::size_t option) { s.layout = all_layouts.at(option); }});
  }
  return all;
}

std::vector<AttentionNeighbour> AttentionNeighbours::wider() const {
  const auto with = [&](Index batch, Index heads, bool rows, bool columns) {
    AttentionNeighbour spec = *base_;
    if (spec.shares_heads && heads > 1) heads = 2 * failing_.groups.largest();
    spec.batch = std::max(spec.batch, batch);
    spec.heads = std::max(spec.heads, heads);
    if (columns) {
      spec.width = std::max<Index>(spec.width, 5);
      spec.value_width = std::max<Index>(spec.value_width, 4);
    }
    if (!rows) return spec;
    const bool has_one = slices_of(spec) == 1;
    const bool ragged = is_ragged(spec);
    // Of blocks whose length is not known, several.
    const Index longer = has_one ? std::clamp<Index>(2 * spec.length, 6, 130) : 6;
    spec.slice_length = has_one ? longer : longer / 2;
    spec.length = ragged ? longer - 1 : longer;
    return spec;
  };
  return {with(2, 3, true, true),
          with(2, 3, false, true),
          with(1, 1, true, true),
          with(2, 3, true, false),
          with(2, 3, false, false),
          with(1, 1, false, true),
          *base_};
}

}  // namespace slim::properties
