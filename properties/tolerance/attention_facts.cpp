// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/attention_facts.hpp"

#include "properties/tolerance/attention_kinks.hpp"
#include "reference/numbers/underflowing.hpp"
#include "reference/performer/attention.hpp"
#include "reference/performer/denominator.hpp"

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

/// The smallest and largest |x| of those that are not 0.
struct Sizes {
  double least = std::numeric_limits<double>::infinity();
  double largest = 0.0;
  bool vanishing = false;  ///< some are not 0 and below the range of a double

  template <class W>
  void see(std::span<const W> values) {
    for (const W& x : values) {
      const double size = std::abs(to_double(x));
      vanishing = vanishing || (x != W(0) && size == 0.0);
      largest = std::max(largest, size);
      if (size > 0.0) least = std::min(least, size);
    }
  }
};

template <class W>
Heads<W> features_of(const AttentionInputs<W>& inputs, bool is_query) {
  const Heads<W>& x = is_query ? inputs.q : inputs.k;
  if (inputs.features_given) return x;
  FeaturesResult<W> result;
  reference::features(FeaturesTask<W>{.x = x.view(),
                                      .feature_map = inputs.feature_map,
                                      .omega = inputs.omega.view(),
                                      .is_query = is_query,
                                      .conventions = inputs.conventions},
                      result);
  return std::move(result.out);
}

/// Sizes of features before their ε is added: they may be negligible against ε, and yet are the
/// slope of an exponential map.
template <class W>
Sizes sizes_before_epsilon(AttentionInputs<W> inputs) {
  Sizes sizes;
  if (inputs.features_given || inputs.conventions.epsilons.largest_in_features() == 0.0) {
    return sizes;
  }
  for (const EpsilonPlace place : places_in_features) inputs.conventions.epsilons[place] = 0.0;
  for (const bool is_query : {true, false}) sizes.see<W>(features_of(inputs, is_query).values());
  return sizes;
}

/// Attention of features in place of queries and keys.
template <class N>
AttentionInputs<N> with_features(const AttentionInputs<N>& inputs, const Heads<N>& queries,
                                 const Heads<N>& keys) {
  AttentionInputs<N> of_features = inputs;
  of_features.q = queries;
  of_features.k = keys;
  of_features.omega = {};
  of_features.feature_map = {};
  of_features.features_given = true;
  of_features.conventions =
      acting_on(conventions_of_sums(inputs.conventions, inputs.q.sizes().cols), {}, true);
  return of_features;
}

/// g(k) of row l, or 0 if the key is masked.
template <class W>
RowVector<W> key_of(const AttentionTask<W>& task, const Heads<W>& gK, Index b, Index h, Index l) {
  if (task.takes_part(b, l)) return gK(b, h).row(l);
  return RowVector<W>::Zero(gK.sizes().cols);
}
template <class W>
RowVector<W> start_of(const AttentionInputs<W>& inputs, const Heads<W>& gK, Index b, Index h) {
  if (inputs.start.empty()) return RowVector<W>::Zero(gK.sizes().cols);
  return inputs.start(b, h).row(inputs.v.sizes().cols);
}

/// The weight that the conventions add to a row's own key.
template <class W>
W own_weight(const AttentionInputs<W>& inputs, const AttentionTask<W>& task, Index b, Index l) {
  if (!task.takes_part(b, l)) return W(0);
  const AttentionConventions& own = inputs.conventions;
  return W(own.own_weight_is_length ? static_cast<double>(inputs.v.sizes().rows) : own.own_weight);
}

/// S_l·g(Q_l) of a row and S_L·g(Q_l), with its own weight.
template <class W>
struct DenominatorPair {
  W own;
  W with_all_keys;
};

/// The same for every row of one head.
template <class W>
std::vector<DenominatorPair<W>> denominators(const AttentionInputs<W>& inputs, const Heads<W>& gQ,
                                             const Heads<W>& gK, Index b, Index h) {
  const AttentionTask<W> task = inputs.task();
  const Index L = gQ.sizes().rows;
  RowVector<W> S = start_of(inputs, gK, b, h);
  RowVector<W> all = S;
  for (Index l = 0; l < L; ++l) all += key_of(task, gK, b, h, l);
  std::vector<DenominatorPair<W>> pairs;
  pairs.reserve(static_cast<std::size_t>(L));
  for (Index l = 0; l < L; ++l) {
    S += key_of(task, gK, b, h, l);
    const W own = own_weight(inputs, task, b, l);
    const W with_all = all.dot(gQ(b, h).row(l)) + own;
    pairs.push_back({inputs.causal ? W(S.dot(gQ(b, h).row(l)) + own) : with_all, with_all});
  }
  return pairs;
}

