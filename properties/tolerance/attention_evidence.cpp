// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/attention_evidence.hpp"

#include "properties/tolerance/attention_kinks.hpp"
#include "properties/tolerance/attention_roundings.hpp"
#include "properties/tolerance/gradient_evidence.hpp"
#include "properties/tolerance/scalar_range.hpp"
#include "reference/performer/attention.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

constexpr double higher_orders = 2.0;  ///< factor for losses by underflow

/// The inputs rounded to a scalar, in T.
template <class T>
AttentionInputs<T> rounded(const AttentionInputs<double>& inputs, Scalar scalar) {
  switch (scalar) {
    case Scalar::float32:
      if (!has_digits_beyond_float32(inputs)) return converted<T>(inputs);
      return converted<T>(converted<float>(inputs));
    case Scalar::float16:
      return converted<T>(converted<Float16>(inputs));
    case Scalar::bfloat16:
      return converted<T>(converted<BFloat16>(inputs));
    default:
      return converted<T>(inputs);
  }
}

/// The same signs, and no entry smaller than 1.
Heads<Digits50> of_at_least_one(Heads<Digits50> heads) {
  for (Digits50& x : heads.values()) {
    if (abs(x) < 1) x = x < 0 ? -1 : 1;
  }
  return heads;
}

}  // namespace

bool has_digits_beyond_float32(const AttentionInputs<double>& inputs) {
  const auto is_beyond = [](double x) { return std::abs(x - static_cast<float>(x)) > 0.0; };
  const auto has = [&](const Heads<double>& heads) {
    return std::ranges::any_of(heads.values(), is_beyond);
  };
  return has(inputs.q) || has(inputs.k) || has(inputs.v) || has(inputs.omega) ||
         has(inputs.start) || has(inputs.out_cotangent) || has(inputs.end_cotangent);
}

AttentionEvidence::AttentionEvidence(AttentionInputs<double> inputs)
    : inputs_(std::move(inputs)),
      is_large_(takes_long_in_digits50(inputs_)),
      rounds_to_float32_(has_digits_beyond_float32(inputs_)) {
  share_heads(inputs_);
}

bool AttentionEvidence::is_large(Scalar scalar) const {
  return is_large_ && scalar != Scalar::digits50;
}

double AttentionEvidence::error_of_exponents(Scalar scalar) {
  std::optional<double>& kept = error_of_exponents_.at(static_cast<std::size_t>(scalar));
  if (!kept) {
    kept = (gamma_of(roundings_of_a_feature(inputs_), roundoff_of_sums(scalar)) +
            gamma_of(2.0, roundoff_of_factors_)) *
           largest_gauge_of_an_exponent(inputs_);
  }
  return *kept;
}

template <class G>
double AttentionEvidence::gauge_of(Scalar scalar, const G& number) {
  constexpr double most_of_first_order = 0.02;
  constexpr double higher_orders_of_exponents = 6.0;
  const double rho = error_of_exponents(scalar);
  const bool is_narrow_sum = is_stored_narrow(scalar) && inputs_.feature_map.is_projected() &&
                             !is_smooth_exponential(inputs_.feature_map.kind);
  if (!(rho <= most_of_first_order) || is_narrow_sum) return to_double(number.gauge());
  return (1.0 + higher_orders_of_exponents * rho) * static_cast<double>(number.first_order());
}

double AttentionEvidence::gauge_at(Scalar scalar, AttentionArray array, std::size_t place) {
  return is_large(scalar)
             ? gauge_of(scalar, array_of(large_facts(scalar).gauges(), array).values()[place])
             : gauge_of(scalar, array_of(facts(scalar).gauges(), array).values()[place]);
}

double AttentionEvidence::moved_at(Scalar scalar, AttentionArray array, std::size_t place) {
  const AttentionResult<reference::Perturbed>& moved =
      is_large(scalar) ? large_facts(scalar).by_moved_sums() : facts(scalar).by_moved_sums();
  return static_cast<double>(array_of(moved, array).values()[place].moved());
}

