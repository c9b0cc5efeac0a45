#pragma once

#include "properties/engine/shrink.hpp"

#include <string>

namespace slim::properties {

/// Where a failure stands worst: "out[0,1], row 5 (row 1 of slice 2, C=2)", counted from 0. Rows of
/// attention's arrays are positions of the sequence, so that they have a place in their slice;
/// those of parameters are not. Laws that ask about another order, or that cut the sequence, tell
/// the row alone.
std::string place_of(const Counterexample& found);

/// C, where rows of the tensor that stands worst are positions, which have a place in a slice; else
/// 0.
Index slice_length_of(const Counterexample& found);

/// The same with error, bound and ratio, where there was an answer to compare.
std::string where(const Counterexample& found);

}  // namespace slim::properties
