// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/gradient/gradient_law.hpp"
#include "properties/laws/laws.hpp"

#include <algorithm>
#include <array>

namespace slim::properties::laws {
namespace {

Finding agrees_with_its_parts(GradientEvidence& evidence, const Subject& subject, Scalar scalar) {
  if (std::optional<Finding> excuse = excused(subject, scalar, evidence)) return *excuse;
  const bool with_logits = evidence.with_logits() && subject.capabilities.logits;
  return judge(subject, scalar, evidence, [&](Scalar in, GradientBounds bounds) {
    if (!with_logits) bounds.logits.clear();
    const GradientAnswer answer = ask(subject, in, evidence.given(), {.wants_logits = with_logits});
    return worst_discrepancy(answer, evidence.truth(), bounds);
  });
}

/// Learned positions, padding on either side, or both. In padded cases all targets of tokens count,
/// so that not all of them are masked.
GradientSpec with_parts(GradientSpec spec) {
  spec.learned_positions = spec.seed % 5 < 3 || spec.length == 1;
  if (spec.learned_positions) spec.batch = std::max<Index>(spec.batch, 2);
  constexpr std::array sides = {PaddedSide::none, PaddedSide::left, PaddedSide::right,
                                PaddedSide::left, PaddedSide::right};
  spec.padding = sides.at(spec.seed % 5);
  if (spec.padding != PaddedSide::none) spec.mask = MaskKind::none;
  return spec;
}

}  // namespace

/// Models with declared parts are those of the definition.
///
/// Statement: for models with learned positions, X_l = E_token + P_position, and for batches of
/// sequences with padding on their left or right, loss and gradient are those of the naive
/// reference, and so are the logits of rows that are no padding, in cases of odd length. Padding
/// enters no sum, its targets do not count, and positions begin at the first token, or at the first
/// row if that is declared. Generator: gradient_specs; in three fifths positions are learned, and
/// one fifth has padding on each side with either kind of positions. Tolerance: as gradient_agrees.
Law declared_parts_agree() {
  return gradient_law(
      {.name = "declared-parts-agree",
       .statement = "with learned positions and in padded batches, loss, gradient and logits are "
                    "those of the naive reference, which leaves padding out",
       .source = "padding is not part of a sequence; the chain rule for a table of positions",
       .generator = "as gradient-agrees, with learned positions, padding on either side, or both",
       .tolerance = "as gradient-agrees",
       .kills = {"mutant/padding-enters-sums", "mutant/padding-shifts-positions",
                 "mutant/position-gradient-overwritten", "mutant/position-gradient-in-next-row"},
       .draw = {},
       .load = {}},
      {.check = agrees_with_its_parts,
       .repair = with_parts,
       .fits =
           [](const GradientCase& c) {
             const bool has_parts = c.model.learns_positions() || c.sequences.has_padding();
             return std::string(has_parts ? ""
                                          : "the case has neither learned positions nor padding");
           },
       .compares_logits = true});
}

}  // namespace slim::properties::laws
