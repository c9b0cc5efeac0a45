// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::foreign {

/// The law, with non-determinism separated from wrong results: a failure that results only from
/// differences between repeated calls is NON-DETERMINISTIC.
///
/// A wrong case of a subject that declares to be deterministic is run three times more. If it is
/// right once, the failure occurs by chance and becomes NON-DETERMINISTIC. If its error varies, it
/// is run again with each call made twice in a row; if the two results differ, and error ≤ 16 × the
/// largest difference, it becomes NON-DETERMINISTIC, too. A larger error keeps its verdict.
Law told_from_noise(const Law& law);

/// The failure as NON-DETERMINISTIC, with a note that says why.
Finding non_deterministic(Finding finding);

}  // namespace slim::properties::foreign
