// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/gradient_specs.hpp"

#include "properties/engine/cases/choices.hpp"
#include "properties/engine/cases/stratified_size.hpp"

#include <rapidcheck/seq/Create.h>
#include <rapidcheck/shrinkable/Create.h>

#include <algorithm>

namespace slim::properties {
namespace {

constexpr Index largest_work = 1000;  ///< B·L·s·width, proportional to the cost in 50 digits
constexpr Index longest = 40;
constexpr int place_of_long_model = 10;  ///< index of the stratified size

std::vector<Index> divisors(Index n) {
  std::vector<Index> found;
  for (Index i = 1; i <= n; ++i) {
    if (n % i == 0) found.push_back(i);
  }
  return found;
}

Model draw_model(Choices& choices) {
  Model model;
  model.vocab_size = choices.between(2, 7);
  model.hidden_dim = choices.one_of<Index>({4, 4, 8, 8, 12, 20});
  model.layers = choices.up_to(3);
  model.heads = choices.one_of(divisors(model.hidden_dim));
  model.feature_map.kind = choices.one_of<FeatureKind>(
      {FeatureKind::square, FeatureKind::relu, FeatureKind::elu_plus_one, FeatureKind::absolute,
       FeatureKind::favor_plus});
  if (model.feature_map.kind == FeatureKind::favor_plus) {
    model.feature_map.blocks = choices.between(1, 2);
  }
  model.norm = choices.one_of<Norm>({Norm::branch_output, Norm::branch_input});
  return model;
}

void draw_compact_sizes(Choices& choices, GradientSpec& spec) {
  spec.slice_length =
      choices.one_of<Index>({1, 1, choices.up_to(9), choices.up_to(9), choices.up_to(30)});
  spec.length = draw_length(choices, spec.slice_length, longest);
  const Index widest = largest_work / (spec.length * spec.model.layers);
  spec.batch = std::min(choices.one_of<Index>({1, 1, 2, 3}),
                        std::max<Index>(1, widest / spec.model.hidden_dim));
  spec.model.ffn_dim = choices.up_to(std::min<Index>(widest / spec.batch, 16));
}

/// The smallest model, with more rows than a block of 16, 32 or 64.
void draw_long_sizes(Choices& choices, GradientSpec& spec) {
  spec.slice_length = choices.one_of<Index>({15, 16, 17, 32, 63, 64, 65, 100, 200});
  spec.length = choices.one_of<Index>({31, 32, 33, 48, 63, 64, 65, 96, 127, 128, 129});
  spec.model.hidden_dim = 4;
  spec.model.layers = 1;
  spec.model.heads = choices.one_of<Index>({1, 2, 4});
  spec.model.ffn_dim = choices.up_to(4);
}

GradientSpec draw_spec(const rc::Random& random, int size) {
  Choices choices(random, size);
  GradientSpec spec;
  spec.model = draw_model(choices);
  if (place_of(size) == place_of_long_model) {
    draw_long_sizes(choices, spec);
  } else {
    draw_compact_sizes(choices, spec);
  }
  spec.mask = choices.one_of<MaskKind>(
      {MaskKind::none, MaskKind::none, MaskKind::ragged, MaskKind::scattered, MaskKind::one_empty,
       MaskKind::whole_slices, MaskKind::all_but_one, MaskKind::nothing});
  spec.seed =
      static_cast<std::uint64_t>(choices.from(rc::gen::inRange<std::int64_t>(0, 1'000'000)));
  return spec;
}

}  // namespace

std::vector<GradientSpec> smaller_specs(const GradientSpec& spec) {
  std::vector<GradientSpec> smaller;
  const auto add = [&](auto change) {
    GradientSpec changed = spec;
    change(changed);
    if (changed != spec) smaller.push_back(changed);
  };
  const Model& model = spec.model;
  const Index L = spec.length;
  const Index C = spec.slice_length;
  add([](GradientSpec& s) { s.batch = 1; });
  add([](GradientSpec& s) { s.model.layers = 1; });
  add([](GradientSpec& s) { s.model.ffn_dim = 1; });
  add([](GradientSpec& s) { s.model.vocab_size = 2; });
  add([](GradientSpec& s) { s.model.heads = 1, s.model.hidden_dim = 4; });
  add([](GradientSpec& s) { s.mask = MaskKind::none; });
  add([](GradientSpec& s) { s.all_digits = false; });
  add([](GradientSpec& s) { s.learned_positions = false; });
  add([](GradientSpec& s) { s.padding = PaddedSide::none; });
  add([](GradientSpec& s) { s.model.feature_map = {}; });
  add([](GradientSpec& s) { s.model.norm = Norm::branch_output; });
  for (const Index length : simpler_values(L)) add([=](GradientSpec& s) { s.length = length; });
  for (const Index slice : smaller_values(C, 1))
    add([=](GradientSpec& s) { s.slice_length = slice; });
  for (const Index slice : smaller_values(C, 1)) {
    // the same number of slices, each shorter
    add([=](GradientSpec& s) {
      s.slice_length = slice;
      s.length = (L - 1) / C * slice + std::min(slice, (L - 1) % C + 1);
    });
  }
  for (const Index batch : smaller_values(spec.batch, 1))
    add([=](GradientSpec& s) { s.batch = batch; });
  for (const Index layers : smaller_values(model.layers, 1)) {
    add([=](GradientSpec& s) { s.model.layers = layers; });
  }
  for (const Index width : smaller_values(model.hidden_dim / 4, 1)) {
    add([=](GradientSpec& s) { s.model.hidden_dim = 4 * width, s.model.heads = 1; });
  }
  for (const Index heads : divisors(model.hidden_dim)) {
    if (heads < model.heads) add([=](GradientSpec& s) { s.model.heads = heads; });
  }
  for (const Index width : smaller_values(model.ffn_dim, 1)) {
    add([=](GradientSpec& s) { s.model.ffn_dim = width; });
  }
  for (const Index size : smaller_values(model.vocab_size, 2)) {
    add([=](GradientSpec& s) { s.model.vocab_size = size; });
  }
  add([](GradientSpec& s) { s.model.feature_map.blocks = 1; });
  for (const Index seed :
       smaller_values(static_cast<Index>(std::min<std::uint64_t>(spec.seed, 4)), 0)) {
    add([=](GradientSpec& s) { s.seed = static_cast<std::uint64_t>(seed); });
  }
  return smaller;
}

namespace {

rc::Shrinkable<GradientSpec> shrinkable(const GradientSpec& spec) {
  return rc::shrinkable::shrinkRecur(spec, [](const GradientSpec& larger) {
    return rc::seq::fromContainer(smaller_specs(larger));
  });
}

}  // namespace

rc::Gen<GradientSpec> gradient_specs() {
  return [](const rc::Random& random, int size) { return shrinkable(draw_spec(random, size)); };
}

rc::Gen<GradientSpec> designed_specs(const GradientSpec& spec) {
  return [spec](const rc::Random& random, int /*size*/) {
    Choices choices(random, rc::kNominalSize);
    GradientSpec drawn = spec;
    drawn.seed =
        static_cast<std::uint64_t>(choices.from(rc::gen::inRange<std::int64_t>(0, 1'000'000)));
    return shrinkable(drawn);
  };
}

}  // namespace slim::properties
