// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/attention_evidence.hpp"

#include "properties/tolerance/gradient_evidence.hpp"
#include "reference/performer/attention.hpp"
#include "reference/performer/attention_side.hpp"
#include "reference/performer/denominator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

constexpr double stored_roundings = 12;  ///< roundings to a narrow scalar on a path
constexpr double share_in_digits50 = 1e-40;
constexpr double margin_of_range = 1e3;             ///< distance from the largest number
constexpr double higher_orders = 2.0;               ///< factor for losses by underflow
constexpr double unit_roundoff_of_large = 0x1p-64;  ///< long double's, or better
constexpr double no_bound = std::numeric_limits<double>::max();
constexpr const char* underflow_reason = "intermediate values underflow";
constexpr const char* unguarded_reason = "a denominator is 0 and no epsilon prevents that";
constexpr const char* unsure_reason = "a denominator is 0 to within its rounding error";
constexpr const char* no_truth_reason = "the reference is not finite";
constexpr const char* overflow_reason = "intermediate values overflow";

bool is_stored_narrow(Scalar scalar) {
  return scalar == Scalar::float16 || scalar == Scalar::bfloat16;
}

/// The inputs rounded to a scalar, in T.
template <class T>
AttentionInputs<T> rounded(const AttentionInputs<double>& inputs, Scalar scalar) {
  switch (scalar) {
    case Scalar::float16:
      return converted<T>(converted<Float16>(inputs));
    case Scalar::bfloat16:
      return converted<T>(converted<BFloat16>(inputs));
    default:
      return converted<T>(inputs);
  }
}

/// The scalar in which programs compute.
Scalar computed_in(Scalar scalar) {
  return is_stored_narrow(scalar) ? Scalar::float32 : scalar;
}

/// (1 − u)^(−n) − 1, the worst relative error of n roundings, finite for any n.
double gamma_of(double n, double u) {
  return std::expm1(-n * std::log1p(-u));
}

/// Spare digits of a number with twice the digits, less a bit for the sum of two: 2^(53 − 24 − 1)
/// for float32.
double digits_to_spare(Scalar scalar) {
  switch (scalar) {
    case Scalar::float32:
      return 0x1p28;
    case Scalar::float64:
      return 0x1p58;
    default:
      return 1e49;
  }
}

struct Range {
  double least;  ///< normal number
  double largest;
  double subnormal;
};

Range range_of(Scalar scalar) {
  switch (scalar) {
    case Scalar::float32:
      return {std::numeric_limits<float>::min(), std::numeric_limits<float>::max(),
              std::numeric_limits<float>::denorm_min()};
    case Scalar::float16:
      return {0x1p-14, 65504.0, 0x1p-24};
    case Scalar::bfloat16:
      return {0x1p-126, 3.38e38, 0x1p-133};
    default:
      return {std::numeric_limits<double>::min(), std::numeric_limits<double>::max(),
              std::numeric_limits<double>::denorm_min()};
  }
}

/// γ_n of a scalar; in 50 digits a share that is below any mistake.
double worst_share(Scalar scalar, double n) {
  if (scalar == Scalar::digits50) return share_in_digits50;
  const double gamma = gamma_of(n, unit_roundoff(computed_in(scalar)));
  return is_stored_narrow(scalar) ? gamma + stored_roundings * unit_roundoff(scalar) : gamma;
}
/// The share of n independent roundings in the scalar of the computation.
double rounded_share(Scalar scalar, double n) {
  if (scalar == Scalar::digits50) return share_in_digits50;
  return likely_roundings(n, unit_roundoff(computed_in(scalar)));
}
double likely_share(Scalar scalar, double n) {
  const double walk = rounded_share(scalar, n);
  return is_stored_narrow(scalar) ? walk + stored_roundings * unit_roundoff(scalar) : walk;
}

