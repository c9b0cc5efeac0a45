// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/subject.hpp"

namespace slim::properties::mutants {

/// A whole model and its gradient around any attention: the reference, except that `attention`
/// computes the heads of the whole batch, one layer at a time, once in the forward sweep and once
/// with the cotangent in the backward sweep. Offered in those scalars of float, double and 50
/// digits in which `attention` is offered.
GradientFunctions in_a_model(const AttentionFunctions& attention);

}  // namespace slim::properties::mutants
