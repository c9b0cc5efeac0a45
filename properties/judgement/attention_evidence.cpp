#include "properties/judgement/attention_evidence.hpp"

#include "properties/judgement/gradient_evidence.hpp"
#include "reference/attention.hpp"
#include "reference/attention_side.hpp"
#include "reference/denominator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

constexpr double walk_length = 4.0;      ///< λ of λ √n u
constexpr double stored_roundings = 12;  ///< of a path, to a narrow scalar
constexpr double share_in_digits50 = 1e-40;
constexpr double largest_residue = 0.25;  ///< of a denominator, from which on rounding decides
constexpr double margin_of_range = 1e3;   ///< kept from the largest number
constexpr double higher_orders = 2.0;     ///< of what underflow loses
constexpr double no_bound = std::numeric_limits<double>::max();
constexpr const char* underflow_reason = "numbers on the way underflow";
constexpr const char* unguarded_reason = "a denominator is 0, which its epsilon does not guard";
constexpr const char* unsure_reason = "a denominator is within its own roundings of 0";
constexpr const char* overflow_reason = "numbers on the way overflow";

bool is_stored_narrow(Scalar scalar) {
  return scalar == Scalar::float16 || scalar == Scalar::bfloat16;
}

/// In which a scalar's programs compute.
Scalar computed_in(Scalar scalar) {
  return is_stored_narrow(scalar) ? Scalar::float32 : scalar;
}

double gamma_of(double n, double u) {
  return n * u < 0.5 ? n * u / (1.0 - n * u) : std::numeric_limits<double>::infinity();
}

/// What is left of twice the digits, less a bit for the sum of two: 53 − 24 bits for float32.
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

/// γ: in 50 digits a share that no mistake is below.
double worst_share(Scalar scalar, double n) {
  if (scalar == Scalar::digits50) return share_in_digits50;
  const double gamma = gamma_of(n, unit_roundoff(computed_in(scalar)));
  return is_stored_narrow(scalar) ? gamma + stored_roundings * unit_roundoff(scalar) : gamma;
}
/// Of n independent roundings in the scalar that is computed in.
double rounded_share(Scalar scalar, double n) {
  if (scalar == Scalar::digits50) return share_in_digits50;
  return std::min(n, walk_length * std::sqrt(n)) * unit_roundoff(computed_in(scalar));
}
double likely_share(Scalar scalar, double n) {
  const double walk = rounded_share(scalar, n);
  return is_stored_narrow(scalar) ? walk + stored_roundings * unit_roundoff(scalar) : walk;
}

/// The smallest and largest |x| of those that are not 0.
struct Sizes {
  double least = std::numeric_limits<double>::infinity();
  double largest = 0.0;
  bool vanishing = false;  ///< some are not 0 and below the range of a double

  template <class T>
  void see(std::span<const T> values) {
    for (const T& x : values) {
      vanishing = vanishing || (x != T(0) && to_double(x) == 0.0);
      const double size = std::abs(to_double(x));
      largest = std::max(largest, size);
      if (size > 0.0) least = std::min(least, size);
    }
  }
};

/// The same signs, and no entry smaller than 1.
Heads<Digits50> of_at_least_one(Heads<Digits50> heads) {
  for (Digits50& x : heads.values()) {
    if (abs(x) < 1) x = x < 0 ? -1 : 1;
  }
  return heads;
}

template <class T>
Heads<T> features_of(const AttentionInputs<T>& inputs, bool is_query) {
  const Heads<T>& x = is_query ? inputs.q : inputs.k;
  if (inputs.features_given) return x;
  FeaturesResult<T> result;
  reference::features(FeaturesTask<T>{.x = x.view(),
                                      .feature_map = inputs.feature_map,
                                      .omega = inputs.omega.view(),
                                      .is_query = is_query,
                                      .conventions = inputs.conventions},
                      result);
  return result.out;
}

/// Sizes of what an ε in the features is added to: it may vanish beside ε, and yet is the slope of
/// an exponential map.
Sizes sizes_before_epsilon(AttentionInputs<Digits50> inputs) {
  Sizes sizes;
  if (inputs.features_given || inputs.conventions.epsilon_place != EpsilonPlace::feature) {
    return sizes;
  }
  inputs.conventions.epsilon = 0.0;
  for (const bool is_query : {true, false}) {
    sizes.see<Digits50>(features_of(inputs, is_query).values());
  }
  return sizes;
}

