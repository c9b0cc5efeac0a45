// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/case_file/gradient_case.hpp"

#include <string>
#include <string_view>

namespace slim::properties {

/// Which targets count in the loss.
enum class MaskKind {
  none,          ///< no mask at all
  scattered,     ///< each target independently at random
  whole_slices,  ///< every other slice counts, from the second on
  all_but_one,   ///< a single target counts
  nothing,       ///< none counts: loss and gradient are 0
  ragged,        ///< a padded batch: a longer part of every further sequence counts
  one_empty,     ///< nothing of the last sequence counts; of a single one all but the first target
};
std::string_view name(MaskKind kind);

/// The side on which sequences of a batch that are shorter than its longest one are padded.
enum class PaddedSide { none, left, right };
std::string_view name(PaddedSide side);

/// A gradient case in a few small numbers: sizes, options, and a seed for everything else.
struct GradientSpec {
  Index length = 1;        ///< L, targets
  Index slice_length = 1;  ///< C
  Index batch = 1;         ///< B
  Model model{.vocab_size = 2, .hidden_dim = 4, .layers = 1, .ffn_dim = 1, .heads = 1};
  MaskKind mask = MaskKind::none;
  std::uint64_t seed = 0;  ///< of parameters, projections, tokens and mask
  /// Whether parameters and projections have all digits of a double; else those of a float32.
  bool all_digits = false;
  bool learned_positions = false;  ///< then the table has three rows more than L
  PaddedSide padding = PaddedSide::none;

  bool operator==(const GradientSpec&) const = default;
};

/// "L=5 C=2 B=1 V=3 s=1 d_model=4 k=2 d_ff=1 g=relu norm=branch-output mask=none seed=7"
std::string readable(const GradientSpec& spec);

/// The case with a table of learned positions in place of sines and cosines, or the reverse, and an
/// embedding of tokens of the width that this needs, both drawn. Others keep their numbers.
GradientCase with_positions(const GradientCase& c, bool learned);

/// The case: parameters, projections, tokens and mask, drawn from the seed.
GradientCase materialise(const GradientSpec& spec);

}  // namespace slim::properties
