// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/numbers/gauged.hpp"
#include "reference/vocabulary/model/own_map.hpp"
#include "reference/vocabulary/task/attention_inputs.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace slim::properties {

/// Attention under a subject's own feature map, in two steps: attention of given features, and the
/// pullback through the slopes of the features.

/// The features of the queries and the keys of a case.
struct OwnSides {
  std::shared_ptr<const OwnRows> queries, keys;
  [[nodiscard]] const OwnRows& of(bool is_query) const { return is_query ? *queries : *keys; }
};
/// Asks for them in `scalar`. Throws SubjectError, as OwnMap.
OwnSides own_sides(const AttentionInputs<double>& inputs, Scalar scalar);

/// Whether a task has a subject's own map.
template <class Task>
bool has_own_map(const Task& task) {
  return !task.features_given && task.feature_map.kind == FeatureKind::own;
}

/// The conventions that act on given features, for queries that were D wide.
AttentionConventions conventions_of_sums(AttentionConventions conventions, Index D);

namespace detail {

template <class N>
inline constexpr bool is_gauged = false;
template <class T>
inline constexpr bool is_gauged<reference::Gauged<T>> = true;

/// A number whose gauge includes twice its noise: as what rounding adds to an argument, so that the
/// noises of several factors add up.
template <class N>
N with_noise(double value, double noise) {
  if constexpr (is_gauged<N>) {
    return as_argument(N(value) + (N(noise) - N(noise)));
  } else {
    return rounded_to<N>(value);
  }
}

}  // namespace detail

/// g(x) in N, with their noise if N tracks errors.
template <class N>
Heads<N> own_values(const OwnRows& rows) {
  Heads<N> values(rows.values.sizes(), MemoryTag::parameters);
  for (std::size_t i = 0; i < values.values().size(); ++i) {
    values.values()[i] = detail::with_noise<N>(rows.values.values()[i], rows.noise.values()[i]);
  }
  return values;
}

/// dx_i = Σ_m dg_m ∂g_m/∂x_i of every row, D wide; 0 without slopes, and where none was asked.
template <class N>
Heads<N> own_pullback(const OwnRows& rows, const Heads<N>& dG, Index D) {
  HeadsSizes sizes = dG.sizes();
  const Index M = sizes.cols;
  sizes.cols = D;
  Heads<N> dX(sizes, MemoryTag::result);
  if (rows.slopes.empty()) return dX;
  const Index entries = sizes.batch * sizes.heads * sizes.rows;
  for (Index row = 0; row < entries; ++row) {
    const auto slope = [&](Index m, Index i) {
      return static_cast<std::size_t>((row * M + m) * D + i);
    };
    double largest = 0.0;
    for (Index j = 0; j < M * D; ++j) {
      largest = std::max(largest, std::abs(rows.slopes.values()[slope(0, j)]));
    }
    for (Index i = 0; i < D; ++i) {
      bool was_asked = false;
      for (Index m = 0; m < M && !was_asked; ++m) {
        was_asked = std::isfinite(rows.slope_errors.values()[slope(m, i)]);
      }
      if (!was_asked) continue;
      accumulator_t<N> sum(0);
      for (Index m = 0; m < M; ++m) {
        const auto g = static_cast<std::size_t>(row * M + m);
        sum += wide(dG.values()[g]) *
               detail::with_noise<accumulator_t<N>>(rows.slopes.values()[slope(m, i)], largest);
      }
      dX.values()[static_cast<std::size_t>(row * D + i)] = rounded_to<N>(sum);
    }
  }
  return dX;
}

/// Σ_m |dg_m| times the error of ∂g_m/∂x_i: how far the pullback may be off for lack of better
/// slopes; infinite where there are none.
template <class N>
Heads<double> own_slope_error(const OwnRows& rows, const Heads<N>& dG, Index D) {
  HeadsSizes sizes = dG.sizes();
  const Index M = sizes.cols;
  sizes.cols = D;
  Heads<double> errors(sizes, MemoryTag::result);
  for (std::size_t at = 0; at < rows.slope_errors.values().size(); ++at) {
    const auto row = static_cast<Index>(at) / (M * D);
    const Index m = static_cast<Index>(at) / D % M;
    const double size = std::abs(to_double(dG.values()[static_cast<std::size_t>(row * M + m)]));
    const auto place = static_cast<std::size_t>(row * D + static_cast<Index>(at) % D);
    const double error = rows.slope_errors.values()[at];
    errors.values()[place] += std::isfinite(error) ? size * error : error;
  }
  return errors;
}

/// A built-in implementation that also takes tasks with a subject's own map, through its features.
AttentionFunctions on_own_maps(AttentionFunctions functions);
FeaturesFunctions on_own_maps(FeaturesFunctions functions);

}  // namespace slim::properties
