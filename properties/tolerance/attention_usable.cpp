// SPDX-License-Identifier: Apache-2.0
// Whether a case can be judged: no over- or underflow, no residue that decides.

#include "properties/tolerance/attention_evidence.hpp"
#include "properties/tolerance/attention_roundings.hpp"
#include "properties/tolerance/gradient_evidence.hpp"
#include "properties/tolerance/scalar_range.hpp"

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

constexpr double margin_of_range = 1e3;  ///< distance from the largest number
constexpr double margin_of_half = 16.0;  ///< likewise of float16, whose largest number is 65504
constexpr const char* underflow_reason = "intermediate values underflow";
constexpr const char* unguarded_reason = "a denominator is 0 and no epsilon prevents that";
constexpr const char* unsure_reason = "a denominator is 0 to within its rounding error";
constexpr const char* no_truth_reason = "the reference is not finite";
constexpr const char* overflow_reason = "intermediate values overflow";

/// The largest number that may occur in what is stored.
double largest_stored(Scalar scalar) {
  return range_of(scalar).largest / (scalar == Scalar::float16 ? margin_of_half : margin_of_range);
}

/// Whether the squares of entries that add up to a length neither overflow nor underflow.
bool has_lengths_in_range(const AttentionInputs<double>& inputs, Scalar scalar) {
  if (inputs.features_given || has_own_map(inputs)) return true;
  const Range range = range_of(computed_in(scalar));
  for (const bool is_query : {true, false}) {
    const AttentionConventions own = of_side(inputs.conventions, is_query);
    const Heads<double>& x = is_query ? inputs.q : inputs.k;
    const auto& [B, H, L, D] = x.sizes();
    const bool is_guarded = own.epsilons[EpsilonPlace::length_squared] > 0.0 ||
                            own.epsilons[EpsilonPlace::length_clamped] > 0.0;
    const Index entries = own.unit_length == UnitLength::row    ? D
                          : own.unit_length == UnitLength::head ? L * D
                                                                : H * L * D;
    for (Index first = 0; own.unit_length != UnitLength::none && first < B * H * L * D;
         first += entries) {
      double largest = 0.0;
      for (const double entry :
           x.values().subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(entries))) {
        largest = std::max(largest, std::abs(entry));
      }
      const double least = is_guarded ? 0.0 : std::sqrt(range.least / unit_roundoff(scalar));
      const double most = std::sqrt(range.largest / margin_of_range / static_cast<double>(entries));
      if (!(largest >= least && largest <= most)) return false;
    }
  }
  return true;
}

}  // namespace

bool AttentionEvidence::has_digits_to_spare(Scalar scalar) {
  const double largest = largest_gauge(scalar, std::array{AttentionArray::end});
  const AttentionExtent& met = extent(scalar);
  if (scalar == Scalar::digits50 && met.has_vanishing_feature) return false;
  const double least = met.least_feature * std::min(1.0, met.least_value);
  return largest <= digits_to_spare(computed_in(scalar)) * least;
}

bool AttentionEvidence::subtraction_decides(Scalar scalar) {
  const double share = worst_share(scalar, 2.0 * roundings(AttentionArray::out));
  return !(share * extent(scalar).worst_cancellation < largest_residue);
}

/// With features of any sign no ε keeps a denominator away from 0, but `rounding_decides` does.
bool AttentionEvidence::is_guarded() const {
  const Epsilons& own = inputs_.conventions.epsilons;
  return inputs_.conventions.normaliser != Normaliser::denominator ||
         own[EpsilonPlace::denominator] > 0.0 || own[EpsilonPlace::when_small] > 0.0 ||
         own[EpsilonPlace::clamped] > 0.0;
}

bool AttentionEvidence::rounding_decides(Scalar scalar) {
  const FeatureKind kind = inputs_.feature_map.kind;
  const bool is_exact =
      kind == FeatureKind::square || kind == FeatureKind::relu || kind == FeatureKind::absolute ||
      (kind == FeatureKind::elu_plus_one && inputs_.conventions.elu_cancellation == 0.0);
  const bool divides = inputs_.conventions.normaliser == Normaliser::denominator;
  if (scalar == Scalar::digits50 || inputs_.features_given || !divides) return false;
  const bool has_more_parts =
      inputs_.conventions.unit_length != UnitLength::none || inputs_.conventions.keys != KeyParts();
  if (is_exact && !inputs_.feature_map.projected && !has_more_parts) return false;
  const double share = gamma_of(roundings(AttentionArray::out), unit_roundoff(computed_in(scalar)));
  const double unsureness =
      is_large(scalar) ? large_facts(scalar).worst_unsureness() : facts(scalar).worst_unsureness();
  return !(share * unsureness < largest_residue);
}

/// For an ε in the features it is M ε² f², f = 1 or 1/√M, divided by a thousand for underflow.
double AttentionEvidence::least_guarded_denominator() const {
  const Epsilons& own = inputs_.conventions.epsilons;
  if (inputs_.conventions.keys.divides_over_rows()) return 0.0;
  if (inputs_.conventions.divides_by_key_sums) return own[EpsilonPlace::sums];
  if (inputs_.conventions.normaliser != Normaliser::denominator) return 1.0;
  if (is_guarded()) return epsilon_of_denominator(inputs_.conventions, inputs_.v.sizes().rows);
  return own.largest_in_features() * own.largest_in_features() / margin_of_range;
}

