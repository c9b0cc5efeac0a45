// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <vector>

namespace slim::properties {

/// Intermediate values of the reference's forward pass at which correct programs may differ.
template <class T>
struct Insides {
  std::vector<Matrix<T>> feature_inputs;  ///< Q and K [L, d_model] of every sequence and layer
  bool has_zero_denominator = false;      ///< some S_l·g(Q_l) is exactly 0
  /// κ, the loss of accuracy of a program that recovers sums from the final ones: the largest
  /// S_L·g(Q_l) / D_l of all rows, heads and layers. Infinite if a denominator is 0.
  double worst_cancellation = 1.0;
};

/// Runs the reference forward on a whole case, with its first row at `first_position`. T: Digits50,
/// RandomlyRounded<float or double>, RandomlyStored<Float16 or BFloat16>.
template <class T>
Insides<T> insides_of(const GradientCase& c, Index first_position = 0);

}  // namespace slim::properties
