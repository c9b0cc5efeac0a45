// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/definition/performer_by_definition.hpp"
#include "reference/proofs/proof.hpp"

namespace slim::reference::proofs {

/// f'(0) from five points at distance h. Error: h⁴ f⁽⁵⁾/30, plus the rounding error of f over h.
template <class Function>
Real five_point_slope(const Function& f) {
  const Real h = 1e-4L;
  return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
}

/// Checks that the slope of `phi` along a random unit direction equals its inner product with
/// `gradient`, within 1e-10 of the gradient's length. Changes `x` and restores it.
template <class Phi>
void see_slope(Worst& worst, std::span<Real> x, std::span<const Real> gradient, const Phi& phi) {
  const std::vector<Real> centre(x.begin(), x.end());
  const Matrix<Real> direction = drawn_matrix(1, static_cast<Index>(x.size()), 5).normalized();
  const auto along = [&](Real distance) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = centre[i] + distance * direction(static_cast<Index>(i));
    }
    return phi();
  };
  const Real slope = five_point_slope(along);
  std::copy(centre.begin(), centre.end(), x.begin());
  Real expected = 0;
  Real square = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    expected += gradient[i] * direction(static_cast<Index>(i));
    square += gradient[i] * gradient[i];
  }
  worst.see(slope - expected, 1e-10L * std::sqrt(square));
}

/// Compares the slopes of Φ = loss + ⟨G, B_end⟩ with the reference's gradient, in every parameter
/// and in the start state. `forward` returns loss and final state.
template <class Forward>
double slopes_of(const Forward& forward) {
  Worst worst;
  for (Example& example : examples()) {
    const GradientResult<Real> answer = answer_to(example.task());
    const auto phi = [&] {
      const auto result = forward(example.task());
      Real total = result.loss;
      for (std::size_t i = 0; i < result.end.values().size(); ++i) {
        total += result.end.values()[i] * example.end_cotangent.values()[i];
      }
      return total;
    };
    see_slope(worst, example.c.theta.values(), answer.gradient.values(), phi);
    see_slope(worst, example.start.values(), answer.start_cotangent.values(), phi);
  }
  return worst.multiple();
}

/// Compares the gradient with difference quotients of the reference's own loss.
inline double slope() {
  return slopes_of([](const GradientTask<Real>& task) { return answer_to(task); });
}

/// Compares the gradient with difference quotients of the definition's loss.
inline double slope_of_definition() {
  return slopes_of([](const GradientTask<Real>& task) { return performer_by_definition(task); });
}

}  // namespace slim::reference::proofs
