// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <boost/math/constants/constants.hpp>

namespace slim::reference {

/// A count or a position as a scalar. Error: exact below 2^53 where the scalar holds it.
template <class T>
T number(Index n) {
  return T(static_cast<double>(n));
}

/// π to the precision of the scalar. Error: half a unit in the last place.
template <class T>
T pi() {
  if constexpr (boost::multiprecision::is_number<T>::value) {
    return boost::math::constants::pi<T>();
  } else {
    return T(3.14159265358979323846);
  }
}

}  // namespace slim::reference
