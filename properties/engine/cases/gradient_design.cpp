// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/gradient_design.hpp"

#include <algorithm>
#include <limits>
#include <memory>

namespace slim::properties {
namespace {

constexpr double cheap_work = 1e4;

/// Factors of the covering array: extents, then options.
enum Factor {
  length,
  slice_length,
  slices,
  batch,
  heads,
  vocabulary,
  model_width,
  ffn_width,
  layers,
  extents_end,
  map = extents_end,
  norm,
  mask,
  factors_in_all
};

constexpr std::array<Extent, extents_end> extents = {
    Extent::length,     Extent::slice_length, Extent::slices,    Extent::batch, Extent::heads,
    Extent::vocabulary, Extent::model_width,  Extent::ffn_width, Extent::layers};

constexpr std::array norms = {Norm::branch_output, Norm::branch_input};
constexpr std::array masks = {MaskKind::none,        MaskKind::scattered, MaskKind::whole_slices,
                              MaskKind::all_but_one, MaskKind::ragged,    MaskKind::one_empty};

/// Widths of a model are multiples of 4.
SizeClass multiples_around(Index block) {
  return {.lowest = block - 4, .highest = block + 4, .values = {block, block + 4, block - 4}};
}

std::vector<SizeClass> widths() {
  return {exactly(4), exactly(8), multiples_around(16), multiples_around(32), multiples_around(64)};
}

SizeGoal goal_in(const GradientSpace& space) {
  SizeGoal goal{.task = "gradient",
                .factors = std::vector<SizeGoal::Factor>(extents_end),
                .pairs = {},
                .cap = most_designed_model_work};
  for (std::size_t factor = 0; factor < extents_end; ++factor) {
    goal.factors[factor].extent = extents[factor];
  }
  goal.factors[length].classes = row_classes(space.rows);
  if (space.slices) {
    goal.factors[slice_length].classes = slice_length_classes();
    goal.factors[slices].classes = slice_count_classes();
  }
  goal.factors[batch].classes = batch_and_head_classes();
  goal.factors[heads].classes = batch_and_head_classes();
  goal.factors[vocabulary].classes = {exactly(2), exactly(3), exactly(5), around(8),
                                      around(16), around(32), around(64)};
  goal.factors[model_width].classes = widths();
  goal.factors[ffn_width].classes = {exactly(1), exactly(2), exactly(3), exactly(5),
                                     around(8),  around(16), around(32), around(64)};
  goal.factors[layers].classes = {exactly(1), exactly(2), exactly(3)};
  return goal;
}

SliceLevels slice_levels(const SizeGoal& goal) {
  return {goal.factors[length].classes, goal.factors[slice_length].classes,
          goal.factors[slices].classes};
}

/// Multiply-adds of the forward pass of the smallest model with these levels.
class LeastWork {
 public:
  explicit LeastWork(const GradientSpace& space)
      : goal_(goal_in(space)), slices_(slice_levels(goal_)) {}

  double operator()(const Combination& row) const {
    const double f = size(ffn_width, row[ffn_width], 1.0);
    const double V = size(vocabulary, row[vocabulary], 2.0);
    double of_row = std::numeric_limits<double>::infinity();
    const auto see = [&](Index w, Index k) {
      const auto width = static_cast<double>(w);
      const double of_layer =
          4.0 * width * width + 2.0 * width * f + 3.0 * width * width / static_cast<double>(k);
      of_row = std::min(of_row, size(layers, row[layers], 1.0) * of_layer + width * V);
    };
    for_each_size(model_width, row[model_width], [&](Index w) {
      for_each_size(heads, row[heads], [&](Index k) {
        if (w % k == 0) see(w, k);
      });
    });
    return slices_.least_length(row[length], row[slice_length], row[slices]) *
           size(batch, row[batch], 1.0) * of_row;
  }

 private:
  [[nodiscard]] double size(std::size_t factor, int level, double least) const {
    if (level == open_level) return least;
    return largest_size(goal_.factors[factor].classes[static_cast<std::size_t>(level)]);
  }
  template <class Call>
  void for_each_size(std::size_t factor, int level, const Call& call) const {
    const std::vector<SizeClass>& classes = goal_.factors[factor].classes;
    for (std::size_t i = 0; i < classes.size(); ++i) {
      if (!is_open_or(level, static_cast<int>(i))) continue;
      for (const Index value : classes[i].values) call(value);
    }
  }

