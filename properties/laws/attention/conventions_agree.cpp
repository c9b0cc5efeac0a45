// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"

namespace slim::properties::laws {
namespace {

/// One declared part, and the options with which it has a meaning.
AttentionSpec under_a_declared_part(AttentionSpec spec) {
  using enum DeclaredPart;
  if (spec.part == none) spec.part = static_cast<DeclaredPart>(1 + spec.seed % declared_parts);
  spec.normalised = true;
  spec.entries = Entries::moderate;
  spec.pullback = true;
  if (spec.part == feature_scale || spec.part == running_sums_of_keys) {
    spec.features_given = false;
    spec.feature_map = {FeatureKind::elu_plus_one};
  }
  const bool counts_rows = spec.part == normaliser_length || spec.part == normaliser_keys ||
                           spec.part == normaliser_position || spec.part == epsilon_times_length ||
                           spec.part == running_sums_of_keys;
  if (counts_rows) spec.has_start = spec.has_end_cotangent = false;
  if (spec.part == normaliser_length) spec.slice_length = (spec.length + 1) / 2;
  if (spec.part == normaliser_position) spec.causal = true;
  if (spec.part == normaliser_keys && spec.mask == KeyMask::none) spec.mask = KeyMask::scattered;
  if (spec.part == running_sums_of_keys) spec.mask = KeyMask::none;
  return spec;
}

std::string has_a_declared_part(const AttentionCase& c) {
  const bool is_of_paper = c.given().conventions == AttentionConventions();
  return is_of_paper ? "it must have conventions beyond the paper's" : "";
}

std::string unless_it_pulls_back(const AttentionCase& /*c*/, const Subject& subject) {
  return subject.capabilities.pullback ? "" : "the pullback";
}

void agrees_under_its_conventions(AttentionCase& c, const Subject& subject, Scalar /*scalar*/,
                                  AttentionJudge& judge) {
  constexpr std::array all = {AttentionArray::out, AttentionArray::dq, AttentionArray::dk,
                              AttentionArray::dv};
  judge.compare_with_truth(subject, c.whole, all);
}

}  // namespace

/// Output and gradients are those of the definition under conventions beyond the paper's.
///
/// Statement: as attention_agrees and pullback_agrees, with a scale of the output or of features,
/// an output that is divided by a number of rows or keys, an ε relative to a mean, keys divided by
/// their running sums, or a weight of each own key. It applies to subjects that follow the
/// conventions of a task, as the reference does; one with fixed conventions has them in every law.
/// Source: implementations in which these parts were met. Generator: attention_specs with moderate
/// entries, one part each. Tolerance: the bands of AttentionEvidence.
Law conventions_agree() {
  return attention_law(
      {.name = "conventions-agree",
       .statement = "under each declared part of attention, output and gradients are those of the "
                    "definition",
       .source = "parts that implementations declare",
       .generator = "as attention-agrees, with moderate entries and one of eight declared parts",
       .tolerance = "as attention-agrees and pullback-agrees",
       .kills = {"mutant/output-scale-left-out-of-gradient", "mutant/feature-scale-on-queries-only",
                 "mutant/length-of-own-slice", "mutant/masked-keys-counted",
                 "mutant/position-from-zero", "mutant/epsilon-times-rows-so-far",
                 "mutant/running-sums-over-length", "mutant/own-weight-in-numerator-only"},
       .share = 4,  // for each of eight parts to be drawn
       .draw = {},
       .load = {}},
      {.repair = under_a_declared_part,
       .fits = has_a_declared_part,
       .check = agrees_under_its_conventions,
       .beyond_claims = unless_it_pulls_back});
}

}  // namespace slim::properties::laws
