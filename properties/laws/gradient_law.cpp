#include "properties/laws/gradient_law.hpp"

#include "properties/engine/make_law.hpp"
#include "reference/vocabulary/contract.hpp"

#include <algorithm>

namespace slim::properties::laws {

Law gradient_law(Law words, const GradientLawParts& parts) {
  const auto repaired = [repair = parts.repair](const GradientSpec& spec) {
    return repair ? repair(spec) : spec;
  };
  words.one_in_digits50 = std::max(words.one_in_digits50, one_model_in_digits50);
  return make_law<GradientSpec, GradientEvidence>(
      std::move(words),
      {.specs = gradient_specs(),
       .readable = [repaired](const GradientSpec& spec) { return readable(repaired(spec)); },
       .materialise =
           [repaired](const GradientSpec& spec) {
             return GradientEvidence(materialise(repaired(spec)));
           },
       .to_file = [](const GradientEvidence& evidence) { return to_case_file(evidence.given()); },
       .from_file =
           [fits = parts.fits](const CaseFile& file) {
             GradientCase c = to_gradient_case(file);
             if (fits) {
               const std::string amiss = fits(c);
               require(amiss.empty(), amiss);
             }
             return GradientEvidence(std::move(c));
           },
       .unusable =
           [needs_room = parts.needs_room_at_kinks](GradientEvidence& evidence, Scalar scalar) {
             return needs_room ? evidence.unusable(scalar) : std::string();
           },
       .check = parts.check});
}

}  // namespace slim::properties::laws
