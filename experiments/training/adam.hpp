#pragma once

#include "chunked/workers.hpp"
#include "reference/vocabulary/model/parameters.hpp"

#include <memory>

namespace slim::experiments {

/// Adam, with the defaults of PyTorch, which the released code keeps. At step t = 1, 2, …
///   m = β₁ m + (1 − β₁) g,   v = β₂ v + (1 − β₂) g²,
///   θ −= η/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε).
/// Source: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015.
/// One pass over θ, g, m and v, spread over the threads in blocks that do not depend on their
/// number: no bit does.
template <class T>
class Adam {
 public:
  static constexpr double beta1 = 0.9;
  static constexpr double beta2 = 0.999;
  static constexpr double epsilon = 1e-8;

  /// m = v = 0.
  Adam(const Model& model, int threads);

  /// Requires theta and gradient of the model's sizes.
  void step(Parameters<T>& theta, const Parameters<T>& gradient, double rate);

  /// t, m and v, as a checkpoint keeps them.
  Index steps = 0;
  Parameters<T> m;
  Parameters<T> v;

 private:
  std::unique_ptr<chunked::Workers> workers_;
};

}  // namespace slim::experiments
