// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/memory/heads.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <memory>

namespace slim {

/// Features of an own map with what is known of their errors. All numbers are those of the subject.
struct OwnRows {
  Heads<double> values;  ///< g(x) [B, H, L, M]
  Heads<double> noise;  ///< how far one rounding may move them, over the unit roundoff [B, H, L, M]
  Heads<double> slopes;        ///< ∂g_m/∂x_i [B, H, L, M·D], m first; empty unless requested
  Heads<double> slope_errors;  ///< of the slopes, likewise; infinite where there is no slope
};

/// The questions about the features of attention rows.
struct OwnQuestion {
  const Heads<double>& x;      ///< queries or keys [B, H, L, D]
  const Heads<double>& omega;  ///< [1, H, D, P], or empty
  bool is_query;
  Scalar scalar;
  bool wants_slopes;
};

/// A subject's own feature map: a function of a row of x, evaluated by the subject itself.
class OwnMap {
 public:
  OwnMap() = default;
  OwnMap(const OwnMap&) = delete;
  OwnMap& operator=(const OwnMap&) = delete;
  virtual ~OwnMap() = default;

  /// M, from the number of arguments: the width of x, or the columns of its projection.
  [[nodiscard]] virtual Index features(Index arguments) const = 0;
  /// Throws SubjectError if the subject gives no such features, or they are no function of a row.
  [[nodiscard]] virtual std::shared_ptr<const OwnRows> rows(const OwnQuestion& question) const = 0;
};

}  // namespace slim
