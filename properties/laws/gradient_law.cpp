#include "properties/laws/gradient_law.hpp"

#include "properties/engine/make_law.hpp"
#include "reference/vocabulary/contract.hpp"

#include <algorithm>

namespace slim::properties::laws {

Law gradient_law(Law words, const GradientLawParts& parts) {
  const auto repaired = [repair = parts.repair](const GradientSpec& spec) {
    return repair ? repair(spec) : spec;
  };
  const auto evidence = [compares_logits = parts.compares_logits](GradientCase c) {
    using enum GradientEvidence::Compares;
    const bool with_logits = compares_logits && c.sequences.length() % 2 == 1;
    return GradientEvidence(std::move(c), with_logits ? gradient_and_logits : gradient);
  };
  words.one_in_digits50 = std::max(words.one_in_digits50, one_model_in_digits50);
  return make_law<GradientSpec, GradientEvidence>(
      std::move(words),
      {.specs = gradient_specs(),
       .readable = [repaired](const GradientSpec& spec) { return readable(repaired(spec)); },
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

}  // namespace slim::properties::laws
