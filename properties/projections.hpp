#pragma once

#include "properties/mutants/catalogue.hpp"

namespace slim::properties {

/// How the subject draws FAVOR+'s projections, if it does; else empty.
inline mutants::ProjectionDraw projection_of(const Subject& subject) {
  return subject.projection;
}

}  // namespace slim::properties
