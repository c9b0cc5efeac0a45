#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::foreign {

/// The law, with wrong answers told from unsteady ones: what only differs from asking to asking is
/// NON-DETERMINISTIC, whatever the law compares.
///
/// A wrong case of a subject that declares to be deterministic is asked once more, each of its
/// questions twice in a row. Where the two answers have other bits, and are as far apart as the
/// law's error (within a factor of 16), that is the failure. A larger error stays what it was.
Law told_from_noise(const Law& law);

}  // namespace slim::properties::foreign
