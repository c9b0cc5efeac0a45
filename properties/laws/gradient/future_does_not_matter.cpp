// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/cut_spec.hpp"
#include "properties/engine/make_law.hpp"
#include "properties/laws/gradient/gradient_law.hpp"
#include "properties/laws/laws.hpp"
#include "properties/tolerance/gradient_evidence.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <algorithm>

namespace slim::properties::laws {
namespace {

/// A case that counts targets up to the cut, the same with other tokens after it, and without them.
struct TwoFutures {
  GradientEvidence one;
  GradientEvidence other;
  GradientCase none;
  Index cut;
};

/// Changes every token after the cut, by adding 1 to V − 1 modulo V. If targets l < m count, tokens
/// 0 … m matter.
Sequences with_other_future(const Sequences& sequences, Index cut, Index vocab_size) {
  Sequences changed = sequences;
  const Random random(0, stream_named("future"));
  std::uint64_t place = 0;
  for (Index b = 0; b < changed.batch(); ++b) {
    for (std::int32_t& token : changed.tokens(b).subspan(static_cast<std::size_t>(cut) + 1)) {
      const std::uint64_t step =
          1 + random.below(static_cast<std::uint64_t>(vocab_size) - 1, place++);
      token = static_cast<std::int32_t>((static_cast<std::uint64_t>(token) + step) %
                                        static_cast<std::uint64_t>(vocab_size));
    }
  }
  return changed;
}

Sequences cut_off(const Sequences& sequences, Index cut) {
  Sequences kept(sequences.batch(), cut);
  const auto tokens = static_cast<std::size_t>(cut) + 1;
  kept.add_mask();
  for (Index b = 0; b < sequences.batch(); ++b) {
    std::ranges::copy(sequences.tokens(b).first(tokens), kept.tokens(b).begin());
    std::ranges::copy(sequences.mask(b).first(tokens), kept.mask(b).begin());
  }
  return kept;
}

TwoFutures two_futures(GradientCase c, Index cut) {
  if (!c.sequences.has_mask()) c.sequences.add_mask();
  for (Index b = 0; b < c.sequences.batch(); ++b) {
    for (std::uint8_t& counts : c.sequences.mask(b).subspan(static_cast<std::size_t>(cut) + 1)) {
      counts = 0;
    }
  }
  GradientCase other = c;
  other.sequences = with_other_future(c.sequences, cut, c.model.vocab_size);
  GradientCase none = c;
  none.sequences = cut_off(c.sequences, cut);
  return {.one = GradientEvidence(std::move(c)),
          .other = GradientEvidence(std::move(other)),
          .none = std::move(none),
          .cut = cut};
}

bool is_judged_by_bits(const Subject& subject) {
  return subject.capabilities.deterministic && !subject.capabilities.subtracting;
}

std::optional<Finding> excuse(TwoFutures& c, const Subject& subject, Scalar scalar) {
  for (GradientEvidence* evidence : {&c.one, &c.other}) {
    if (std::optional<Finding> found = excused(subject, scalar, *evidence)) return found;
  }
  if (is_judged_by_bits(subject)) return std::nullopt;
  std::string reason = c.one.unusable(scalar);
  return reason.empty() ? std::nullopt : std::optional(skipped(std::move(reason)));
}

/// Whether some row of a counted target has this input.
bool has_input(const GradientCase& c, Index cut, Index token) {
  for (Index b = 0; b < c.sequences.batch(); ++b) {
    for (Index l = 0; l < cut; ++l) {
      if (c.sequences.input(b, l) == token) return true;
    }
  }
  return false;
}

/// The embedding's gradient sums the rows of a token, in groups that may depend on its other
/// positions.
GradientBounds bounds(TwoFutures& c, const Subject& subject, const GradientBounds& allowed) {
  const GradientBounds rounded = scaled(allowed, 2.0);
  if (!is_judged_by_bits(subject)) return rounded;
  const Model& model = c.one.given().model;
  GradientBounds bounds = uniform_bounds(model, 0.0, 0.0);
  const std::vector<ParameterSlot> slots = parameter_slots(model);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].name != "input_map.weight") continue;
    for (Index token = 0; token < model.vocab_size; ++token) {
      const auto row = static_cast<std::size_t>(token);
      if (has_input(c.one.given(), c.cut, token)) {
        bounds.gradient[i].at(row) = rounded.gradient[i].at(row);
      }
    }
  }
  return bounds;
}

