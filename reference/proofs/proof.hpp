// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/proofs/every_option.hpp"
#include "reference/proofs/reference_in_real.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <cmath>
#include <limits>
#include <vector>

// Independent checks of the reference. They are compiled once, and linked with the unchanged
// reference and with its mutations.

namespace slim::reference::proofs {

/// The largest error of a proof as a multiple of its bound. NaN counts as infinite.
class Worst {
 public:
  void see(Real error, Real bound) {
    const Real multiple = error == 0 ? 0 : std::abs(error) / bound;
    if (!(multiple <= multiple_)) multiple_ = std::isnan(multiple) ? infinity : multiple;
  }
  /// For comparisons that must be exact.
  void require(bool holds) {
    if (!holds) multiple_ = infinity;
  }
  [[nodiscard]] double multiple() const { return static_cast<double>(multiple_); }

 private:
  static constexpr Real infinity = std::numeric_limits<Real>::infinity();
  Real multiple_ = 0;
};

/// A proof holds if its largest error is at most its bound.
struct Proof {
  const char* name;
  const char* sentence;
  double (*multiple)();
};

inline Real largest(std::span<const Real> values) {
  Real result = 0;
  for (const Real x : values) result = std::max(result, std::abs(x));
  return result;
}

inline void compare(Worst& worst, std::span<const Real> a, std::span<const Real> b, Real bound) {
  worst.require(a.size() == b.size());
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) worst.see(a[i] - b[i], bound);
}

inline std::span<const Real> entries(const Matrix<Real>& matrix) {
  return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

inline Matrix<Real> drawn_matrix(Index rows, Index cols, std::uint64_t stream) {
  Matrix<Real> matrix(rows, cols);
  const Random random(17, stream);
  for (Index i = 0; i < matrix.size(); ++i) {
    matrix.data()[i] = random.normal(static_cast<std::uint64_t>(i));
  }
  return matrix;
}

inline GradientResult<Real> answer_to(const GradientTask<Real>& task) {
  GradientResult<Real> result;
  gradient(task, result);
  return result;
}

/// Two sequences of six targets, heads of width 4, with every option.
struct Example : EveryOption<Real> {
  Example(const FeatureMap& map, Norm norm, Part part = Part::none)
      : EveryOption({.vocab_size = 5,
                     .hidden_dim = 8,
                     .layers = 2,
                     .ffn_dim = 3,
                     .heads = 2,
                     .feature_map = map,
                     .norm = norm,
                     .conventions = {.loss_epsilon = 0.5}},
                    6, part) {}
  [[nodiscard]] GradientTask<Real> task() const {
    GradientTask<Real> task = EveryOption::task();
    task.wants_logits = true;
    return task;
  }
};

/// Every feature map with both placements of the norm, and every declared part.
inline std::vector<Example> examples() {
  std::vector<Example> all;
  for (const FeatureMap& map : feature_maps) {
    for (const Norm norm : {Norm::branch_output, Norm::branch_input}) all.emplace_back(map, norm);
  }
  for (const Part part : declared_parts) {
    all.emplace_back(feature_maps[2], Norm::branch_output, part);
    all.emplace_back(feature_maps[4], Norm::branch_input, part);
  }
  return all;
}

}  // namespace slim::reference::proofs
