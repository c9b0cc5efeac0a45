#pragma once

#include "properties/engine/shrink.hpp"

#include <string>

namespace slim::properties {

/// Where a failure stands worst: "out[0,1], row 5 (row 1 of slice 2, C=2)", counted from 0. Rows of
/// attention's arrays are positions of the sequence, so that they have a place in their slice;
/// those of parameters are not. Rows of its sums R and S are named: "end, row 4 (S, the sum of
/// keys)". Laws that ask about another order, or that cut the sequence, tell
/// the row alone.
std::string place_of(const Counterexample& found);

/// C, where rows of the tensor that stands worst are positions, which have a place in a slice; else
/// 0.
Index slice_length_of(const Counterexample& found);

/// "error 1.18, bound 4.02e-40, ratio 2.94e+39", or in words that none is allowed, or that it is
/// not finite.
std::string error_in_words(const Discrepancy& worst);

/// The place with its error, where there was an answer to compare.
std::string where(const Counterexample& found);

}  // namespace slim::properties
