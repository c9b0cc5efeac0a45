// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"
#include "properties/third_party/protocol/foreign_subject.hpp"

namespace slim::properties::foreign {

/// The law restricted to cases within the claims of the subject: under its conventions, without key
/// masks or states if it takes none. Cases with a feature map or a direction that it does not claim
/// are redrawn (at most 40 times), then reported as not claimed.
/// Case files are written in this restricted form, so that they replay under the law itself.
Law adapted_law(const Law& law, const ForeignSubject& foreign, const ExtraSizes& extra = {});

}  // namespace slim::properties::foreign
