#include "properties/projections.hpp"

#include "properties/catalogue.hpp"

#include <algorithm>

namespace slim::properties {

mutants::ProjectionDraw projection_of(const Subject& subject) {
  if (subject.name == reference_subject().name) {
    return [](Index d, Index M, ProjectionKind kind, const Random& random) {
      return random_projection(d, M, kind, random);
    };
  }
  const std::span<const mutants::Mutant> all = mutants::catalogue();
  const auto found = std::ranges::find(all, subject.name, &mutants::Mutant::name);
  return found == all.end() ? mutants::ProjectionDraw() : found->projection;
}

}  // namespace slim::properties