/// The same signs, and no entry smaller than 1.
Heads<Digits50> of_at_least_one(Heads<Digits50> heads) {
  for (Digits50& x : heads.values()) {
    if (abs(x) < 1) x = x < 0 ? -1 : 1;
  }
  return heads;
}

/// Of f(u) itself: 3 for arithmetic, 5 for an exponential, 10 for a function of several, whose
/// elementary functions may be off by a few units in the last place.
double roundings_of_a_function(FeatureKind kind, double arguments) {
  using enum FeatureKind;
  switch (kind) {
    case softplus:
    case sigmoid:
    case gelu:
    case gelu_tanh:
    case silu:
    case trigonometric:
      return 10.0;
    case softmax:
      return 10.0 + arguments;
    case elu_plus_one:
    case exponential:
      return 5.0;
    default:
      return 3.0;
  }
}

/// A factor on x has two roundings, and a square twice as many as its x; 1/√M has three, a
/// stabiliser and each ε in the features one, and ELU(x) + 1 as written two more than e^x. A
/// product with ω, a norm, a length and a sum of features have one for each term and a few more.
double roundings_of_a_feature(const AttentionInputs<double>& inputs) {
  if (inputs.features_given) return 0.0;
  const AttentionConventions& own = inputs.conventions;
  const FeatureMap& map = inputs.feature_map;
  const auto D = static_cast<double>(inputs.q.sizes().cols);
  const bool stabilised =
      own.query_stabiliser != Stabiliser::none || own.key_stabiliser != Stabiliser::none;
  double n = (own.divides_by_root_features ? 3.0 : 0.0) + (stabilised ? 1.0 : 0.0);
  for (const EpsilonPlace place : places_in_features) n += own.epsilons[place] > 0.0 ? 1.0 : 0.0;
  if (own.divides_by_sum) n += static_cast<double>(map.features(inputs.q.sizes().cols)) + 2.0;
  if (own.unit_length) n += 2.0 * (D + 3.0);
  if (own.input_scale != 1.0) n += 2.0;
  if (map.kind == FeatureKind::favor_plus) return D + 12.0 + n;
  const bool scaled = own.scaling != Scaling::by_feature_map && own.scaling != Scaling::none;
  n += (own.elu_cancellation > 0.0 ? 2.0 : 0.0) + (scaled ? 6.0 : 0.0);
  if (map.projected) n += 2.0 * D;
  if (own.norm_factor) n += D + 6.0;
  return n + roundings_of_a_function(map.kind,
                                     static_cast<double>(map.arguments(inputs.q.sizes().cols)));
}

/// Whether the slope of an unprojected map jumps at x = 0.
bool is_kinked(const AttentionInputs<double>& inputs) {
  return !inputs.features_given && has_kink(inputs.feature_map.kind) &&
         !inputs.feature_map.projected;
}

/// Whether the map's argument c x may be flushed to 0, where the slope is different.
bool slope_hangs_on_a_flush(const AttentionInputs<double>& inputs, bool is_query, double x,
                            double least) {
  const AttentionConventions& own = inputs.conventions;
  const double c =
      reference::side_scale<double>(own.scaling, false, is_query, inputs.q.sizes().cols);
  if (x == 0.0 || !(std::abs(c * x) < least)) return false;
  if (inputs.feature_map.kind != FeatureKind::absolute) {
    return own.relu_slope_at_zero != (x > 0.0 ? 1.0 : 0.0);
  }
  return own.absolute_slope_at_zero != (x > 0.0 ? 1.0 : -1.0);
}

double largest_of(std::span<const double> values) {
  double largest = 0.0;
  for (const double x : values) largest = std::max(largest, std::abs(x));
  return largest;
}

