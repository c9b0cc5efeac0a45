// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/finding.hpp"
#include "properties/tolerance/answer.hpp"

#include <vector>

namespace slim::properties {

/// The largest error allowed in each row of an answer.
struct GradientBounds {
  double loss = 0.0;
  std::vector<std::vector<double>> gradient;  ///< by parameter slot, then by row
  std::vector<double> logits;                 ///< by row of [B·L, V]; empty: not compared
};

/// The same bound for every row of the gradient, and one for the loss.
GradientBounds uniform_bounds(const Model& model, double loss, double gradient);
GradientBounds scaled(GradientBounds bounds, double factor);
/// Elementwise, for the same model. Logits are added if `a` has them.
GradientBounds sum(GradientBounds a, const GradientBounds& b);

/// The row of `answer` with the largest error over bound, errors being |answer - truth|. An entry
/// that is not finite is an infinite error under any bound.
Discrepancy worst_discrepancy(const GradientAnswer& answer, const GradientAnswer& truth,
                              const GradientBounds& bounds);

/// The largest |entry| of a gradient, over all tensors.
double largest_entry(const Parameters<Digits50>& gradient);

}  // namespace slim::properties