  SizeGoal goal_;
  SliceLevels slices_;
};

CoveringProblem problem_in(const GradientSpace& space) {
  const SizeGoal goal = goal_in(space);
  CoveringProblem problem{.levels = levels_to_cover(goal),
                          .least_cost = LeastWork(space),
                          .cap = goal.cap,
                          .cheap = cheap_work};
  problem.levels.resize(factors_in_all);
  problem.levels[map].assign(space.feature_maps.size(), true);
  problem.levels[norm].assign(norms.size(), true);
  problem.levels[mask].assign(masks.size(), true);
  return problem;
}

}  // namespace

GradientSpace gradient_space(const Capabilities& claimed, const ExtraSizes& extra) {
  std::vector<FeatureKind> maps =
      claimed.model_feature_maps.empty() ? claimed.feature_maps : claimed.model_feature_maps;
  std::erase_if(maps, [](FeatureKind kind) { return !is_of_models(kind); });
  std::vector<Index> rows = edges_of(claimed.block, largest_extra_size);
  rows.insert(rows.end(), extra.lengths.begin(), extra.lengths.end());
  return {.feature_maps = maps, .slices = claimed.sliced, .rows = std::move(rows)};
}

Extents extents_of(const GradientSpec& spec) {
  Extents of;
  of[Extent::length] = spec.length;
  of[Extent::slice_length] = spec.slice_length;
  of[Extent::slices] = (spec.length + spec.slice_length - 1) / spec.slice_length;
  of[Extent::batch] = spec.batch;
  of[Extent::heads] = spec.model.heads;
  of[Extent::vocabulary] = spec.model.vocab_size;
  of[Extent::model_width] = spec.model.hidden_dim;
  of[Extent::ffn_width] = spec.model.ffn_dim;
  of[Extent::layers] = spec.model.layers;
  return of;
}

GradientDesign::GradientDesign(GradientSpace space)
    : space_(std::move(space)),
      slices_(slice_levels(goal_in(space_))),
      design_(goal_in(space_), problem_in(space_)) {}

GradientSpec GradientDesign::spec(int row, std::uint64_t turn) const {
  const auto first = [&](Factor factor) { return design_.values(row, factor, turn).front(); };
  GradientSpec spec;
  const auto fits = [&](Index L, Index C) {
    return slices_.level_of(L, C) == design_.level(row, slices);
  };
  bool found = false;
  for (const Index L : design_.values(row, length, turn)) {
    for (const Index C : design_.values(row, slice_length, turn)) {
      if (found) continue;
      spec.length = L;
      spec.slice_length = space_.slices ? C : L;
      found = fits(L, C);
    }
  }
  spec.batch = first(batch);
  spec.model.vocab_size = first(vocabulary);
  spec.model.ffn_dim = first(ffn_width);
  spec.model.layers = first(layers);
  spec.model.heads = first(heads);
  const std::vector<Index> widths_in_turn = design_.values(row, model_width, turn);
  spec.model.hidden_dim =
      *std::ranges::find_if(widths_in_turn, [&](Index w) { return w % spec.model.heads == 0; });
  spec.model.feature_map.kind =
      space_.feature_maps[static_cast<std::size_t>(design_.level(row, map))];
  spec.model.norm = norms.at(static_cast<std::size_t>(design_.level(row, norm)));
  spec.mask = masks.at(static_cast<std::size_t>(design_.level(row, mask)));
  if (spec.mask == MaskKind::whole_slices && spec.length <= spec.slice_length) {
    spec.mask = MaskKind::scattered;  // with a single slice no target would count
  }
  return spec;
}

std::vector<int> GradientDesign::large_rows() const {
  constexpr Index most_work = 20'000;  // B·L·s·d_model
  std::vector<std::pair<Index, int>> by_work;
  for (int row = 0; row < rows(); ++row) {
    const GradientSpec of = spec(row, 0);
    const Index work = of.batch * of.length * of.model.layers * of.model.hidden_dim;
    if (of.length >= least_large_length && work <= most_work) by_work.emplace_back(work, row);
  }
  return with_most_work(std::move(by_work));
}

const GradientDesign& gradient_design(const GradientSpace& space) {
  return kept_design<GradientDesign>(space);
}

}  // namespace slim::properties