/// Denominators before their ε, Σ_m seen(S_lm) g(Q_l)_m of every row, for one head.
template <class Gauge>
std::vector<Gauge> sums_of_weights(const AttentionInputs<Gauge>& inputs,
                                   const reference::Denominator<Gauge>& denominator,
                                   const Heads<Gauge>& gQ, const Heads<Gauge>& gK, Index b,
                                   Index h) {
  const AttentionTask<Gauge> task = inputs.task();
  const Index L = gQ.sizes().rows;
  RowVector<Gauge> S = start_of(inputs, gK, b, h);
  for (Index l = 0; l < (inputs.causal ? 0 : L); ++l) S += key_of(task, gK, b, h, l);
  std::vector<Gauge> sums;
  sums.reserve(static_cast<std::size_t>(L));
  for (Index l = 0; l < L; ++l) {
    if (inputs.causal) S += key_of(task, gK, b, h, l);
    Gauge sum = own_weight(inputs, task, b, l);
    for (Index m = 0; m < S.size(); ++m) sum += denominator.seen(S(m)) * gQ(b, h)(l, m);
    sums.push_back(sum);
  }
  return sums;
}

template <class W>
AttentionExtent measured(const AttentionInputs<W>& inputs, const Heads<W>& gQ, const Heads<W>& gK,
                         const AttentionExtent& of_features) {
  Sizes values;
  for (const Heads<W>* heads :
       {&inputs.v, &inputs.start, &inputs.out_cotangent, &inputs.end_cotangent}) {
    values.see<W>(heads->values());
  }
  double largest_denominator = 0.0;
  double worst_cancellation = 0.0;
  double least = std::numeric_limits<double>::infinity();
  const W epsilon(epsilon_of_denominator(inputs.conventions, gQ.sizes().rows));
  for (Index b = 0; b < gQ.sizes().batch; ++b) {
    for (Index h = 0; h < gQ.sizes().heads; ++h) {
      for (const DenominatorPair<W>& D : denominators(inputs, gQ, gK, b, h)) {
        least = std::min(least, std::abs(to_double(D.own)));
        largest_denominator =
            std::max(largest_denominator, std::abs(to_double(W(D.with_all_keys + epsilon))));
        worst_cancellation = std::max(worst_cancellation,
                                      std::abs(to_double(W(D.with_all_keys / (D.own + epsilon)))));
      }
    }
  }
  if (inputs.conventions.normaliser != Normaliser::denominator) {  // nothing is divided by a sum
    least = largest_denominator = worst_cancellation = 1.0;
  }
  AttentionExtent extent = of_features;
  extent.least_value = values.least;
  extent.largest_value = values.largest;
  extent.least_denominator = least;
  extent.largest_denominator = largest_denominator;
  extent.worst_cancellation = worst_cancellation;
  return extent;
}

}  // namespace

template <class W>
const AttentionInputs<W>& AttentionFacts<W>::of_sums() {
  if (!has_own_map(inputs_)) return inputs_;
  if (of_sums_) return *of_sums_;
  own_ = own_sides(converted<double>(inputs_), scalar_);
  return of_sums_.emplace(
      with_features(inputs_, own_values<W>(*own_->queries), own_values<W>(*own_->keys)));
}

template <class W>
template <class N>
AttentionInputs<N> AttentionFacts<W>::annotated() {
  const AttentionInputs<W>& inputs = of_sums();
  AttentionInputs<N> result;
  if constexpr (std::is_same_v<W, Digits50>) {
    result = converted<N>(inputs);
  } else {
    result = converted<N>(converted<double>(inputs));  // exact: they were doubles
  }
  if (own_) {
    result.q = own_values<N>(*own_->queries);
    result.k = own_values<N>(*own_->keys);
  }
  return result;
}

template <class W>
template <class N>
void AttentionFacts<W>::pull_back(AttentionResult<N>& result) {
  if (!own_ || !inputs_.wants_pullback) return;
  const Index D = inputs_.q.sizes().cols;
  result.dq = own_pullback(*own_->queries, result.dq, D);
  result.dk = own_pullback(*own_->keys, result.dk, D);
}

template <class W>
bool AttentionFacts<W>::has_features_of_inputs() const {
  const AttentionConventions& own = inputs_.conventions;
  const Stabiliser stabiliser = own.key_stabiliser;
  const UnitLength unit_length = own.keys.unit_length.value_or(own.unit_length);
  const bool rows_are_independent =
      (stabiliser == Stabiliser::none || stabiliser == Stabiliser::per_row) &&
      (unit_length == UnitLength::none || unit_length == UnitLength::row) &&
      !own.keys.divides_over_rows();
  return !inputs_.wants_pullback && !inputs_.features_given && !has_own_map(inputs_) &&
         (inputs_.key_mask.empty() || rows_are_independent) &&
         own.output_scale_by != OutputScale::root_width;
}

