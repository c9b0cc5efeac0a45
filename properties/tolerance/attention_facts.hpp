// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/tolerance/own_sums.hpp"
#include "reference/numbers/gauged.hpp"
#include "reference/numbers/perturbed.hpp"
#include "reference/vocabulary/task/attention_view.hpp"

#include <array>
#include <optional>
#include <vector>

namespace slim::properties {

/// Ranges of nonzero intermediate values of an attention case.
struct AttentionExtent {
  double least_feature = 0.0;
  double largest_feature = 0.0;
  bool has_vanishing_feature = false;  ///< one that is 0 in double
  double least_value = 0.0;            ///< of v, cotangents and states
  double largest_value = 0.0;
  double least_denominator = 0.0;    ///< 0 if a denominator is 0
  double largest_denominator = 0.0;  ///< including epsilon
  double worst_cancellation = 0.0;   ///< max over rows of S_L·g(Q_l) / (S_l·g(Q_l) + ε)
};

/// Truth, gauges and ranges of an attention case in the number type W, computed on first use and
/// cached.
///   Digits50: the truth by the definition. Error: 1e-48 of the gauge.
///   long double: the truth of cases too large for 50 digits, by prefix sums. Error: at most
///   γ_n(2^-64) of the gauge, n as for a program under test, which is 2^-11 of the bound of float64
///   and 2^-40 of that of float32. The gauges are sums of non-negative numbers in double, with a
///   relative error of γ_n(2^-53).
template <class W>
class AttentionFacts {
 public:
  using Gauge = reference::Gauged<std::conditional_t<std::is_same_v<W, Digits50>, W, double>>;

  /// `scalar`: that in which a subject's own features are asked for.
  explicit AttentionFacts(AttentionInputs<W> inputs, Scalar scalar = Scalar::float64)
      : inputs_(viewed(std::move(inputs))), scalar_(scalar) {}

  [[nodiscard]] const AttentionInputs<W>& inputs() const { return inputs_; }
  /// The inputs, or, if the map is the subject's own, those of attention of its features.
  const AttentionInputs<W>& of_sums();
  const AttentionResult<W>& truth();
  /// The scales of rounding errors: the reference by prefix sums, on Gauged numbers.
  const AttentionResult<Gauge>& gauges();
  /// How far the answer moves when every prefix sum is moved by the gauge of the final one.
  const AttentionResult<reference::Perturbed>& by_moved_sums();
  const AttentionExtent& extent();
  /// Only what it says of features; the other members are 0.
  const AttentionExtent& feature_extent();
  /// g(q) or g(k), and their gauges.
  const Heads<W>& features(bool is_query);
  const Heads<Gauge>& feature_gauges(bool is_query);
  /// As clearance_of_kinks().
  const std::vector<double>& kink_clearance(bool is_query);
  /// How far d.q or d.k may be off for lack of better slopes of the subject's own map.
  const Heads<double>& slope_errors(bool is_query);
  /// The result of attention of features, pulled back to q and k if the map is the subject's own.
  template <class N>
  void pull_back(AttentionResult<N>& result);
  /// The largest ratio, over rows, of the gauge of Σ weights to the denominator; at least 1.
  double worst_unsureness();

 private:
  /// Reads an answer of the reference as that of an implementation with fewer heads or rows.
  template <class X>
  void see(AttentionResult<X>& answer) const {
    view(inputs_.groups, inputs_.query_mask, answer);
  }
  /// Whether the truth may be computed from features() alone, so that these are computed once: not
  /// if it needs their pullback, or if they depend on a mask.
  [[nodiscard]] bool has_features_of_inputs() const;
  /// The same as of_sums() in a number type that also tracks gauges or movements.
  template <class N>
  AttentionInputs<N> annotated();

  AttentionInputs<W> inputs_;
  Scalar scalar_;
  std::optional<OwnSides> own_;
  std::optional<AttentionInputs<W>> of_sums_;
  std::array<Heads<double>, 2> slope_errors_{};  ///< of keys, of queries
  std::optional<AttentionResult<W>> truth_;
  std::optional<AttentionResult<Gauge>> gauges_;
  std::optional<AttentionResult<reference::Perturbed>> by_moved_sums_;
  std::optional<AttentionExtent> extent_;
  std::optional<AttentionExtent> feature_extent_;
  std::optional<double> worst_unsureness_;
  std::array<std::optional<std::vector<double>>, 2> kink_clearance_;  ///< of keys, of queries
  std::array<std::optional<Heads<W>>, 2> features_;                   ///< of keys, of queries
  std::array<std::optional<Heads<Gauge>>, 2> feature_gauges_;
};

extern template class AttentionFacts<Digits50>;
extern template class AttentionFacts<long double>;

}  // namespace slim::properties
