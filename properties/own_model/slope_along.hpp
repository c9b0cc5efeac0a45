// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/own_model/deviation.hpp"

namespace slim::properties::own_model {

/// A direction in the space of parameters: one tensor, or (tensor −1) all of them. Its entries are
/// normal numbers times the root mean square of their tensor; 0 where the gradient is declared not
/// to be the slope.
Values direction_of(const OwnSubject& subject, const OwnCase& c, int tensor);

/// The slope of the loss along a direction, by differences of the subject's own losses, and the
/// product of the subject's gradient with the direction.
struct SlopeAlong {
  double noise = 0.0;  ///< how far rounding moves the loss
  double slope = 0.0;
  double product = 0.0;
  double bound = 0.0;  ///< of |slope − product|
  double scale = 0.0;  ///< the product's usual size, for a random direction; at least |slope|
  std::vector<double> parts;  ///< of the product's usual size, by tensor
};
/// `noise`: how far rounding moves the loss, at least.
/// In float32 the estimate of the slope's error is not always honest, so that the bound is at least
/// four estimates and 5 % of the scale: wide, but a gradient that is 0, halved or of the other sign
/// is far beyond it.
SlopeAlong slope_along(OwnSubject& subject, const OwnCase& c, Scalar scalar, Index slice_length,
                       const Deviation& allowed, double noise, const Values& gradient,
                       const Values& direction);

}  // namespace slim::properties::own_model