double AttentionEvidence::largest_gauge(Scalar scalar, std::span<const AttentionArray> arrays) {
  double largest = 0.0;
  const auto see = [&](const auto& gauges) {
    for (const AttentionArray array : arrays) {
      for (const auto& x : array_of(gauges, array).values()) {
        largest = std::max(largest, to_double(x.gauge()));
      }
    }
  };
  if (is_large(scalar)) {
    see(large_facts(scalar).gauges());
  } else {
    see(facts(scalar).gauges());
  }
  return largest;
}

std::string_view name(AttentionArray array) {
  constexpr std::array<std::string_view, 6> names = {"out", "end", "d.q",
                                                     "d.k", "d.v", "d.initial"};
  return names.at(static_cast<std::size_t>(array));
}

AttentionEvidence::Known& AttentionEvidence::known(Scalar scalar) {
  if (has_own_map(inputs_)) {  // a subject's features depend on the scalar
    return known_.at(static_cast<std::size_t>(scalar));
  }
  if (scalar == Scalar::float32 && rounds_to_float32_) return known_[3];
  if (scalar == Scalar::float16) return known_[1];
  return scalar == Scalar::bfloat16 ? known_[2] : known_[0];
}

AttentionFacts<Digits50>& AttentionEvidence::facts(Scalar scalar) {
  std::optional<AttentionFacts<Digits50>>& kept = known(scalar).facts;
  if (!kept) kept.emplace(rounded<Digits50>(inputs_, scalar), scalar);
  return *kept;
}

AttentionFacts<long double>& AttentionEvidence::large_facts(Scalar scalar) {
  std::optional<AttentionFacts<long double>>& kept = known(scalar).large_facts;
  if (!kept) kept.emplace(rounded<long double>(inputs_, scalar), scalar);
  return *kept;
}

const AttentionInputs<Digits50>& AttentionEvidence::exact(Scalar scalar) {
  return facts(scalar).inputs();
}

const AttentionAnswer& AttentionEvidence::truth(Scalar scalar) {
  return facts(scalar).truth();
}

bool AttentionEvidence::is_after_subtraction(AttentionArray array, std::size_t place) const {
  if (!inputs_.causal || array == AttentionArray::end) return false;
  const AttentionTask<double> task = inputs_.task();
  const Index L = task.v.sizes.rows;
  const Index cols = array == AttentionArray::out || array == AttentionArray::dv
                         ? task.v.sizes.cols
                         : task.q.sizes.cols;
  const bool is_of_rows = array != AttentionArray::start_gradient;
  const Index row = static_cast<Index>(place) / cols;
  const Index entries_of_a_head = task.state_sizes().rows * task.state_sizes().cols;
  const Index head = is_of_rows ? row / L : static_cast<Index>(place) / entries_of_a_head;
  for (Index l = is_of_rows ? row % L + 1 : 1; l < L; ++l) {
    if (task.takes_part(head / task.v.sizes.heads, l)) return true;
  }
  return false;
}

double AttentionEvidence::lost_by_subtracting(Scalar scalar, AttentionArray array,
                                              std::size_t place) {
  if (!is_after_subtraction(array, place)) return 0.0;
  const double steps = 2.0 * static_cast<double>(inputs_.v.sizes().rows);
  return rounded_share(scalar, steps) * moved_at(scalar, array, place);
}

const std::array<AttentionResult<AttentionEvidence::Underflow>, 2>& AttentionEvidence::underflows(
    Scalar scalar) {
  std::optional<std::array<AttentionResult<Underflow>, 2>>& kept = known(scalar).underflows;
  if (kept) return *kept;
  AttentionInputs<Digits50> inputs = facts(scalar).of_sums();
  inputs.v = of_at_least_one(std::move(inputs.v));
  inputs.out_cotangent = of_at_least_one(std::move(inputs.out_cotangent));
  inputs.end_cotangent = of_at_least_one(std::move(inputs.end_cotangent));
  const AttentionInputs<Underflow> counting = converted<Underflow>(inputs);
  kept.emplace();
  reference::attention(counting.task(), kept->front());
  reference::attention_by_definition(counting.task(), kept->back());
  for (AttentionResult<Underflow>& form : *kept) {
    facts(scalar).pull_back(form);
    view(counting.groups, counting.query_mask, form);
  }
  return *kept;
}

