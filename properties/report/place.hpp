// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/shrink.hpp"

#include <string>
#include <string_view>

namespace slim::properties {

/// The worst row of a failure: "out[0,1], row 5 (row 1 of slice 2, C=2)", counted from 0. Rows of
/// attention arrays are positions of the sequence, so they have an index in their slice; rows of
/// parameters do not. Rows of the sums R and S are named: "end, row 4 (S, the sum of keys)". For
/// laws that permute or cut the sequence, only the row is given.
std::string place_of(const Counterexample& found);

/// The array of the worst tensor: "d.k" for "d.k[0,1]" and for "d.k (future x 1)".
std::string_view array_of_worst(const Finding& finding);

/// C if the subject is sliced and the rows of the worst tensor are positions of the sequence; else
/// 0.
Index slice_length_of(const Counterexample& found);

/// "error 1.18, bound 4.02e-40, ratio 2.94e+39", or words if no error is allowed or if the error is
/// not finite.
std::string error_in_words(const Discrepancy& worst);

/// The worst row with its error, if there was an answer to compare.
std::string where(const Counterexample& found);

}  // namespace slim::properties
