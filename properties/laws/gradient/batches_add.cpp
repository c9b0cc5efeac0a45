// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/gradient/gradient_law.hpp"
#include "properties/laws/laws.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>

namespace slim::properties::laws {
namespace {

GradientSpec of_two_sequences(GradientSpec spec) {
  spec.batch = std::max<Index>(spec.batch, 2);
  return spec;
}

/// Only sequence b.
GradientCase sequence_of(const GradientCase& c, Index b) {
  GradientCase alone = c;
  alone.sequences = Sequences(1, c.sequences.length());
  std::ranges::copy(c.sequences.tokens(b), alone.sequences.tokens(0).begin());
  if (!c.sequences.has_mask()) return alone;
  alone.sequences.add_mask();
  std::ranges::copy(c.sequences.mask(b), alone.sequences.mask(0).begin());
  return alone;
}

GradientAnswer sum_over_sequences(const GradientCase& c, const Subject& subject, Scalar scalar) {
  const Index counted = c.sequences.counted_targets();
  GradientAnswer sum = ask(subject, scalar, sequence_of(c, 0), {.counted_targets = counted});
  for (Index b = 1; b < c.sequences.batch(); ++b) {
    const GradientAnswer one =
        ask(subject, scalar, sequence_of(c, b), {.counted_targets = counted});
    sum.loss += one.loss;
    const std::span<Digits50> total = sum.gradient.values();
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += one.gradient.values()[i];
  }
  return sum;
}

Finding adds_batches(GradientEvidence& evidence, const Subject& subject, Scalar scalar) {
  if (std::optional<Finding> excuse = excused(subject, scalar, evidence)) return *excuse;
  return judge(subject, scalar, evidence, [&](Scalar in, const GradientBounds& allowed) {
    return worst_discrepancy(ask(subject, in, evidence.given()),
                             sum_over_sequences(evidence.given(), subject, in),
                             scaled(allowed, 2.0));
  });
}

}  // namespace

/// The loss of a batch is the sum of its sequences' losses.
///
/// Statement: with the number of counted targets given, loss and gradient of a batch are the sums
/// of those of its sequences run alone. Source: the loss is a sum over targets, and sequences are
/// independent. Generator: gradient_specs with B ≥ 2. Tolerance: twice the bound of
/// gradient_agrees, since the batch's answer and the sum may each be off by it. Kills: states that
/// are not reset between sequences, gradients that are overwritten instead of added.
Law batches_add() {
  return gradient_law(
      {.name = "batches-add",
       .statement = "loss and gradient of a batch are the sums of those of its sequences run alone",
       .source = "the loss is a sum over targets, and sequences are independent",
       .generator = "as gradient-agrees, at least two sequences",
       .tolerance = "twice the bound of gradient-agrees",
       .kills = {"mutant/last-sequence-only"},
       .one_in_digits50 = 7,
       .draw = {},
       .load = {}},
      {.check = adds_batches, .repair = of_two_sequences, .fits = [](const GradientCase& c) {
         return std::string(c.sequences.batch() >= 2 ? ""
                                                     : "the case must have at least 2 sequences");
       }});
}

}  // namespace slim::properties::laws
