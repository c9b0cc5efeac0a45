// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/rows/workers.hpp"
#include "reference/vocabulary/model/parameters.hpp"

#include <memory>

namespace slim::experiments {

/// Adam with the defaults of PyTorch, as in the released code. At step t = 1, 2, …
///   m = β₁ m + (1 − β₁) g,   v = β₂ v + (1 − β₂) g²,
///   θ −= η/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε).
/// Source: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015.
/// One pass over θ, g, m and v in blocks that do not depend on the number of threads, so the
/// results are bitwise independent of it.
template <class T>
class Adam {
 public:
  static constexpr double beta1 = 0.9;
  static constexpr double beta2 = 0.999;
  static constexpr double epsilon = 1e-8;

  /// m = v = 0.
  Adam(const Model& model, int threads);

  /// Requires theta and gradient with the sizes of the model.
  void step(Parameters<T>& theta, const Parameters<T>& gradient, double rate);

  /// t, m and v, as stored in a checkpoint.
  Index steps = 0;
  Parameters<T> m;
  Parameters<T> v;

 private:
  std::unique_ptr<chunked::Workers> workers_;
};

}  // namespace slim::experiments
