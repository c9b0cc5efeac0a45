// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"

namespace slim::properties::laws {
namespace {

constexpr std::array<std::pair<Layout, const char*>, 4> other_layouts = {
    {{Layout::gaps, " (with gaps)"},
     {Layout::transposed, " (transposed)"},
     {Layout::interleaved, " (rows before heads)"},
     {Layout::repeated, " (stride 0)"}}};

AttentionInputs<double> with_repeats(AttentionInputs<double> inputs) {
  const std::span<double> cotangent = inputs.out_cotangent.values();
  for (double& x : cotangent) x = cotangent.front();
  for (Heads<double>* heads : {&inputs.q, &inputs.k, &inputs.v}) {
    for (Index b = 0; b < heads->sizes().batch; ++b) {
      for (Index h = 1; h < heads->sizes().heads; ++h) (*heads)(b, h) = (*heads)(b, 0);
    }
  }
  return inputs;
}

/// Whether a case cannot be judged.
bool is_beyond(AttentionEvidence& evidence, const Subject& subject, Scalar scalar) {
  return !evidence.unusable(scalar).empty() ||
         (subject.capabilities.subtracting && evidence.subtraction_decides(scalar));
}

void reads_every_layout(AttentionCase& c, const Subject& subject, Scalar scalar,
                        AttentionJudge& judge) {
  AttentionEvidence& repeating = c.other(0, [&] { return with_repeats(c.given()); });
  if (is_beyond(repeating, subject, scalar) || is_beyond(c.whole, subject, scalar)) return;
  const bool exactly = gives_same_bits(subject) && subject.capabilities.same_bits_in_any_layout;
  for (AttentionEvidence* evidence : {&c.whole, &repeating}) {
    const AttentionAnswer plain = ask(subject, scalar, evidence->given());
    for (const auto& [layout, words] : other_layouts) {
      if ((layout == Layout::repeated) != (evidence == &repeating)) continue;
      const AttentionAnswer other = ask(subject, scalar, evidence->given(), layout);
      for (const AttentionArray array : all_attention_arrays) {
        judge.hold(std::string(name(array)) + words, array_of(other, array), array_of(plain, array),
                   [&](std::size_t place) {
                     return exactly ? Band() : 2.0 * evidence->band(scalar, array, place);
                   });
      }
    }
  }
}

}  // namespace

/// The memory layout of arrays does not matter.
///
/// Statement: contiguous arrays, arrays with gaps (of NaN) and an offset, transposed ones, [B, L,
/// H] instead of [B, H, L], and stride 0 along every axis that repeats give the same answer.
/// Source: strides are part of an array's description. Generator: attention_specs, for the subjects
/// of others also everyday shapes, since long or wide arrays may take another path; for stride 0
/// the output's cotangent is one number, like that of a plain sum, and the q, k and v of all heads
/// are those of the first head. Tolerance: 0 for subjects that give the same bits in any layout
/// (the built-in ones), else twice the bands, since another stride may select another kernel;
/// misread entries are off by much more. Kills: strides that are ignored, undocumented layouts.
Law layouts_agree() {
  return attention_law(
      {.name = "layouts-agree",
       .statement = "strides, offsets, gaps and stride 0 change nothing",
       .source = "strides are part of an array's description",
       .generator =
           "as attention-agrees; for stride 0 a cotangent of one number and heads that repeat",
       .tolerance = "0 for subjects that give the same bits in any layout, else twice the bands, "
                    "since another stride may select another kernel",
       .kills = {"mutant/rows-read-as-contiguous", "mutant/cotangent-read-as-contiguous",
                 "mutant/heads-and-rows-swapped", "mutant/last-axis-read-as-contiguous"},
       .one_in_digits50 = 7,
       .draw = {},
       .load = {}},
      {.repair = as_drawn,
       .fits = fits_always,
       .check = reads_every_layout,
       .sizes = DesignedCases::everyday});
}

}  // namespace slim::properties::laws
