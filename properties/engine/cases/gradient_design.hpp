// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/cases/gradient_spec.hpp"
#include "properties/engine/cases/size_design.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::properties {

/// The cases of whole models that are possible under a subject's claims.
struct GradientSpace {
  std::vector<FeatureKind> feature_maps{};
  bool slices = true;         ///< the subject uses the slice length
  std::vector<Index> rows{};  ///< lengths to cover besides the usual ones

  /// Whether no case is possible.
  [[nodiscard]] bool empty() const { return feature_maps.empty(); }
  auto operator<=>(const GradientSpace&) const = default;
};
GradientSpace gradient_space(const Capabilities& claimed, const ExtraSizes& extra = {});

/// Extents of a case of a whole model.
Extents extents_of(const GradientSpec& spec);

/// Multiply-adds of the largest designed case, forward. It takes about two seconds, since its
/// bounds need many randomly rounded runs of the reference.
inline constexpr double most_designed_model_work = 3e5;

/// A covering array over the sizes and options of whole models, like AttentionDesign: pairs of
/// length, slice length, number of slices, batch, heads, vocabulary, model width, feed-forward
/// width and layers, and of these with feature map, place of the norm and mask.
class GradientDesign {
 public:
  explicit GradientDesign(GradientSpace space);

  [[nodiscard]] int rows() const { return design_.rows(); }
  [[nodiscard]] const SizeGoal& goal() const { return design_.goal(); }
  /// The case of a row, with seed 0.
  [[nodiscard]] GradientSpec spec(int row, std::uint64_t turn) const;
  /// Rows of the design whose length is 127 or more and that are cheap enough to run many times,
  /// the largest first.
  [[nodiscard]] std::vector<int> large_rows() const;

 private:
  GradientSpace space_;
  SliceLevels slices_;
  SizeDesign design_;
};

/// The design for these claims, cached.
const GradientDesign& gradient_design(const GradientSpace& space);

}  // namespace slim::properties
