#pragma once

#include "reference/numbers/gauged.hpp"
#include "reference/numbers/perturbed.hpp"
#include "reference/vocabulary/task/attention_inputs.hpp"

#include <array>
#include <optional>

namespace slim::properties {

/// Sizes of what is met on the way to an answer, of entries that are not 0.
struct AttentionExtent {
  double least_feature = 0.0;
  double largest_feature = 0.0;
  bool has_vanishing_feature = false;  ///< one that a double takes for 0
  double least_value = 0.0;            ///< of v, cotangents and states
  double largest_value = 0.0;
  double least_denominator = 0.0;    ///< 0 where there is one
  double largest_denominator = 0.0;  ///< epsilon included
  double worst_cancellation = 0.0;   ///< max over rows of S_L·g(Q_l) / (S_l·g(Q_l) + ε)
};

/// What can be computed of an attention case in the number type W, each on first need and kept.
///   Digits50: the truth, by the definition. Error: exact to 1e-48 of the gauge.
///   long double: the truth of cases that are too large for 50 digits, by prefix sums. Error: at
///   most γ_n(2^-64) of the gauge, n as for a program under test, so a 2^-11th of what float64 may
///   be off, and a 2^-40th of float32. Their gauges, sums of what is not negative, are in double:
///   a relative error of γ_n(2^-53).
template <class W>
class AttentionFacts {
 public:
  using Gauge = reference::Gauged<std::conditional_t<std::is_same_v<W, Digits50>, W, double>>;

  explicit AttentionFacts(AttentionInputs<W> inputs) : inputs_(std::move(inputs)) {}

  [[nodiscard]] const AttentionInputs<W>& inputs() const { return inputs_; }
  const AttentionResult<W>& truth();
  /// The scales of rounding errors: the reference by prefix sums, on Gauged.
  const AttentionResult<Gauge>& gauges();
  /// How far the answer moves when all prefix sums are moved by the gauge of the last ones.
  const AttentionResult<reference::Perturbed>& by_moved_sums();
  const AttentionExtent& extent();
  /// g(q) or g(k), and their gauges.
  const Heads<W>& features(bool is_query);
  const Heads<Gauge>& feature_gauges(bool is_query);
  /// The largest gauge of a row's Σ weights over its denominator, at least 1: how unsure roundings
  /// make that.
  double worst_unsureness();

 private:
  AttentionInputs<W> inputs_;
  std::optional<AttentionResult<W>> truth_;
  std::optional<AttentionResult<Gauge>> gauges_;
  std::optional<AttentionResult<reference::Perturbed>> by_moved_sums_;
  std::optional<AttentionExtent> extent_;
  std::optional<double> worst_unsureness_;
  std::array<std::optional<Heads<W>>, 2> features_;  ///< of keys, of queries
  std::array<std::optional<Heads<Gauge>>, 2> feature_gauges_;
};

extern template class AttentionFacts<Digits50>;
extern template class AttentionFacts<long double>;

}  // namespace slim::properties
