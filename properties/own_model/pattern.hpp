// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/shrink.hpp"
#include "properties/third_party/protocol/foreign_subject.hpp"

#include <span>
#include <string>
#include <vector>

namespace slim::properties::own_model {

/// Describes the fault of a failing subject by the pattern of what breaks: the laws in `failures`,
/// and a few calls on one case of three slices, the last one incomplete (loss and gradient in
/// slices, in one slice, with only the first or the last slice counted; slopes). The first line is
/// the description, the others are the evidence. Empty if the subject gives no answers to compare.
std::vector<std::string> described_by_pattern(const foreign::ForeignSubject& foreign,
                                              std::span<const Counterexample> failures);

}  // namespace slim::properties::own_model