/// g(k) of row l, 0 where the key is masked.
template <class T>
RowVector<T> key_of(const AttentionTask<T>& task, const Heads<T>& gK, Index b, Index h, Index l) {
  if (task.takes_part(b, l)) return gK(b, h).row(l);
  return RowVector<T>::Zero(gK.sizes().cols);
}
template <class T>
RowVector<T> start_of(const AttentionInputs<T>& inputs, const Heads<T>& gK, Index b, Index h) {
  if (inputs.start.empty()) return RowVector<T>::Zero(gK.sizes().cols);
  return inputs.start(b, h).row(inputs.v.sizes().cols);
}

/// S_l·g(Q_l) of every row and S_L·g(Q_l), for one head.
struct DenominatorPair {
  Digits50 own;
  Digits50 with_all_keys;
};
std::vector<DenominatorPair> denominators(const AttentionInputs<Digits50>& inputs,
                                          const Heads<Digits50>& gQ, const Heads<Digits50>& gK,
                                          Index b, Index h) {
  const AttentionTask<Digits50> task = inputs.task();
  const Index L = gQ.sizes().rows;
  RowVector<Digits50> S = start_of(inputs, gK, b, h);
  RowVector<Digits50> all = S;
  for (Index l = 0; l < L; ++l) all += key_of(task, gK, b, h, l);
  std::vector<DenominatorPair> pairs;
  pairs.reserve(static_cast<std::size_t>(L));
  for (Index l = 0; l < L; ++l) {
    S += key_of(task, gK, b, h, l);
    const Digits50 with_all = all.dot(gQ(b, h).row(l));
    pairs.push_back({inputs.causal ? Digits50(S.dot(gQ(b, h).row(l))) : with_all, with_all});
  }
  return pairs;
}

/// What denominators are made of, Σ_m seen(S_lm) g(Q_l)_m of every row, for one head.
using reference::Gauged;
std::vector<Gauged<Digits50>> sums_of_weights(
    const AttentionInputs<Gauged<Digits50>>& inputs,
    const reference::Denominator<Gauged<Digits50>>& denominator, const Heads<Gauged<Digits50>>& gQ,
    const Heads<Gauged<Digits50>>& gK, Index b, Index h) {
  const AttentionTask<Gauged<Digits50>> task = inputs.task();
  const Index L = gQ.sizes().rows;
  RowVector<Gauged<Digits50>> S = start_of(inputs, gK, b, h);
  for (Index l = 0; l < (inputs.causal ? 0 : L); ++l) S += key_of(task, gK, b, h, l);
  std::vector<Gauged<Digits50>> sums;
  sums.reserve(static_cast<std::size_t>(L));
  for (Index l = 0; l < L; ++l) {
    if (inputs.causal) S += key_of(task, gK, b, h, l);
    Gauged<Digits50> sum(0.0);
    for (Index m = 0; m < S.size(); ++m) sum += denominator.seen(S(m)) * gQ(b, h)(l, m);
    sums.push_back(sum);
  }
  return sums;
}

/// A factor of x has two of its own, and a square twice as many as its x; 1/√M has three, a
/// stabiliser and an ε in the features one each, ELU(x) + 1 by its words two more than e^x.
double roundings_of_a_feature(const AttentionInputs<double>& inputs) {
  if (inputs.features_given) return 0.0;
  const AttentionConventions& own = inputs.conventions;
  const bool stabilised =
      own.query_stabiliser != Stabiliser::none || own.key_stabiliser != Stabiliser::none;
  const double more = (own.divides_by_root_features ? 3.0 : 0.0) + (stabilised ? 1.0 : 0.0) +
                      (own.epsilon_place == EpsilonPlace::feature ? 1.0 : 0.0);
  if (inputs.feature_map.kind == FeatureKind::favor_plus) {
    return static_cast<double>(inputs.q.sizes().cols) + 12.0 + more;
  }
  const bool scaled = own.scaling != Scaling::by_feature_map && own.scaling != Scaling::none;
  return 3.0 + (own.elu_cancellation > 0.0 ? 2.0 : 0.0) + (scaled ? 6.0 : 0.0) + more;
}

