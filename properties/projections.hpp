// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/catalogue.hpp"

namespace slim::properties {

/// How the subject draws FAVOR+ projections; empty if it does not.
inline mutants::ProjectionDraw projection_of(const Subject& subject) {
  return subject.projection;
}

}  // namespace slim::properties
