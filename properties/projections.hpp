#pragma once

#include "properties/mutants/catalogue.hpp"

namespace slim::properties {

/// How the subject draws FAVOR+'s projections, if it does: a case brings its own, so that only the
/// reference, whose vocabulary draws those of the cases, and mutants of it do. Else empty.
mutants::ProjectionDraw projection_of(const Subject& subject);

}  // namespace slim::properties
