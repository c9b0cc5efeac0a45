#pragma once

#include <Eigen/Core>
#include <boost/multiprecision/cpp_bin_float.hpp>

#include <limits>

namespace slim::reference {

/// Binary floats of Boost's own arithmetic, which shares nothing with MPFR's: a second opinion.
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
    : GenericNumTraits<slim::reference::BinaryDigits<digits>> {
  enum {
    IsComplex = 0,
    IsInteger = 0,
    IsSigned = 1,
    RequireInitialization = 1,
    ReadCost = 4,
    AddCost = 16,
    MulCost = 32
  };
  using Real = slim::reference::BinaryDigits<digits>;
  using NonInteger = Real;
  using Nested = Real;
  static Real epsilon() { return std::numeric_limits<Real>::epsilon(); }
  static Real dummy_precision() { return epsilon() * 1000; }
  static Real highest() { return (std::numeric_limits<Real>::max)(); }
  static Real lowest() { return -(std::numeric_limits<Real>::max)(); }
  static int digits10() { return std::numeric_limits<Real>::digits10; }
};

}  // namespace Eigen