Finding ignores_future(TwoFutures& c, const Subject& subject, Scalar scalar) {
  if (std::optional<Finding> found = excuse(c, subject, scalar)) return *found;
  return judge(subject, scalar, c.one, [&](Scalar in, const GradientBounds& allowed) {
    const GradientAnswer one = ask(subject, in, c.one.given());
    const GradientAnswer other = ask(subject, in, c.other.given());
    const Discrepancy changed = worst_discrepancy(other, one, bounds(c, subject, allowed));
    if (!c.one.unusable(in).empty()) return changed;  // another shape may round to the other side
    const Discrepancy cut = worst_discrepancy(ask(subject, in, c.none), one, scaled(allowed, 2.0));
    return worse(cut, changed) ? cut : changed;
  });
}

}  // namespace

/// A loss over targets up to a cut does not depend on later tokens.
///
/// Statement: let only targets l < m count. Two sequences with the same tokens 0 … m have the same
/// loss and the same gradient; so does the prefix that ends with token m. Source: causality, Y_l
/// depends only on rows l' ≤ l. Generator: gradient_specs with L ≥ 2 and a cut 1 ≤ m < L; later
/// tokens are all changed, and cut off.
/// Tolerance: 0 for a deterministic subject that does not subtract, since the cotangents of later
/// rows are exactly 0 and both calls have the same shape (+0 = -0). For other subjects, for the
/// prefix, which has another shape, and for the embedding's gradient, which sums the rows of a
/// token in groups that may depend on its other positions: twice the bound of gradient_agrees,
/// since each of the two answers may be off by it. Kills: leaks of the future (a stabiliser over
/// all positions, a mask off by one).
Law future_does_not_matter() {
  return make_law<CutSpec, TwoFutures>(
      {.name = "future-does-not-matter",
       .statement = "a loss over targets up to a cut, and its gradient, do not depend on later "
                    "tokens, nor on whether there are any",
       .source = "causality: row l of the attention reads rows l' ≤ l",
       .generator = "as gradient-agrees, with a cut; every later token is changed, and cut off",
       .tolerance =
           "0, since both calls have one shape; for subjects that subtract or are not "
           "deterministic, for the gradient of the embedding, and for the cut sequence, twice the "
           "bound of gradient-agrees",
       .kills = {"mutant/model-own-slice-whole"},
       .one_in_digits50 = one_model_in_digits50,
       .draw = {},
       .load = {}},
      {.specs = cut_specs(),
       .readable = [](const CutSpec& spec) { return readable(spec); },
       .materialise =
           [](const CutSpec& spec) { return two_futures(materialise(spec.whole), spec.cut); },
       .to_file =
           [](const TwoFutures& c) {
             CaseFile file = to_case_file(c.one.given());
             file.metadata["cut"] = std::to_string(c.cut);
             return file;
           },
       .from_file =
           [](const CaseFile& file) {
             GradientCase c = to_gradient_case(file);
             const Index cut = cut_of(file, c);
             return two_futures(std::move(c), cut);
           },
       .unusable = [](TwoFutures&, Scalar) { return std::string(); },
       .check = ignores_future,
       .unclaimed = [](TwoFutures& c, const Subject& subject,
                       Scalar scalar) { return unclaimed(subject, scalar, c.one.given()); }});
}

}  // namespace slim::properties::laws
