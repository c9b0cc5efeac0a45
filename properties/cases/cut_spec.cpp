#include "properties/cases/cut_spec.hpp"

#include "properties/cases/gradient_specs.hpp"
#include "reference/vocabulary/contract.hpp"

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

CutSpec draw(const rc::Random& from, int size) {
  rc::Random random = from;
  CutSpec spec = repaired({gradient_specs()(random.split(), size).value(), 1});
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
  for (const GradientSpec& whole : smaller_specs(spec.whole)) {
    add({whole, spec.cut});
    if (whole.length < spec.whole.length) {
      add({whole, spec.cut - (spec.whole.length - whole.length)});  // dropped in front of the cut
    }
  }
  for (const Index cut : {Index{1}, spec.cut / 2, spec.cut - 1}) {
    if (cut < spec.cut) add({spec.whole, cut});
  }
  return rc::seq::fromContainer(std::move(all));
}

}  // namespace

std::string readable(const CutSpec& spec) {
  return readable(spec.whole) + " cut=" + std::to_string(spec.cut);
}

rc::Gen<CutSpec> cut_specs() {
  return [](const rc::Random& random, int size) {
    return rc::shrinkable::shrinkRecur(draw(random, size),
                                       [](const CutSpec& spec) { return smaller(spec); });
  };
}

Index cut_of(const CaseFile& file, const GradientCase& c) {
  require(c.sequences.length() >= 2, "a case with a cut has at least 2 targets");
  return file.integer("cut", 1, c.sequences.length() - 1);
}

}  // namespace slim::properties