/// Without normaliser the numerator has F + 3 with its scale; this bound is kept for simplicity.
/// With f roundings of a feature: a path through R or S has f + L + 2; a numerator or denominator,
/// with M products summed and ε, F = 2f + L + M + 4; a quotient 2F + 1; dA = dY/D F + 1; and
/// dD = −Y·dA with D_v products 3F + D_v + 4. The rest comes on top of dD: the sums over rows and
/// features, the pullback of the features, and the sum over heads that share an array.
double AttentionEvidence::roundings(AttentionArray array) const {
  const double f = roundings_of_a_feature(inputs_);
  const auto L = static_cast<double>(inputs_.v.sizes().rows);
  const auto d = static_cast<double>(inputs_.v.sizes().cols);
  const auto M = static_cast<double>(inputs_.task().features());
  const AttentionConventions& own = inputs_.conventions;
  const bool has_more_parts = !slim::averages(own) || has_own_weight(own);
  const double of_parts = (has_more_parts ? 4.0 : 0.0) + (own.divides_by_key_sums ? L + 2.0 : 0.0);
  const double F = 2.0 * f + L + M + 4.0 + of_parts;
  const auto heads = static_cast<double>(inputs_.groups.largest() - 1);
  switch (array) {
    case AttentionArray::out:
      return 2.0 * F + 2.0;
    case AttentionArray::end:
      return f + L + 2.0;
    case AttentionArray::start_gradient:
      return 3.0 * F + d + f + L + 6.0 + heads;
    default:
      return 3.0 * F + 2.0 * d + 2.0 * f + L + M + 16.0 + heads;
  }
}

void AttentionEvidence::assume(const Capabilities& declared) {
  wants_drift_ = declared.subtracting || declared.subtracting_wide;
  if (roundoff_of_factors_ == declared.roundoff_of_factors &&
      sums_in_narrow_ == declared.sums_in_narrow) {
    return;
  }
  roundoff_of_factors_ = declared.roundoff_of_factors;
  sums_in_narrow_ = declared.sums_in_narrow;
  shares_ = {};
  error_of_exponents_ = {};
}

double AttentionEvidence::roundoff_of_sums(Scalar scalar) const {
  return unit_roundoff(sums_in_narrow_ ? scalar : computed_in(scalar));
}

AttentionEvidence::Shares AttentionEvidence::shares_of(Scalar scalar, double n,
                                                       double of_factors) const {
  Shares shares{.likely = likely_share(scalar, n), .worst = worst_share(scalar, n)};
  if (scalar == Scalar::digits50) return shares;
  if (sums_in_narrow_ && is_stored_narrow(scalar)) {
    shares.likely += likely_roundings(n, unit_roundoff(scalar));
    shares.worst += gamma_of(n, unit_roundoff(scalar));
  }
  shares.likely += likely_roundings(of_factors, roundoff_of_factors_);
  shares.worst += gamma_of(of_factors, roundoff_of_factors_);
  if (is_large(scalar)) {
    shares.likely += gamma_of(n, unit_roundoff_of_large);
    shares.worst += gamma_of(n, unit_roundoff_of_large);
  }
  return shares;
}

const AttentionEvidence::Shares& AttentionEvidence::shares(Scalar scalar, AttentionArray array) {
  std::optional<Shares>& kept =
      shares_.at(static_cast<std::size_t>(scalar)).at(static_cast<std::size_t>(array));
  if (!kept) {
    const bool projected = !inputs_.omega.empty();
    const double of_factors = array == AttentionArray::end   ? (projected ? 4.0 : 2.0)
                              : array == AttentionArray::out ? (projected ? 14.0 : 6.0)
                                                             : (projected ? 32.0 : 12.0);
    kept = shares_of(scalar, roundings(array), of_factors);
  }
  return *kept;
}