/// An upper bound of |x|² and |x| |ω_m| on either side, without the scale of scores, which is at
/// most 1. 0 for maps without an exponent that grows with x.
double largest_exponent(const AttentionInputs<double>& inputs) {
  if (inputs.features_given || inputs.omega.empty()) return 0.0;
  const double x = std::max(largest_of(inputs.q.values()), largest_of(inputs.k.values()));
  const auto D = static_cast<double>(inputs.q.sizes().cols);
  return D * x * std::max(x, largest_of(inputs.omega.values()));
}

double largest_norm(const Heads<double>& heads, bool of_columns) {
  double largest = 0.0;
  for (Index b = 0; b < heads.sizes().batch; ++b) {
    for (Index h = 0; h < heads.sizes().heads; ++h) {
      largest = std::max(largest, of_columns ? heads(b, h).colwise().norm().maxCoeff()
                                             : heads(b, h).rowwise().norm().maxCoeff());
    }
  }
  return largest;
}

/// A smaller upper bound of the same, from norms of rows and of columns of ω.
double largest_exponent_of_a_row(const AttentionInputs<double>& inputs) {
  if (inputs.features_given || !is_smooth_exponential(inputs.feature_map.kind)) return 0.0;
  const double x = std::max(largest_norm(inputs.q, false), largest_norm(inputs.k, false)) *
                   std::max(1.0, inputs.conventions.input_scale);
  if (inputs.feature_map.kind == FeatureKind::elu_plus_one && inputs.omega.empty()) return 0.0;
  return x * std::max({1.0, x, inputs.omega.empty() ? 0.0 : largest_norm(inputs.omega, true)});
}

/// An upper bound of the gauge of a feature's exponent: |ω| |x| + |x|²/2, and as much again for a
/// stabiliser. 0 for maps without exponentials.
double largest_gauge_of_an_exponent(const AttentionInputs<double>& inputs) {
  if (inputs.features_given) return 0.0;
  if (inputs.feature_map.kind == FeatureKind::elu_plus_one && inputs.omega.empty()) {
    return std::max(largest_of(inputs.q.values()), largest_of(inputs.k.values()));
  }
  return 3.0 * largest_exponent_of_a_row(inputs);
}

/// Whether 50 digits would take more than a few milliseconds, and gauges are in the range of
/// double.
bool takes_long_in_digits50(const AttentionInputs<double>& inputs) {
  constexpr double most_work = 2e3;
  constexpr double most_exponent = 300.0;  // e^709 is the largest double
  const auto& [B, H, L, d] = inputs.v.sizes();
  const auto M = static_cast<double>(inputs.task().features());
  const auto rows = static_cast<double>(B * H * L);
  const double by_definition = rows * static_cast<double>(L) * (M + static_cast<double>(d)) / 8.0;
  const double by_sums = rows * static_cast<double>(inputs.q.sizes().cols + d) * M;
  return by_sums + by_definition > most_work && largest_exponent_of_a_row(inputs) < most_exponent;
}

}  // namespace

AttentionEvidence::AttentionEvidence(AttentionInputs<double> inputs)
    : inputs_(std::move(inputs)), is_large_(takes_long_in_digits50(inputs_)) {}

bool AttentionEvidence::is_large(Scalar scalar) const {
  return is_large_ && scalar != Scalar::digits50;
}

double AttentionEvidence::error_of_exponents(Scalar scalar) {
  std::optional<double>& kept = error_of_exponents_.at(static_cast<std::size_t>(scalar));
  if (!kept) {
    kept = gamma_of(roundings_of_a_feature(inputs_), unit_roundoff(computed_in(scalar))) *
           largest_gauge_of_an_exponent(inputs_);
  }
  return *kept;
}

template <class G>
double AttentionEvidence::gauge_of(Scalar scalar, const G& number) {
  constexpr double most_of_first_order = 0.02;
  constexpr double higher_orders_of_exponents = 6.0;
  const double rho = error_of_exponents(scalar);
  if (!(rho <= most_of_first_order)) return to_double(number.gauge());
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
  if (scalar == Scalar::float16) return known_[1];
  return scalar == Scalar::bfloat16 ? known_[2] : known_[0];
}

