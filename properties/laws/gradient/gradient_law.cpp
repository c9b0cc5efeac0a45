// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/gradient/gradient_law.hpp"

#include "properties/engine/cases/gradient_design.hpp"
#include "properties/engine/make_law.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>

namespace slim::properties::laws {
namespace {

/// The law with designed cases in this space.
Law gradient_law_in(const GradientSpace& space, Law words, const GradientLawParts& parts,
                    DesignedCases sizes) {
  const auto repaired = [repair = parts.repair](const GradientSpec& spec) {
    return repair ? repair(spec) : spec;
  };
  const auto evidence = [compares_logits = parts.compares_logits](GradientCase c) {
    using enum GradientEvidence::Compares;
    const bool with_logits = compares_logits && c.sequences.length() % 2 == 1;
    return GradientEvidence(std::move(c), with_logits ? gradient_and_logits : gradient);
  };
  words.task = "gradient";
  words.is_designed_for_narrow = false;
  words.one_in_digits50 = std::max(words.one_in_digits50, one_model_in_digits50);
  words.size_goal = {};
  words.designed = {};
  if (!space.empty()) {
    words.size_goal = [space]() -> const SizeGoal& { return gradient_design(space).goal(); };
  }
  if (!space.empty() && sizes != DesignedCases::none) {
    words.designed = [space, sizes] {
      return static_cast<int>(rows_of(gradient_design(space), sizes).size());
    };
  }
  words.fitted = [words, parts](const Capabilities& claimed, const ExtraSizes& extra) {
    return gradient_law_in(gradient_space(claimed, extra), words, parts, parts.sizes);
  };
  return make_law<GradientSpec, GradientEvidence>(
      std::move(words),
      {.specs = gradient_specs(),
       .readable = [repaired](const GradientSpec& spec) { return readable(repaired(spec)); },
       .extents = [repaired](const GradientSpec& spec) { return extents_of(repaired(spec)); },
       .designed =
           [space, sizes](int number, std::uint64_t turn, int /*attempt*/) {
             const GradientDesign& design = gradient_design(space);
             const int row = rows_of(design, sizes).at(static_cast<std::size_t>(number));
             return designed_specs(design.spec(row, turn));
           },
       .materialise =
           [repaired, evidence](const GradientSpec& spec) {
             return evidence(materialise(repaired(spec)));
           },
       .to_file = [](const GradientEvidence& of) { return to_case_file(of.given()); },
       .from_file =
           [fits = parts.fits, evidence](const CaseFile& file) {
             GradientCase c = to_gradient_case(file);
             if (fits) {
               const std::string amiss = fits(c);
               require(amiss.empty(), amiss);
             }
             return evidence(std::move(c));
           },
       .unusable = [needs_room = parts.needs_room_at_kinks](
                       GradientEvidence& of,
                       Scalar scalar) { return needs_room ? of.unusable(scalar) : std::string(); },
       .check = parts.check,
       .unclaimed = [](GradientEvidence& of, const Subject& subject,
                       Scalar scalar) { return unclaimed(subject, scalar, of.given()); }});
}

}  // namespace

Law gradient_law(Law words, const GradientLawParts& parts) {
  Law law = gradient_law_in(gradient_space(Capabilities()), std::move(words), parts,
                            for_built_in_subjects(parts.sizes));
  law.alternates_scalars = true;
  return law;
}

}  // namespace slim::properties::laws