double AttentionEvidence::residue(Scalar scalar, AttentionArray array) {
  const bool has_one_row = inputs_.v.sizes().rows == 1 && inputs_.start.empty();
  const bool has_one_feature = inputs_.task().features() == 1;
  const bool averages = inputs_.conventions.normaliser == Normaliser::denominator;
  if (averages && ((array == AttentionArray::dq && (has_one_row || has_one_feature)) ||
                   (array == AttentionArray::dk && has_one_row))) {
    return std::numeric_limits<double>::infinity();
  }
  const double share =
      is_large(scalar) ? gamma_of(roundings(array), unit_roundoff_of_large) : share_in_digits50;
  const bool hangs_on_epsilon = array == AttentionArray::dq || array == AttentionArray::dk;
  return (share + (hangs_on_epsilon ? share_of_epsilon(scalar) : 0.0)) *
         largest_gauge(scalar, std::array{array});
}

double AttentionEvidence::share_of_epsilon(Scalar scalar) {
  const AttentionConventions& own = inputs_.conventions;
  if (own.normaliser != Normaliser::denominator) return 0.0;
  const AttentionExtent& met = extent(scalar);
  const double of_sums = static_cast<double>(inputs_.task().features()) * met.largest_feature;
  return 2.0 * epsilon_of_denominator(own, inputs_.v.sizes().rows) * std::max(1.0, of_sums) /
         met.least_denominator;
}

Band AttentionEvidence::band(Scalar scalar, AttentionArray array, std::size_t place) {
  if (hangs_on_a_kink(scalar, array, place)) return flat_band(not_compared);
  const Shares& share = shares(scalar, array);
  const double gauge = gauge_at(scalar, array, place);
  const double worst = share.worst * gauge;
  Band band{.pass = share.likely * gauge,
            .suspect = worst,
            .drift = wants_drift_ ? worst + lost_by_subtracting(scalar, array, place) : worst};
  if (has_own_map(inputs_) && (array == AttentionArray::dq || array == AttentionArray::dk)) {
    const bool is_query = array == AttentionArray::dq;
    const Heads<double>& errors = is_large(scalar) ? large_facts(scalar).slope_errors(is_query)
                                                   : facts(scalar).slope_errors(is_query);
    const double error = errors.values()[place];
    if (!std::isfinite(error)) return flat_band(not_compared);
    band = band + flat_band(error);
  }
  if (is_stored_narrow(scalar)) {
    const double size =
        is_large(scalar) ? std::abs(to_double(array_of(large_truth(scalar), array).values()[place]))
                         : std::abs(to_double(array_of(truth(scalar), array).values()[place]));
    band = band + flat_band(unit_roundoff(scalar) * size + range_of(scalar).subnormal);
  }
  return band;
}

Band AttentionEvidence::band_of_underflow(Scalar scalar, AttentionArray array, std::size_t place) {
  std::optional<bool>& is_at_the_edge = at_the_edge_.at(static_cast<std::size_t>(scalar));
  if (!is_at_the_edge) is_at_the_edge = !out_of_range(scalar).empty();
  const Band rounded = band(scalar, array, place);
  if (!*is_at_the_edge) return rounded;
  if (is_stored_narrow(scalar)) return flat_band(no_bound);
  long double lost = 0.0L;
  for (const AttentionResult<Underflow>& form : underflows(scalar)) {
    lost += array_of(form, array).values()[place].lost();
  }
  const long double least = range_of(computed_in(scalar)).least;
  return rounded + flat_band(static_cast<double>(higher_orders * least * lost));
}