bool is_kinked(const AttentionInputs<double>& inputs) {
  const FeatureKind kind = inputs.feature_map.kind;
  return !inputs.features_given && (kind == FeatureKind::relu || kind == FeatureKind::absolute);
}

/// Whether c x, of which the feature is taken, may be flushed to 0, and has another slope there.
bool slope_hangs_on_a_flush(const AttentionInputs<double>& inputs, bool is_query, double x,
                            double least) {
  const AttentionConventions& own = inputs.conventions;
  const double c =
      reference::side_scale<double>(own.scaling, false, is_query, inputs.q.sizes().cols);
  if (x == 0.0 || !(std::abs(c * x) < least)) return false;
  if (inputs.feature_map.kind == FeatureKind::relu) {
    return own.relu_slope_at_zero != (x > 0.0 ? 1.0 : 0.0);
  }
  return own.absolute_slope_at_zero != (x > 0.0 ? 1.0 : -1.0);
}

}  // namespace

std::string_view name(AttentionArray array) {
  constexpr std::array<std::string_view, 6> names = {"out", "end", "d.q",
                                                     "d.k", "d.v", "d.initial"};
  return names.at(static_cast<std::size_t>(array));
}

AttentionEvidence::Known& AttentionEvidence::known(Scalar scalar) {
  if (scalar == Scalar::float16) return known_[1];
  return scalar == Scalar::bfloat16 ? known_[2] : known_[0];
}

const AttentionInputs<Digits50>& AttentionEvidence::exact(Scalar scalar) {
  std::optional<AttentionInputs<Digits50>>& kept = known(scalar).exact;
  if (kept) return *kept;
  if (scalar == Scalar::float16) {
    kept = converted<Digits50>(converted<Float16>(inputs_));
  } else if (scalar == Scalar::bfloat16) {
    kept = converted<Digits50>(converted<BFloat16>(inputs_));
  } else {
    kept = converted<Digits50>(inputs_);
  }
  return *kept;
}

const AttentionAnswer& AttentionEvidence::truth(Scalar scalar) {
  std::optional<AttentionAnswer>& kept = known(scalar).truth;
  if (!kept) {
    kept.emplace();
    reference::attention_by_definition(exact(scalar).task(), *kept);
  }
  return *kept;
}

const AttentionResult<AttentionEvidence::Gauge>& AttentionEvidence::gauges(Scalar scalar) {
  std::optional<AttentionResult<Gauge>>& kept = known(scalar).gauges;
  if (!kept) {
    kept.emplace();
    reference::attention(converted<Gauge>(exact(scalar)).task(), *kept);
  }
  return *kept;
}