bool AttentionEvidence::is_defined() {
  return is_guarded() || has_finite_truth(Scalar::digits50);
}

bool AttentionEvidence::has_finite_truth(Scalar scalar) {
  const auto is_finite = [](const auto& truth) {
    return std::ranges::all_of(all_attention_arrays, [&](AttentionArray array) {
      return std::ranges::all_of(array_of(truth, array).values(), [](const auto& x) {
        using std::isfinite;
        return isfinite(x);
      });
    });
  };
  const Scalar of_large = scalar == Scalar::digits50 ? Scalar::float64 : scalar;
  return is_large_ ? is_finite(large_truth(of_large)) : is_finite(truth(scalar));
}

std::string AttentionEvidence::unusable(Scalar scalar) {
  if (std::string reason = out_of_range(scalar); !reason.empty()) return reason;
  for (const AttentionArray array : {AttentionArray::dq, AttentionArray::dk}) {
    for (std::size_t place = 0; place < inputs_.q.values().size(); ++place) {
      if (hangs_on_a_flush(scalar, array, place)) return underflow_reason;
    }
  }
  return {};
}

std::string AttentionEvidence::unusable_features(Scalar scalar) {
  if (scalar == Scalar::digits50) return {};
  const AttentionExtent& met =
      is_large(scalar) ? large_facts(scalar).feature_extent() : facts(scalar).feature_extent();
  const Range stored = range_of(scalar);
  if (met.has_vanishing_feature || !(std::min(1.0, met.least_feature) >= stored.least)) {
    return underflow_reason;
  }
  return met.largest_feature <= largest_stored(scalar) ? "" : overflow_reason;
}

std::string AttentionEvidence::out_of_range(Scalar scalar) {
  if (!is_defined()) return unguarded_reason;
  if (rounding_decides(scalar)) return unsure_reason;
  if (scalar == Scalar::digits50) return has_finite_truth(scalar) ? "" : no_truth_reason;
  if (!has_lengths_in_range(inputs_, scalar)) return underflow_reason;
  const AttentionExtent& met = extent(scalar);
  const Range computed = range_of(computed_in(scalar));
  const Range stored = range_of(scalar);
  const double value = std::min(1.0, met.least_value);
  const double cotangent = value / std::max(1.0, met.largest_denominator);
  const double g = std::min(1.0, met.least_feature);
  const bool in_range = g * g * value * cotangent >= computed.least && g >= stored.least;
  if (!in_range || met.has_vanishing_feature) {
    return underflow_reason;
  }
  if (!fits(scalar)) return overflow_reason;
  return has_finite_truth(scalar) ? "" : no_truth_reason;
}

std::string AttentionEvidence::overflowing(Scalar scalar) {
  if (!is_defined()) return unguarded_reason;
  if (rounding_decides(scalar)) return unsure_reason;
  if (scalar != Scalar::digits50 && !has_lengths_in_range(inputs_, scalar)) return overflow_reason;
  const Range computed = range_of(computed_in(scalar));
  if (!(least_guarded_denominator() >= computed.least)) return out_of_range(scalar);
  const double D = extent(scalar).largest_denominator;
  const bool in_range = D * D * margin_of_range <= computed.largest &&
                        largest_exponent(inputs_) * margin_of_range <= computed.largest;
  return in_range && fits(scalar) ? "" : overflow_reason;
}

bool AttentionEvidence::fits(Scalar scalar) {
  const AttentionExtent& met = extent(scalar);
  const Range computed = range_of(computed_in(scalar));
  for (const Heads<double>* given :
       {&inputs_.q, &inputs_.k, &inputs_.v, &inputs_.omega, &inputs_.out_cotangent}) {
    const double most = range_of(scalar).largest;
    const auto is_stored = [most](double x) { return std::abs(x) <= most; };
    if (!std::ranges::all_of(given->values(), is_stored)) return false;
  }
  const double largest = std::max(met.largest_feature, largest_gauge(scalar, all_attention_arrays));
  const auto rows = static_cast<double>(inputs_.v.sizes().rows);
  const double v = std::max(1.0, met.largest_value);
  const double numerator = rows * met.largest_feature * std::max(1.0, met.largest_feature) * v;
  const double dA =
      v / std::max(met.least_denominator,
                   epsilon_of_denominator(inputs_.conventions, inputs_.v.sizes().rows));
  const double backward =
      rows * dA * v * v * std::max(1.0, met.largest_feature) * std::max(1.0, met.largest_feature);
  // Implementations in float16 may store denominators, too.
  const double D = scalar == Scalar::float16 ? met.largest_denominator : 0.0;
  return largest <= largest_stored(scalar) && 2.0 * D <= range_of(scalar).largest &&
         std::max(numerator, backward) * margin_of_range <= computed.largest;
}

std::optional<Finding> excused(const Subject& subject, Scalar scalar, AttentionEvidence& evidence) {
  if (std::string reason = unclaimed(subject, scalar, evidence.given()); !reason.empty()) {
    return not_claimed(reason);
  }
  if (subject.capabilities.subtracting && evidence.given().causal &&
      evidence.subtraction_decides(scalar)) {
    return skipped(zero_denominator_reason);
  }
  return std::nullopt;
}

bool is_beyond_its_digits(const Subject& subject, Scalar scalar, AttentionEvidence& evidence) {
  return subject.capabilities.subtracting_wide && evidence.given().causal &&
         !evidence.has_digits_to_spare(scalar);
}

}  // namespace slim::properties