AttentionFacts<Digits50>& AttentionEvidence::facts(Scalar scalar) {
  std::optional<AttentionFacts<Digits50>>& kept = known(scalar).facts;
  if (!kept) kept.emplace(rounded<Digits50>(inputs_, scalar));
  return *kept;
}

AttentionFacts<long double>& AttentionEvidence::large_facts(Scalar scalar) {
  std::optional<AttentionFacts<long double>>& kept = known(scalar).large_facts;
  if (!kept) kept.emplace(rounded<long double>(inputs_, scalar));
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
  AttentionInputs<Digits50> inputs = exact(scalar);
  inputs.v = of_at_least_one(std::move(inputs.v));
  inputs.out_cotangent = of_at_least_one(std::move(inputs.out_cotangent));
  inputs.end_cotangent = of_at_least_one(std::move(inputs.end_cotangent));
  const AttentionInputs<Underflow> counting = converted<Underflow>(inputs);
  kept.emplace();
  reference::attention(counting.task(), kept->front());
  reference::attention_by_definition(counting.task(), kept->back());
  return *kept;
}

/// Without normaliser the numerator has F + 3 with its scale; this bound is kept for simplicity.
/// With f roundings of a feature: a path through R or S has f + L + 2; a numerator or denominator,
/// with M products summed and ε, F = 2f + L + M + 4; a quotient 2F + 1; dA = dY/D F + 1; and
/// dD = −Y·dA with D_v products 3F + D_v + 4. The rest comes on top of dD: the sums over rows and
/// features, and the pullback of the features.
double AttentionEvidence::roundings(AttentionArray array) const {
  const double f = roundings_of_a_feature(inputs_);
  const auto L = static_cast<double>(inputs_.v.sizes().rows);
  const auto d = static_cast<double>(inputs_.v.sizes().cols);
  const auto M = static_cast<double>(inputs_.task().features());
  const double F = 2.0 * f + L + M + 4.0;
  switch (array) {
    case AttentionArray::out:
      return 2.0 * F + 2.0;
    case AttentionArray::end:
      return f + L + 2.0;
    case AttentionArray::start_gradient:
      return 3.0 * F + d + f + L + 6.0;
    default:
      return 3.0 * F + 2.0 * d + 2.0 * f + L + M + 16.0;
  }
}

const AttentionEvidence::Shares& AttentionEvidence::shares(Scalar scalar, AttentionArray array) {
  std::optional<Shares>& kept =
      shares_.at(static_cast<std::size_t>(scalar)).at(static_cast<std::size_t>(array));
  if (kept) return *kept;
  const double n = roundings(array);
  const double of_truth = is_large(scalar) ? gamma_of(n, unit_roundoff_of_large) : 0.0;
  kept = Shares{.likely = likely_share(scalar, n) + of_truth,
                .worst = worst_share(scalar, n) + of_truth};
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
  if (own.normaliser == Normaliser::none) return 0.0;
  const AttentionExtent& met = extent(scalar);
  const double of_sums = static_cast<double>(inputs_.task().features()) * met.largest_feature;
  return 2.0 * own.epsilons.largest_in_denominator() * std::max(1.0, of_sums) /
         met.least_denominator;
}

