#pragma once

#include "reference/vocabulary/gradient_case.hpp"
#include "reference/vocabulary/scalar.hpp"

#include <vector>

namespace slim::properties {

/// What the reference meets on its way forward, where correct programs may part ways.
template <class T>
struct Insides {
  std::vector<Matrix<T>> feature_inputs;  ///< Q and K [L, d_model] of every sequence and layer
  bool has_zero_denominator = false;      ///< some S_l·g(Q_l) is exactly 0
};

/// The reference's way forward on a whole case. T: Digits50, RandomlyRounded<float or double>,
/// RandomlyStored<Float16 or BFloat16>.
template <class T>
Insides<T> insides_of(const GradientCase& c);

}  // namespace slim::properties
