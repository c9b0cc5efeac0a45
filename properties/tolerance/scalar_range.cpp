// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/scalar_range.hpp"

#include "properties/tolerance/band.hpp"

#include <cmath>

namespace slim::properties {
namespace {

constexpr double stored_roundings = 12;  ///< roundings to a narrow scalar on a path

}  // namespace

bool is_stored_narrow(Scalar scalar) {
  return scalar == Scalar::float16 || scalar == Scalar::bfloat16;
}

Scalar computed_in(Scalar scalar) {
  return is_stored_narrow(scalar) ? Scalar::float32 : scalar;
}

double gamma_of(double n, double u) {
  return std::expm1(-n * std::log1p(-u));
}

double digits_to_spare(Scalar scalar) {
  switch (scalar) {
    case Scalar::float32:
      return 0x1p28;
    case Scalar::float64:
      return 0x1p58;
    default:
      return 1e49;
  }
}

Range range_of(Scalar scalar) {
  switch (scalar) {
    case Scalar::float32:
      return {std::numeric_limits<float>::min(), std::numeric_limits<float>::max(),
              std::numeric_limits<float>::denorm_min()};
    case Scalar::float16:
      return {0x1p-14, 65504.0, 0x1p-24};
    case Scalar::bfloat16:
      return {0x1p-126, 3.38e38, 0x1p-133};
    default:
      return {std::numeric_limits<double>::min(), std::numeric_limits<double>::max(),
              std::numeric_limits<double>::denorm_min()};
  }
}

double worst_share(Scalar scalar, double n) {
  if (scalar == Scalar::digits50) return share_in_digits50;
  const double gamma = gamma_of(n, unit_roundoff(computed_in(scalar)));
  return is_stored_narrow(scalar) ? gamma + stored_roundings * unit_roundoff(scalar) : gamma;
}
double rounded_share(Scalar scalar, double n) {
  if (scalar == Scalar::digits50) return share_in_digits50;
  return likely_roundings(n, unit_roundoff(computed_in(scalar)));
}
double likely_share(Scalar scalar, double n) {
  const double walk = rounded_share(scalar, n);
  return is_stored_narrow(scalar) ? walk + stored_roundings * unit_roundoff(scalar) : walk;
}

}  // namespace slim::properties