template <class W>
const AttentionResult<W>& AttentionFacts<W>::truth() {
  if (truth_) return *truth_;
  AttentionResult<W> result;
  std::optional<AttentionInputs<W>> mapped;
  if (has_features_of_inputs()) mapped = with_features(of_sums(), features(true), features(false));
  const AttentionTask<W> task = mapped ? mapped->task() : of_sums().task();
  if constexpr (std::is_same_v<W, Digits50>) {
    reference::attention_by_definition(task, result);
  } else {
    reference::attention(task, result);
  }
  if (own_ && inputs_.wants_pullback) {
    const Index D = inputs_.q.sizes().cols;
    slope_errors_ = {own_slope_error(*own_->keys, result.dk, D),
                     own_slope_error(*own_->queries, result.dq, D)};
    pull_back(result);
  }
  see(result);
  return truth_.emplace(std::move(result));
}

template <class W>
const Heads<double>& AttentionFacts<W>::slope_errors(bool is_query) {
  truth();
  return slope_errors_.at(is_query ? 1 : 0);
}

template <class W>
auto AttentionFacts<W>::gauges() -> const AttentionResult<Gauge>& {
  if (gauges_) return *gauges_;
  gauges_.emplace();
  AttentionInputs<Gauge> inputs = annotated<Gauge>();
  if (has_features_of_inputs()) {
    inputs = with_features(inputs, feature_gauges(true), feature_gauges(false));
  }
  reference::attention(inputs.task(), *gauges_);
  pull_back(*gauges_);
  see(*gauges_);
  return *gauges_;
}

template <class W>
const AttentionResult<reference::Perturbed>& AttentionFacts<W>::by_moved_sums() {
  using reference::Perturbed;
  if (by_moved_sums_) return *by_moved_sums_;
  AttentionInputs<Perturbed> inputs = annotated<Perturbed>();
  const Heads<Gauge>& last = gauges().end;
  if (inputs.start.empty()) inputs.start = Heads<Perturbed>(last.sizes(), MemoryTag::state);
  const std::span<Perturbed> start = inputs.start.values();
  for (std::size_t i = 0; i < start.size(); ++i) {
    start[i] = Perturbed(start[i].value(), static_cast<long double>(last.values()[i].gauge()));
  }
  by_moved_sums_.emplace();
  reference::attention(inputs.task(), *by_moved_sums_);
  pull_back(*by_moved_sums_);
  see(*by_moved_sums_);
  return *by_moved_sums_;
}

template <class W>
double AttentionFacts<W>::worst_unsureness() {
  if (worst_unsureness_) return *worst_unsureness_;
  const AttentionInputs<Gauge> inputs = annotated<Gauge>();
  const Heads<Gauge>& gQ = feature_gauges(true);
  const Heads<Gauge>& gK = feature_gauges(false);
  const reference::Denominator<Gauge> denominator(inputs.conventions, gQ.sizes().rows);
  double worst = 1.0;
  for (Index b = 0; b < gQ.sizes().batch; ++b) {
    for (Index h = 0; h < gQ.sizes().heads; ++h) {
      for (const Gauge& sum : sums_of_weights(inputs, denominator, gQ, gK, b, h)) {
        const double D = std::abs(to_double(denominator.of(sum).value()));
        if (D > 0.0) worst = std::max(worst, to_double(sum.gauge()) / D);
      }
    }
  }
  worst_unsureness_ = worst;
  return worst;
}

template <class W>
const AttentionExtent& AttentionFacts<W>::extent() {
  if (!extent_) {
    extent_ = measured(of_sums(), features(true), features(false), feature_extent());
  }
  return *extent_;
}

template <class W>
const AttentionExtent& AttentionFacts<W>::feature_extent() {
  if (feature_extent_) return *feature_extent_;
  Sizes all;
  all.see<W>(features(true).values());
  all.see<W>(features(false).values());
  const Sizes of_map = sizes_before_epsilon(of_sums());
  feature_extent_ = AttentionExtent{.least_feature = std::min(all.least, of_map.least),
                                    .largest_feature = all.largest,
                                    .has_vanishing_feature = all.vanishing || of_map.vanishing};
  return *feature_extent_;
}

template <class W>
const Heads<W>& AttentionFacts<W>::features(bool is_query) {
  std::optional<Heads<W>>& kept = features_.at(is_query ? 1 : 0);
  if (!kept) kept = features_of(of_sums(), is_query);
  return *kept;
}

template <class W>
auto AttentionFacts<W>::feature_gauges(bool is_query) -> const Heads<Gauge>& {
  std::optional<Heads<Gauge>>& kept = feature_gauges_.at(is_query ? 1 : 0);
  if (!kept) kept = features_of(annotated<Gauge>(), is_query);
  return *kept;
}

template <class W>
const std::vector<double>& AttentionFacts<W>::kink_clearance(bool is_query) {
  std::optional<std::vector<double>>& kept = kink_clearance_.at(is_query ? 1 : 0);
  if (!kept) kept = clearance_of_kinks(inputs_, is_query);
  return *kept;
}

template class AttentionFacts<Digits50>;
template class AttentionFacts<long double>;
template void AttentionFacts<Digits50>::pull_back(AttentionResult<reference::Underflowing>&);

}  // namespace slim::properties
