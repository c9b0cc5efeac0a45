// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/cut_spec.hpp"

#include "properties/engine/cases/choices.hpp"
#include "properties/engine/cases/gradient_specs.hpp"
#include "properties/engine/cases/stratified_size.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <rapidcheck/gen/Numeric.h>
#include <rapidcheck/seq/Create.h>
#include <rapidcheck/shrinkable/Create.h>

#include <algorithm>

namespace slim::properties {
namespace {

CutSpec repaired(CutSpec spec) {
  spec.whole.length = std::max<Index>(spec.whole.length, 2);
  spec.cut = std::clamp<Index>(spec.cut, 1, spec.whole.length - 1);
  return spec;
}

/// The first position for the index of a size.
Index position_for(int size) {
  switch (place_of(size)) {
    case 2:
      return 257;
    case 6:
      return 2049;
    case 11:
      return 4099;
    case 15:
      return 65537;
    case 18:
      return 70001;
    default:
      return 0;
  }
}

CutSpec draw(const rc::Random& from, int size, Begins begins) {
  rc::Random random = from;
  CutSpec spec = repaired({gradient_specs()(random.split(), size).value(), 1});
  if (begins == Begins::anywhere) spec.first_position = position_for(size);
  const Index L = spec.whole.length;
  const Index C = spec.whole.slice_length;
  spec.cut = rc::gen::inRange<Index>(1, L)(random.split(), rc::kNominalSize).value();
  const bool at_edge = rc::gen::inRange(0, 2)(random.split(), rc::kNominalSize).value() == 0;
  if (at_edge && C < L) spec.cut = std::min(L - 1, (spec.cut + C - 1) / C * C);
  return spec;
}

rc::Seq<CutSpec> smaller(const CutSpec& spec) {
  std::vector<CutSpec> all;
  const auto add = [&](CutSpec candidate) {
    candidate = repaired(candidate);
    if (candidate != spec) all.push_back(candidate);
  };
  for (const Index position : smaller_values(spec.first_position, 0)) {
    add({spec.whole, spec.cut, position});
  }
  for (const GradientSpec& whole : smaller_specs(spec.whole)) {
    add({whole, spec.cut, spec.first_position});
    if (whole.length >= spec.whole.length) continue;
    const Index dropped = spec.whole.length - whole.length;
    add({whole, spec.cut - dropped, spec.first_position});  // in front of the cut
  }
  for (const Index cut : {Index{1}, spec.cut / 2, spec.cut - 1}) {
    if (cut < spec.cut) add({spec.whole, cut, spec.first_position});
  }
  return rc::seq::fromContainer(std::move(all));
}

}  // namespace

std::string readable(const CutSpec& spec) {
  const std::string text = readable(spec.whole) + " cut=" + std::to_string(spec.cut);
  return spec.first_position == 0 ? text : text + " from=" + std::to_string(spec.first_position);
}

rc::Gen<CutSpec> cut_specs(Begins begins) {
  return [begins](const rc::Random& random, int size) {
    return rc::shrinkable::shrinkRecur(draw(random, size, begins),
                                       [](const CutSpec& spec) { return smaller(spec); });
  };
}

GradientCase part_of(const GradientCase& c, Index begin, Index end) {
  GradientCase part = c;
  part.sequences = Sequences(c.sequences.batch(), end - begin);
  if (c.sequences.has_mask()) part.sequences.add_mask();
  const auto at = static_cast<std::size_t>(begin);
  const auto size = static_cast<std::size_t>(end - begin) + 1;
  for (Index b = 0; b < c.sequences.batch(); ++b) {
    std::ranges::copy(c.sequences.tokens(b).subspan(at, size), part.sequences.tokens(b).begin());
    if (!c.sequences.has_mask()) continue;
    std::ranges::copy(c.sequences.mask(b).subspan(at, size), part.sequences.mask(b).begin());
  }
  return part;
}

Index cut_of(const CaseFile& file, const GradientCase& c) {
  require(c.sequences.length() >= 2, "a case with a cut needs at least 2 targets");
  return file.integer("cut", 1, c.sequences.length() - 1);
}

Index first_position_of(const CaseFile& file) {
  constexpr Index furthest = Index{1} << 40;
  return file.metadata.contains("first_position") ? file.integer("first_position", 0, furthest) : 0;
}

}  // namespace slim::properties