const AttentionResult<AttentionEvidence::Perturbed>& AttentionEvidence::by_moved_sums(
    Scalar scalar) {
  std::optional<AttentionResult<Perturbed>>& kept = known(scalar).by_moved_sums;
  if (kept) return *kept;
  AttentionInputs<Perturbed> inputs = converted<Perturbed>(exact(scalar));
  const Heads<Gauge>& last = gauges(scalar).end;
  if (inputs.start.empty()) inputs.start = Heads<Perturbed>(last.sizes(), MemoryTag::state);
  const std::span<Perturbed> start = inputs.start.values();
  for (std::size_t i = 0; i < start.size(); ++i) {
    const Digits50& size = last.values()[i].gauge();
    start[i] = Perturbed(start[i].value(), static_cast<long double>(size));
  }
  kept.emplace();
  reference::attention(inputs.task(), *kept);
  return *kept;
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
  const double moved =
      static_cast<double>(array_of(by_moved_sums(scalar), array).values()[place].moved());
  return rounded_share(scalar, steps) * moved;
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

/// f: a feature. A path through R or S has f + L + 2; a numerator or denominator, with M products
/// summed and ε, F = 2f + L + M + 4; a quotient 2F + 1; dA = dY/D F + 1, and dD = −Y·dA with D_v
/// products 3F + D_v + 4. The rest is what comes on top of dD: the sums over rows and features, and
/// the features' own pullback.
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

Band AttentionEvidence::band(Scalar scalar, AttentionArray array, std::size_t place) {
  const double n = roundings(array);
  const double gauge = to_double(array_of(gauges(scalar), array).values()[place].gauge());
  const double worst = worst_share(scalar, n) * gauge;
  Band band{.pass = likely_share(scalar, n) * gauge,
            .suspect = worst,
            .drift = worst + lost_by_subtracting(scalar, array, place)};
  if (is_stored_narrow(scalar)) {
    const double size = std::abs(to_double(array_of(truth(scalar), array).values()[place]));
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

Band AttentionEvidence::features_band(Scalar scalar, const Gauge& truth) const {
  const double n = roundings_of_a_feature(inputs_);
  const double gauge = to_double(truth.gauge());
  const double worst = worst_share(scalar, n) * gauge + range_of(scalar).subnormal;
  return {.pass = likely_share(scalar, n) * gauge + range_of(scalar).subnormal,
          .suspect = worst,
          .drift = worst};
}

AttentionEvidence::Extent AttentionEvidence::measured(Scalar scalar) {
  const AttentionInputs<Digits50>& inputs = exact(scalar);
  const Heads<Digits50> gQ = features_of(inputs, true);
  const Heads<Digits50> gK = features_of(inputs, false);
  Sizes features;
  features.see<Digits50>(gQ.values());
  features.see<Digits50>(gK.values());
  const Sizes of_map = sizes_before_epsilon(inputs);
  Sizes values;
  for (const Heads<Digits50>* heads :
       {&inputs.v, &inputs.start, &inputs.out_cotangent, &inputs.end_cotangent}) {
    values.see<Digits50>(heads->values());
  }
  Sizes denominator;
  double worst_cancellation = 0.0;
  double least = std::numeric_limits<double>::infinity();
  const Digits50 epsilon(inputs.conventions.epsilon);
  for (Index b = 0; b < gQ.sizes().batch; ++b) {
    for (Index h = 0; h < gQ.sizes().heads; ++h) {
      for (const DenominatorPair& D : denominators(inputs, gQ, gK, b, h)) {
        least = std::min(least, to_double(D.own));
        denominator.largest =
            std::max(denominator.largest, to_double(Digits50(D.with_all_keys + epsilon)));
        worst_cancellation =
            std::max(worst_cancellation, to_double(Digits50(D.with_all_keys / (D.own + epsilon))));
      }
    }
  }
  return {.least_feature = std::min(features.least, of_map.least),
          .largest_feature = features.largest,
          .has_vanishing_feature = features.vanishing || of_map.vanishing,
          .least_value = values.least,
          .largest_value = values.largest,
          .least_denominator = least,
          .largest_denominator = denominator.largest,
          .worst_cancellation = worst_cancellation};
}

const AttentionEvidence::Extent& AttentionEvidence::extent(Scalar scalar) {
  std::optional<Extent>& kept = known(scalar).extent;
  if (!kept) kept = measured(scalar);
  return *kept;
}

bool AttentionEvidence::has_digits_to_spare(Scalar scalar) {
  double largest = 0.0;
  for (const Gauge& x : gauges(scalar).end.values()) {
    largest = std::max(largest, to_double(x.gauge()));
  }
  const Extent& met = extent(scalar);
  if (scalar == Scalar::digits50 && met.has_vanishing_feature) return false;
  const double least = met.least_feature * std::min(1.0, met.least_value);
  return largest <= digits_to_spare(computed_in(scalar)) * least;
}

bool AttentionEvidence::subtraction_decides(Scalar scalar) {
  const double share = worst_share(scalar, 2.0 * roundings(AttentionArray::out));
  return !(share * extent(scalar).worst_cancellation < largest_residue);
}

bool AttentionEvidence::is_guarded() const {
  const AttentionConventions& own = inputs_.conventions;
  return own.epsilon > 0.0 && (own.epsilon_place == EpsilonPlace::denominator ||
                               own.epsilon_place == EpsilonPlace::when_small ||
                               own.epsilon_place == EpsilonPlace::clamped);
}

double AttentionEvidence::worst_unsureness(Scalar scalar) {
  std::optional<double>& kept = known(scalar).worst_unsureness;
  if (kept) return *kept;
  const AttentionInputs<Gauge> inputs = converted<Gauge>(exact(scalar));
  const Heads<Gauge> gQ = features_of(inputs, true);
  const Heads<Gauge> gK = features_of(inputs, false);
  const reference::Denominator<Gauge> denominator(inputs.conventions);
  kept = 1.0;
  for (Index b = 0; b < gQ.sizes().batch; ++b) {
    for (Index h = 0; h < gQ.sizes().heads; ++h) {
      for (const Gauge& sum : sums_of_weights(inputs, denominator, gQ, gK, b, h)) {
        const double D = std::abs(to_double(denominator.of(sum).value()));
        if (D > 0.0) kept = std::max(*kept, to_double(sum.gauge()) / D);
      }
    }
  }
  return *kept;
}

bool AttentionEvidence::rounding_decides(Scalar scalar) {
  const FeatureKind kind = inputs_.feature_map.kind;
  const bool is_exponential =
      kind == FeatureKind::favor_plus ||
      (kind == FeatureKind::elu_plus_one && inputs_.conventions.elu_cancellation > 0.0);
  if (scalar == Scalar::digits50 || inputs_.features_given || !is_exponential) return false;
  const double share = gamma_of(roundings(AttentionArray::out), unit_roundoff(computed_in(scalar)));
  return !(share * worst_unsureness(scalar) < largest_residue);
}

/// In the features it is M ε² f², f 1 or 1/√M, less the thousand that underflow may take of it.
double AttentionEvidence::least_guarded_denominator() const {
  const AttentionConventions& own = inputs_.conventions;
  if (is_guarded()) return own.epsilon;
  if (own.epsilon_place != EpsilonPlace::feature) return 0.0;
  return own.epsilon * own.epsilon / margin_of_range;
}

bool AttentionEvidence::is_defined() {
  if (is_guarded()) return true;
  for (const AttentionArray array : all_attention_arrays) {
    for (const Digits50& x : array_of(truth(Scalar::digits50), array).values()) {
      if (!isfinite(x)) return false;
    }
  }
  return true;
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

std::string AttentionEvidence::out_of_range(Scalar scalar) {
  if (!is_defined()) return unguarded_reason;
  if (rounding_decides(scalar)) return unsure_reason;
  if (scalar == Scalar::digits50) return {};
  const Extent& met = extent(scalar);
  const Range computed = range_of(computed_in(scalar));
  const Range stored = range_of(scalar);
  const double value = std::min(1.0, met.least_value);
  const double cotangent = value / std::max(1.0, met.largest_denominator);
  const double g = std::min(1.0, met.least_feature);
  const bool in_range = g * g * value * cotangent >= computed.least && g >= stored.least;
  if (!in_range || met.has_vanishing_feature) {
    return underflow_reason;
  }
  return fits(scalar) ? "" : overflow_reason;
}

/// |x|² and |x| |ω_m| of whatever side, the scores' scale left out: that is at most 1.
double AttentionEvidence::largest_exponent(Scalar scalar) {
  const AttentionInputs<Digits50>& inputs = exact(scalar);
  if (inputs.features_given || inputs.feature_map.kind != FeatureKind::favor_plus) return 0.0;
  Sizes x;
  x.see<Digits50>(inputs.q.values());
  x.see<Digits50>(inputs.k.values());
  Sizes omega;
  omega.see<Digits50>(inputs.omega.values());
  const auto D = static_cast<double>(inputs.q.sizes().cols);
  return D * x.largest * std::max(x.largest, omega.largest);
}

std::string AttentionEvidence::overflowing(Scalar scalar) {
  if (!is_defined()) return unguarded_reason;
  if (rounding_decides(scalar)) return unsure_reason;
  const Range computed = range_of(computed_in(scalar));
  if (!(least_guarded_denominator() >= computed.least)) return out_of_range(scalar);
  const double D = extent(scalar).largest_denominator;
  const bool in_range = D * D * margin_of_range <= computed.largest &&
                        largest_exponent(scalar) * margin_of_range <= computed.largest;
  return in_range && fits(scalar) ? "" : overflow_reason;
}

bool AttentionEvidence::fits(Scalar scalar) {
  const Extent& met = extent(scalar);
  const Range computed = range_of(computed_in(scalar));
  const Range stored = range_of(scalar);
  double largest = met.largest_feature;
  for (const AttentionArray array : all_attention_arrays) {
    for (const Gauge& x : array_of(gauges(scalar), array).values()) {
      largest = std::max(largest, to_double(x.gauge()));
    }
  }
  const auto rows = static_cast<double>(inputs_.v.sizes().rows);
  const double v = std::max(1.0, met.largest_value);
  const double numerator = rows * met.largest_feature * std::max(1.0, met.largest_feature) * v;
  const double dA = v / std::max(met.least_denominator, inputs_.conventions.epsilon);
  const double backward =
      rows * dA * v * v * std::max(1.0, met.largest_feature) * std::max(1.0, met.largest_feature);
  return largest * margin_of_range <= stored.largest &&
         std::max(numerator, backward) * margin_of_range <= computed.largest;
}

std::optional<Finding> excused(const Subject& subject, Scalar scalar, AttentionEvidence& evidence) {
  if (std::string reason = unclaimed(subject, scalar, evidence.given()); !reason.empty()) {
    return not_claimed(std::move(reason));
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
  double error = to_double(Digits50(abs(answer - wanted)));
  ++entries_;
  if (error > share_of_drift_ * band.drift) share_of_drift_ = error / band.drift;
  Outcome outcome = Outcome::wrong;
  if (!std::isfinite(error)) {
    error = std::numeric_limits<double>::infinity();
    // What is off by more than the scalar's largest number may as well be infinite.
    const bool may_be = band.drift > range_of(scalar_).largest && band.drift < no_bound;
    if (subtracts_ && may_be && isinf(answer)) outcome = Outcome::drift;
  } else if (error <= band.pass) {
    outcome = Outcome::pass;
  } else if (error <= band.suspect) {
    outcome = Outcome::suspect;
  } else if (subtracts_ && error <= band.drift) {
    outcome = Outcome::drift;
  }
  const Discrepancy candidate{.tensor = tensor, .row = row, .error = error, .bound = band.pass};
  keep_row(candidate);
  const bool first = finding_.worst.tensor.empty();
  if (!first && outcome < finding_.outcome) return;
  if (!first && outcome == finding_.outcome && !worse(candidate, finding_.worst)) return;
  finding_.outcome = outcome;
  finding_.worst = candidate;
  worst_is_held_ = true;
  finding_.note = outcome == Outcome::drift
                      ? "within what subtracting sums that were added before can lose"
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

void AttentionJudge::condemn(Discrepancy entry, std::string note) {
  finding_ = {.outcome = Outcome::wrong, .worst = std::move(entry), .note = std::move(note)};
  worst_is_held_ = false;
}

Finding AttentionJudge::finding() const {
  if (!finding_.worst.tensor.empty()) {
    Finding found = finding_;
    if (worst_is_held_) found.worst.rows = held_.rows;
    return found;
  }
  return skipped("the case has nothing to compare");
}

void AttentionJudge::hold(const std::string& tensor, const Heads<Digits50>& answer,
                          const Heads<Digits50>& wanted,
                          const std::function<Band(std::size_t)>& band,
                          const std::function<bool(Index, Index, Index)>& selects) {
  if (answer.empty()) return;
  const HeadsSizes& n = answer.sizes();
  if (n != wanted.sizes()) {
    throw SubjectError(tensor + " of the wrong size was answered", Failure::wrong_shape);
  }
  std::size_t place = 0;
  for (Index b = 0; b < n.batch; ++b) {
    for (Index h = 0; h < n.heads; ++h) {
      const std::string of_head = named_head(tensor, n, b, h);
      for (Index l = 0; l < n.rows; ++l) {
        const bool selected = !selects || selects(b, h, l);
        for (Index i = 0; i < n.cols; ++i, ++place) {
          if (!selected) continue;
          hold(of_head, l, answer.values()[place], wanted.values()[place], band(place));
        }
      }
    }
  }
}

void AttentionJudge::hold_to_truth(const AttentionAnswer& answer, AttentionEvidence& evidence,
                                   std::span<const AttentionArray> arrays) {
  for (const AttentionArray array : arrays) {
    hold(std::string(name(array)), array_of(answer, array),
         array_of(evidence.truth(scalar_), array),
         [&](std::size_t place) { return evidence.band(scalar_, array, place); });
  }
}

}  // namespace slim::properties