Band AttentionEvidence::band(Scalar scalar, AttentionArray array, std::size_t place) {
  const Shares& share = shares(scalar, array);
  const double gauge = gauge_at(scalar, array, place);
  const double worst = share.worst * gauge;
  Band band{.pass = share.likely * gauge,
            .suspect = worst,
            .drift = wants_drift_ ? worst + lost_by_subtracting(scalar, array, place) : worst};
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

bool AttentionEvidence::hangs_on_a_flush(Scalar scalar, AttentionArray array, std::size_t place) {
  const bool is_query = array == AttentionArray::dq;
  if (scalar == Scalar::digits50 || !is_kinked(inputs_)) return false;
  if (!is_query && array != AttentionArray::dk) return false;
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
  const double n = roundings_of_a_feature(inputs_);
  const double of_truth = is_large(scalar) ? gamma_of(n, unit_roundoff_of_large) : 0.0;
  const double worst = worst_share(scalar, n) + of_truth;
  const Band share{.pass = likely_share(scalar, n) + of_truth, .suspect = worst, .drift = worst};
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
  return inputs_.conventions.normaliser == Normaliser::none ||
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
  if (is_exact && !inputs_.feature_map.projected && !inputs_.conventions.unit_length) return false;
  const double share = gamma_of(roundings(AttentionArray::out), unit_roundoff(computed_in(scalar)));
  const double unsureness =
      is_large(scalar) ? large_facts(scalar).worst_unsureness() : facts(scalar).worst_unsureness();
  return !(share * unsureness < largest_residue);
}

/// For an ε in the features it is M ε² f², f = 1 or 1/√M, divided by a thousand for underflow.
double AttentionEvidence::least_guarded_denominator() const {
  const Epsilons& own = inputs_.conventions.epsilons;
  if (inputs_.conventions.normaliser == Normaliser::none) return 1.0;
  if (is_guarded()) return own.largest_in_denominator();
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
  return met.largest_feature * margin_of_range <= stored.largest ? "" : overflow_reason;
}

std::string AttentionEvidence::out_of_range(Scalar scalar) {
  if (!is_defined()) return unguarded_reason;
  if (rounding_decides(scalar)) return unsure_reason;
  if (scalar == Scalar::digits50) return has_finite_truth(scalar) ? "" : no_truth_reason;
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
  const Range stored = range_of(scalar);
  const double largest = std::max(met.largest_feature, largest_gauge(scalar, all_attention_arrays));
  const auto rows = static_cast<double>(inputs_.v.sizes().rows);
  const double v = std::max(1.0, met.largest_value);
  const double numerator = rows * met.largest_feature * std::max(1.0, met.largest_feature) * v;
  const double dA =
      v / std::max(met.least_denominator, inputs_.conventions.epsilons.largest_in_denominator());
  const double backward =
      rows * dA * v * v * std::max(1.0, met.largest_feature) * std::max(1.0, met.largest_feature);
  return largest * margin_of_range <= stored.largest &&
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

std::string named_head(const std::string& tensor, const HeadsSizes& sizes, Index b, Index h) {
  if (sizes.batch * sizes.heads == 1) return tensor;
  return tensor + "[" + std::to_string(b) + "," + std::to_string(h) + "]";
}

void AttentionJudge::hold(const std::string& tensor, Index row, const Digits50& answer,
                          const Digits50& wanted, const Band& band) {
  const double error = to_double(Digits50(abs(answer - wanted)));
  note(error, band);
  hold_error(tensor, row, error, isinf(answer), band);
}

void AttentionJudge::note(double error, const Band& band) {
  ++entries_;
  if (error > share_of_drift_ * band.drift) share_of_drift_ = error / band.drift;
}

void AttentionJudge::hold_error(const std::string& tensor, Index row, double error,
                                bool is_infinite, const Band& band) {
  Outcome outcome = Outcome::wrong;
  if (!std::isfinite(error)) {
    error = std::numeric_limits<double>::infinity();
    // An error that may exceed the scalar's largest number may be infinite.
    const bool may_be = band.drift > range_of(scalar_).largest && band.drift < no_bound;
    if (subtracts_ && may_be && is_infinite) outcome = Outcome::drift;
  } else if (error <= band.pass) {
    outcome = Outcome::pass;
  } else if (error <= band.suspect) {
    outcome = Outcome::suspect;
  } else if (subtracts_ && error <= band.drift) {
    outcome = Outcome::drift;
  }
  const Discrepancy candidate{.tensor = tensor, .row = row, .error = error, .bound = band.pass};
  keep_row(candidate);
  if (outcome == Outcome::wrong) keep_wrong(candidate);
  const bool first = finding_.worst.tensor.empty();
  if (!first && outcome < finding_.outcome) return;
  if (!first && outcome == finding_.outcome && !worse(candidate, finding_.worst)) return;
  finding_.outcome = outcome;
  finding_.worst = candidate;
  worst_is_held_ = true;
  finding_.note = outcome == Outcome::drift ? "within what recovering sums by subtraction can lose"
                                            : std::string();
}

void AttentionJudge::keep_row(const Discrepancy& entry) {
  std::vector<RowError>& rows = held_.rows;
  if (entry.tensor != held_.tensor || (!rows.empty() && entry.row < rows.back().row)) {
    if (worst_is_held_) finding_.worst.rows = std::move(rows);
    worst_is_held_ = false;
    held_ = {.tensor = entry.tensor};
  }
  const RowError row{.row = entry.row, .error = entry.error, .bound = entry.bound};
  if (rows.empty() || rows.back().row != entry.row) {
    rows.push_back(row);
  } else if (worse(entry, {.tensor = entry.tensor,
                           .row = entry.row,
                           .error = rows.back().error,
                           .bound = rows.back().bound})) {
    rows.back() = row;
  }
}

void AttentionJudge::keep_wrong(const Discrepancy& entry) {
  const std::string tensor = tensor_of(entry);
  const auto known = std::ranges::find(wrong_tensors_, tensor, tensor_of);
  if (known == wrong_tensors_.end()) {
    wrong_tensors_.push_back(entry);
  } else if (worse(entry, *known)) {
    *known = entry;
  }
}

void AttentionJudge::condemn(Discrepancy entry, std::string note) {
  finding_ = {.outcome = Outcome::wrong, .worst = std::move(entry), .note = std::move(note)};
  worst_is_held_ = false;
}

Finding AttentionJudge::finding() const {
  if (!finding_.worst.tensor.empty()) {
    Finding found = finding_;
    found.judged = judged_;
    found.wrong_tensors = wrong_tensors_;
    if (worst_is_held_) found.worst.rows = held_.rows;
    return found;
  }
  return skipped("the case has nothing to compare");
}

template <class W>
void AttentionJudge::hold_each(const std::string& tensor, const Heads<W>& answer,
                               const Heads<W>& wanted, const std::function<Band(std::size_t)>& band,
                               const std::function<bool(Index, Index, Index)>& selects,
                               LargestEntry* largest) {
  if (answer.empty()) return;
  const HeadsSizes& n = answer.sizes();
  if (n != wanted.sizes()) {
    throw SubjectError("returned " + tensor + " of the wrong size", Failure::wrong_shape);
  }
  std::size_t place = 0;
  for (Index b = 0; b < n.batch; ++b) {
    for (Index h = 0; h < n.heads; ++h) {
      const std::string of_head = named_head(tensor, n, b, h);
      for (Index l = 0; l < n.rows; ++l, place += static_cast<std::size_t>(n.cols)) {
        if (selects && !selects(b, h, l)) continue;
        hold_row(
            of_head, l, &answer.values()[place], &wanted.values()[place],
            static_cast<std::size_t>(n.cols),
            [&](std::size_t column) { return band(place + column); }, largest);
      }
    }
  }
}

/// Of the entries that pass, only the worst one is recorded.
template <class W, class OfColumn>
void AttentionJudge::hold_row(const std::string& tensor, Index row, const W* answer,
                              const W* wanted, std::size_t cols, const OfColumn& band,
                              LargestEntry* largest) {
  Discrepancy passing{.tensor = tensor, .row = row, .error = -1.0};
  double largest_entry = -1.0;
  double allowed_there = 0.0;
  for (std::size_t i = 0; i < cols; ++i) {
    using std::abs;
    using std::isinf;
    const Band allowed = band(i);
    const double error = to_double(W(abs(answer[i] - wanted[i])));
    note(error, allowed);
    const double size = largest == nullptr ? -1.0 : std::abs(to_double(wanted[i]));
    if (size > largest_entry) {
      largest_entry = size;
      allowed_there = subtracts_ ? allowed.drift : allowed.suspect;
    }
    if (!(error <= allowed.pass)) {
      hold_error(tensor, row, error, isinf(answer[i]), allowed);
      continue;
    }
    const Discrepancy candidate{.tensor = {}, .row = row, .error = error, .bound = allowed.pass};
    if (passing.error >= 0.0 && !worse(candidate, passing)) continue;
    passing.error = error;
    passing.bound = allowed.pass;
  }
  if (passing.error >= 0.0) {
    hold_error(tensor, row, passing.error, false, flat_band(passing.bound));
  }
  if (largest != nullptr) largest->add_row(largest_entry, allowed_there);
}

template <class W>
void AttentionJudge::compare_each(const std::string& tensor, const Heads<W>& answer,
                                  const Heads<W>& truth,
                                  const std::function<Band(std::size_t)>& band, double residue) {
  if (answer.empty()) return;
  LargestEntry largest;
  hold_each(tensor, answer, truth, band, {}, &largest);
  judged_.push_back(largest.judged(tensor, residue));
}

void AttentionJudge::hold(const std::string& tensor, const Heads<Digits50>& answer,
                          const Heads<Digits50>& wanted,
                          const std::function<Band(std::size_t)>& band,
                          const std::function<bool(Index, Index, Index)>& selects) {
  hold_each(tensor, answer, wanted, band, selects);
}

void AttentionJudge::hold(const std::string& tensor, const Heads<long double>& answer,
                          const Heads<long double>& wanted,
                          const std::function<Band(std::size_t)>& band) {
  hold_each(tensor, answer, wanted, band);
}

void AttentionJudge::hold_to_truth(const AttentionAnswer& answer, AttentionEvidence& evidence,
                                   std::span<const AttentionArray> arrays) {
  for (const AttentionArray array : arrays) {
    hold(std::string(name(array)), array_of(answer, array),
         array_of(evidence.truth(scalar_), array),
         [&](std::size_t place) { return evidence.band(scalar_, array, place); });
  }
}

void AttentionJudge::compare_with_truth(const Subject& subject, AttentionEvidence& evidence,
                                        std::span<const AttentionArray> arrays) {
  const auto compare = [&](const auto& answer, const auto& truth) {
    for (const AttentionArray array : arrays) {
      compare_each(
          std::string(name(array)), array_of(answer, array), array_of(truth, array),
          [&](std::size_t place) { return evidence.band(scalar_, array, place); },
          evidence.residue(scalar_, array));
    }
  };
  if (evidence.is_large(scalar_)) {
    compare(ask_for_long_double(subject, scalar_, evidence.given()), evidence.large_truth(scalar_));
  } else {
    compare(ask(subject, scalar_, evidence.given()), evidence.truth(scalar_));
  }
}

void AttentionJudge::compare_features_with_truth(const Subject& subject,
                                                 AttentionEvidence& evidence, bool is_query) {
  const FeaturesInputs<double> asked = features_asked(evidence.given(), is_query);
  const std::string tensor = is_query ? "g(q)" : "g(k)";
  const std::function<Band(std::size_t)> band = evidence.features_band(scalar_, is_query);
  if (evidence.is_large(scalar_)) {
    compare_each(tensor, ask_for_long_double(subject, scalar_, asked),
                 evidence.large_facts(scalar_).features(is_query), band, 0.0);
  } else {
    compare_each(tensor, ask(subject, scalar_, asked), evidence.facts(scalar_).features(is_query),
                 band, 0.0);
  }
}

}  // namespace slim::properties