bool AttentionEvidence::hangs_on_a_kink(Scalar scalar, AttentionArray array, std::size_t place) {
  const bool is_query = array == AttentionArray::dq;
  if (scalar == Scalar::digits50 || (!is_query && array != AttentionArray::dk)) return false;
  if (!has_kinks_at_sums(inputs_.feature_map, inputs_.conventions, inputs_.features_given,
                         is_query)) {
    return false;
  }
  const std::vector<double>& clearance = is_large(scalar)
                                             ? large_facts(scalar).kink_clearance(is_query)
                                             : facts(scalar).kink_clearance(is_query);
  const auto width = static_cast<std::size_t>(inputs_.q.sizes().cols);
  const double rounding =
      gamma_of(2.0 * roundings_of_a_feature(inputs_), roundoff_of_sums(scalar)) +
      gamma_of(4.0, roundoff_of_factors_) +
      (is_stored_narrow(scalar) ? 2.0 * unit_roundoff(scalar) : 0.0);  // of a stored c x
  return !(clearance.at(place / width) > rounding);
}

bool AttentionEvidence::hangs_on_a_flush(Scalar scalar, AttentionArray array, std::size_t place) {
  const bool is_query = array == AttentionArray::dq;
  if (scalar == Scalar::digits50 || (!is_query && array != AttentionArray::dk)) return false;
  if (!is_kinked(inputs_, is_query)) return false;
  const Heads<Digits50>& x = is_query ? exact(scalar).q : exact(scalar).k;
  return slope_hangs_on_a_flush(inputs_, is_query, to_double(x.values()[place]),
                                range_of(scalar).least);
}

AttentionEvidence& AttentionEvidence::flushed(Scalar scalar) {
  std::unique_ptr<AttentionEvidence>& kept = flushed_.at(static_cast<std::size_t>(scalar));
  if (kept) return *kept;
  AttentionInputs<double> inputs = inputs_;
  for (const AttentionArray array : {AttentionArray::dq, AttentionArray::dk}) {
    const std::span<double> x = array == AttentionArray::dq ? inputs.q.values() : inputs.k.values();
    for (std::size_t place = 0; place < x.size(); ++place) {
      if (hangs_on_a_flush(scalar, array, place)) x[place] = 0.0;
    }
  }
  kept = std::make_unique<AttentionEvidence>(std::move(inputs));
  return *kept;
}

Band AttentionEvidence::band_at_the_edge(Scalar scalar, AttentionArray array, std::size_t place) {
  const Band full = band_of_underflow(scalar, array, place);
  if (!hangs_on_a_flush(scalar, array, place)) return full;
  if (is_stored_narrow(scalar)) return flat_band(no_bound);
  AttentionEvidence& other = flushed(scalar);
  const Digits50 apart = array_of(truth(scalar), array).values()[place] -
                         array_of(other.truth(scalar), array).values()[place];
  const Band widened =
      full + other.band_of_underflow(scalar, array, place) + flat_band(std::abs(to_double(apart)));
  return std::isfinite(widened.pass) ? widened : flat_band(no_bound);
}

std::function<Band(std::size_t)> AttentionEvidence::features_band(Scalar scalar, bool is_query) {
  const Shares shares = shares_of(scalar, roundings_of_a_feature(inputs_), 2.0);
  const Band share{.pass = shares.likely, .suspect = shares.worst, .drift = shares.worst};
  const Band stored = flat_band(range_of(scalar).subnormal);
  const auto of = [this, scalar, share, stored](const auto& gauges) {
    return [this, scalar, share, stored, &gauges](std::size_t place) {
      return gauge_of(scalar, gauges.values()[place]) * share + stored;
    };
  };
  if (is_large(scalar)) return of(large_facts(scalar).feature_gauges(is_query));
  return of(facts(scalar).feature_gauges(is_query));
}

const AttentionExtent& AttentionEvidence::extent(Scalar scalar) {
  return is_large(scalar) ? large_facts(scalar).extent() : facts(scalar).extent();
}

}  // namespace slim::properties
