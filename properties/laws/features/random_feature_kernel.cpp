// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/features/random_feature_kernel.hpp"

#include "reference/performer/attention_side.hpp"

#include <cmath>
#include <limits>

namespace slim::properties::laws {

std::string claims_no_kernel(const AttentionConventions& conventions) {
  if (conventions.epsilons.largest_in_features() > 0.0 ||
      conventions.epsilons[EpsilonPlace::exponent] > 0.0) {
    return "claims features with an epsilon";
  }
  if (conventions.unit_length != UnitLength::none || conventions.divides_by_sum ||
      conventions.input_scale != 1.0 || conventions.feature_scale != 1.0) {
    return "claims normalised or scaled features";
  }
  const bool stabilised = conventions.query_stabiliser != Stabiliser::none ||
                          conventions.key_stabiliser != Stabiliser::none;
  return stabilised ? "claims stabilised features" : "";
}

SideScales side_scales(const AttentionConventions& conventions, Index d) {
  return {.query = reference::side_scale<double>(conventions.scaling, true, true, d),
          .key = reference::side_scale<double>(conventions.scaling, true, false, d)};
}

double features_per_kernel(const AttentionConventions& conventions, Index M) {
  return conventions.divides_by_root_features ? static_cast<double>(M) : 1.0;
}

double representable(Scalar scalar, double x) {
  switch (scalar) {
    case Scalar::float32:
      return static_cast<double>(static_cast<float>(x));
    case Scalar::float16:
      return to_double(rounded_to<Float16>(x));
    case Scalar::bfloat16:
      return to_double(rounded_to<BFloat16>(x));
    default:
      return x;
  }
}

double smallest_number(Scalar scalar) {
  switch (scalar) {
    case Scalar::float32:
      return std::numeric_limits<float>::denorm_min();
    case Scalar::float16:
      return 0x1p-24;
    case Scalar::bfloat16:
      return 0x1p-133;
    default:
      return std::numeric_limits<double>::denorm_min();
  }
}

double log_of_largest_number(Scalar scalar) {
  switch (scalar) {
    case Scalar::float32:
    case Scalar::bfloat16:
      return 88.0;
    case Scalar::float16:
      return 11.0;
    default:
      return 709.0;
  }
}

double relative_error_of_a_feature(Scalar scalar, const RowVector<double>& x,
                                   const Vector<double>& omega) {
  const bool narrow = scalar == Scalar::float16 || scalar == Scalar::bfloat16;
  const double u = unit_roundoff(narrow ? Scalar::float32 : scalar);
  const double n = static_cast<double>(x.size()) + 12.0;
  const double exponent = omega.norm() * x.norm() + x.squaredNorm() / 2.0;
  return std::expm1(n * u * (1.0 + exponent)) * (1.0 + unit_roundoff(scalar)) +
         unit_roundoff(scalar);
}

}  // namespace slim::properties::laws
