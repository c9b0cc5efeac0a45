// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"

#include <limits>

namespace slim::properties::laws {
namespace {

/// Rows of one head or of a group that shares an array, or of all heads if `heads` is empty.
struct PoisonedPart {
  std::optional<HeadRange> heads{};
  Index first_row = 0;
};

AttentionInputs<double> poisoned(AttentionInputs<double> inputs, const PoisonedPart& part,
                                 double poison) {
  for (Heads<double>* heads : {&inputs.q, &inputs.k, &inputs.v}) {
    const HeadsSizes sizes = heads->sizes();
    for (Index b = 0; b < sizes.batch; ++b) {
      for (Index h = 0; h < sizes.heads; ++h) {
        if (part.heads && !part.heads->contains(b, h)) continue;
        (*heads)(b, h).bottomRows(sizes.rows - part.first_row).setConstant(poison);
      }
    }
  }
  return inputs;
}

std::string unless_claimed(const AttentionCase& /*c*/, const Subject& subject) {
  return subject.capabilities.isolates_non_finite ? "" : "to isolate non-finite values";
}

void does_not_spread(AttentionCase& c, const Subject& subject, Scalar scalar,
                     AttentionJudge& judge) {
  const AttentionAnswer before = ask(subject, scalar, c.given());
  const HeadsSizes sizes = c.given().v.sizes();
  const bool exactly = gives_same_bits(subject);
  const auto band_of = [&](AttentionArray array) {
    return [&c, exactly, scalar, array](std::size_t place) {
      return exactly ? Band() : 2.0 * c.whole.band(scalar, array, place);
    };
  };
  for (const double poison :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const std::string what = std::isnan(poison) ? "NaN" : "infinity";
    const AttentionAnswer late =
        ask(subject, scalar, poisoned(c.given(), {.first_row = c.cut}, poison));
    judge.hold("out before " + what, late.out, before.out, band_of(AttentionArray::out),
               [&](Index, Index, Index l) { return l < c.cut; });
    if (sizes.batch * sizes.heads == 1) continue;
    for (const HeadRange& poisoned_heads : {first_heads(c.given()), last_heads(c.given())}) {
      const AttentionAnswer after =
          ask(subject, scalar, poisoned(c.given(), {.heads = poisoned_heads}, poison));
      for (const AttentionArray array : all_attention_arrays) {
        judge.hold(std::string(name(array)) + " next to " + what, array_of(after, array),
                   array_of(before, array), band_of(array),
                   [&](Index b, Index h, Index) { return !poisoned_heads.contains(b, h); });
      }
    }
  }
}

}  // namespace

/// NaN and ∞ do not spread to other heads or earlier rows.
///
/// Statement: NaN or ∞ in queries, keys and values of one head of one sequence does not change the
/// arrays of other heads; in causal attention, NaN or ∞ in later rows does not change the output of
/// earlier rows. Source: row i of a head reads rows j ≤ i of that head. Generator: attention_specs,
/// causal with a cut. Only for subjects that declare isolates_non_finite: a correct program that
/// multiplies a later row by 0 instead of leaving it out, as products of masked blocks do, gets
/// NaN · 0 = NaN. The pullback of earlier rows is not compared, since their keys' gradient is a sum
/// over later rows, whose weights are NaN. Tolerance: 0 for a deterministic subject, else twice the
/// bands. Kills: masks by multiplication, differences of sums.
Law isolates_non_finite() {
  return attention_law(
      {.name = "isolates-non-finite",
       .statement = "NaN or ∞ in one head does not change other heads; in later rows it does not "
                    "change the output of earlier rows",
       .source = "row i of a head reads rows j ≤ i of that head",
       .generator = "as attention-agrees, causal, with a cut; NaN and ∞ in q, k, v",
       .tolerance = "0 for deterministic subjects, else twice the bands",
       .kills = {"mutant/mask-by-multiplication", "mutant/total-less-future",
                 "mutant/own-slice-whole"},
       .draw = {},
       .load = {}},
      {.repair = causal_with_a_cut,
       .fits = is_causal_with_a_cut,
       .check = does_not_spread,
       .beyond_claims = unless_claimed});
}

}  // namespace slim::properties::laws
