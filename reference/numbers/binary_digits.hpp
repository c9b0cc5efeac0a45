// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/scalar.hpp"

#include <boost/multiprecision/cpp_bin_float.hpp>

namespace slim::reference {

/// Binary floats of Boost's own arithmetic, which is independent of MPFR.
template <unsigned digits>
using BinaryDigits = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<digits>,
                                                   boost::multiprecision::et_off>;
using BinaryDigits50 = BinaryDigits<50>;
using BinaryDigits100 = BinaryDigits<100>;

}  // namespace slim::reference

namespace Eigen {

template <unsigned digits>
struct NumTraits<boost::multiprecision::number<boost::multiprecision::cpp_bin_float<digits>,
                                               boost::multiprecision::et_off>>
    : slim::detail::MultiprecisionTraits<slim::reference::BinaryDigits<digits>> {};

}  // namespace Eigen
