// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/cases/attention_spec.hpp"
#include "properties/engine/cases/size_design.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <memory>

namespace slim::properties {

/// The cases of attention that are possible under a subject's claims.
struct AttentionSpace {
  std::vector<FeatureKind> feature_maps{};
  bool projects = false;            ///< as in Capabilities
  const OwnMap* own_map = nullptr;  ///< of FeatureKind::own
  bool given_features = true;
  bool causal = true;
  bool bidirectional = false;
  bool key_masks = true;
  bool states = true;            ///< start states and cotangents of end states
  bool slices = true;            ///< the subject uses the slice length
  std::vector<Index> rows{};     ///< lengths to cover besides the usual ones
  std::vector<Index> columns{};  ///< likewise widths
  bool features_alone = false;   ///< the features task: no values, directions, masks, states
  Restrictions restrictions{};
  bool shares_heads = false;  ///< as in ExtraSizes
  bool packs = false;         ///< likewise

  /// Whether no case is possible.
  [[nodiscard]] bool empty() const {
    return (feature_maps.empty() && !given_features) || !(causal || bidirectional);
  }
  auto operator<=>(const AttentionSpace&) const = default;
};
/// Adds lengths b − 1, b, b + 1 and 2 b + 1 for b = `claimed.block`, and such widths for b =
/// `claimed.head_block`.
AttentionSpace attention_space(const Capabilities& claimed, const ExtraSizes& extra = {});
AttentionSpace features_space(const Capabilities& claimed, const ExtraSizes& extra = {});

/// The spec with a feature map of the space: the same one if it has it, else one of its own.
AttentionSpec with_map_of(const AttentionSpace& space, AttentionSpec spec);

/// The spec with enough heads and sequences to tell apart those that share heads or are packed.
AttentionSpec with_forms_of(const AttentionSpace& space, AttentionSpec spec);

/// Extents of a case of attention.
Extents extents_of(const AttentionSpec& spec);

/// B·H·L·(D + D_v)·M of the largest designed case, which takes about a tenth of a second.
inline constexpr double most_designed_work = 1e7;
/// B·H·L·D·M of the largest designed case of the features task.
inline constexpr double most_designed_features_work = 6e5;

/// A covering array over the sizes and options of attention. Every pair of size classes (such as
/// lengths around 256 with head widths around 64), of options (kind of mask; which of mask, start
/// and cotangent of the end there are; feature map; direction, together with the map if there are
/// at most four), and of a size class with an option occurs in some case, unless the pair is
/// impossible or its smallest case is above `most_designed_work`. Everyday shapes, such as 128 rows
/// with 64 columns of keys and of values, come in both directions.
class AttentionDesign {
 public:
  explicit AttentionDesign(AttentionSpace space);

  [[nodiscard]] int rows() const { return design_.rows(); }
  [[nodiscard]] const SizeGoal& goal() const { return design_.goal(); }
  /// The case of a row, with seed 0. Later attempts, for cases that cannot be judged, have the same
  /// sizes without a mask, then without states.
  [[nodiscard]] AttentionSpec spec(int row, std::uint64_t turn, int attempt = 0) const;
  /// Rows of the design whose length is 127 or more and that are cheap enough to run many times,
  /// the largest first.
  [[nodiscard]] std::vector<int> large_rows() const;
  /// The number of everyday shapes, which are the first rows.
  [[nodiscard]] int everyday_rows() const { return everyday_rows_; }

 private:
  void put_rows(AttentionSpec& spec, int row, std::uint64_t turn) const;
  void put_columns(AttentionSpec& spec, int row, std::uint64_t turn) const;

  AttentionSpace space_;
  SliceLevels slices_;
  SizeDesign design_;
  int everyday_rows_;
};

/// The design for these claims, cached.
const AttentionDesign& attention_design(const AttentionSpace& space);

}  // namespace slim::properties
