#pragma once

#include "reference/vocabulary/task/subject.hpp"

namespace slim::properties::mutants {

/// A whole model and its gradient around any attention: the reference but for its heads, which are
/// asked of `attention` for the whole batch, a layer at a time, once going up and once coming down
/// with the cotangent. In the scalars that `attention` offers, of float, double and 50 digits.
GradientFunctions in_a_model(const AttentionFunctions& attention);

}  // namespace slim::properties::mutants
