// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/suspects.hpp"
#include "properties/mutants/attention_in_model.hpp"
#include "properties/mutants/whole_models.hpp"
#include "properties/tolerance/convention_limits.hpp"
#include "properties/tolerance/own_sums.hpp"
#include "reference/performer/attention.hpp"
#include "reference/performer/gradient.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

namespace slim::properties {
namespace {

using ChangeAttention = std::function<void(AttentionConventions&)>;
using ChangeModel = std::function<void(Conventions&)>;

/// An ε that no declaration is refused for, whatever the feature map.
constexpr double small_epsilon = 1e-3;

/// Whether the ε of the conventions are small enough to be declared for this map: a larger one is a
/// fault.
bool may_be_declared(const AttentionConventions& c, const FeatureMap& map, bool features_given) {
  for (std::size_t i = 0; i < epsilon_places; ++i) {
    const auto place = static_cast<EpsilonPlace>(i);
    if (c.epsilons[place] <= small_epsilon && !c.epsilon_times_length) continue;
    AttentionConventions alone = c;
    alone.epsilons = {place, c.epsilons[place]};
    if (!(share_of_attention(alone, map, features_given) >= least_share_of_attention(place))) {
      return false;
    }
  }
  return true;
}

/// The conventions with the change, or unchanged if it is invalid for the task, such as a scaling
/// of given features, or may not be declared.
AttentionConventions changed(const AttentionConventions& requested, const ChangeAttention& change,
                             const FeatureMap& map, bool features_given, bool causal) {
  AttentionConventions other = requested;
  change(other);
  if (causal && looks_ahead(other)) return requested;
  if (!causal && other.normaliser == Normaliser::position) return requested;
  try {
    require_valid(other, map, features_given);
  } catch (const ContractError&) {
    return requested;
  }
  const bool has_same = other.epsilons == requested.epsilons &&
                        other.epsilon_times_length == requested.epsilon_times_length;
  const bool is_allowed = has_same || may_be_declared(other, map, features_given);
  return is_allowed ? other : requested;
}

template <class T>
void offer_attention_under(const ChangeAttention& change, Suspect& suspect) {
  suspect.attention.in<T>() = [change](const AttentionTask<T>& task, AttentionResult<T>& result) {
    AttentionTask<T> other = task;
    other.conventions =
        changed(task.conventions, change, task.feature_map, task.features_given, task.causal);
    reference::attention(other, result);
  };
  suspect.features.in<T>() = [change](const FeaturesTask<T>& task, FeaturesResult<T>& result) {
    FeaturesTask<T> other = task;
    other.conventions = changed(task.conventions, change, task.feature_map, false, false);
    reference::features(other, result);
  };
}

template <class T>
void offer_gradient_under(const ChangeModel& change, Suspect& suspect) {
  suspect.gradient.in<T>() = [change](const GradientTask<T>& task, GradientResult<T>& result) {
    Model model = task.model;
    change(model.conventions);
    const AttentionConventions of_heads{
        .epsilons = {EpsilonPlace::denominator, model.conventions.denominator_epsilon}};
    const FeatureMap map{.kind = task.model.feature_map.kind};
    if (!may_be_declared(of_heads, map, false)) model.conventions = task.model.conventions;
    reference::gradient(mutants::with_inputs(task, {.model = &model}), result);
  };
}

/// A change of conventions for attention, for whole models, or for both. A change for attention
/// alone applies to all heads of a whole model.
Suspect convention(std::string name, const ChangeAttention& attention,
                   const ChangeModel& model = {}) {
  Suspect suspect{.name = std::move(name), .description = {}, .seen = {}, .is_convention = true};
  if (attention) {
    offer_attention_under<float>(attention, suspect);
    offer_attention_under<double>(attention, suspect);
    offer_attention_under<Digits50>(attention, suspect);
    offer_attention_under<Float16>(attention, suspect);
    offer_attention_under<BFloat16>(attention, suspect);
    suspect.conventions = [attention](const AttentionInputs<double>& inputs) {
      const bool given = inputs.features_given || has_own_map(inputs);
      return changed(inputs.conventions, attention, inputs.feature_map, given, inputs.causal);
    };
  }
  if (model) {
    offer_gradient_under<float>(model, suspect);
    offer_gradient_under<double>(model, suspect);
    offer_gradient_under<Digits50>(model, suspect);
    offer_gradient_under<Float16>(model, suspect);
    offer_gradient_under<BFloat16>(model, suspect);
  } else {
    suspect.gradient = mutants::in_a_model(suspect.attention);
  }
  return suspect;
}

constexpr std::array all_epsilon_places = {EpsilonPlace::denominator, EpsilonPlace::feature,
                                           EpsilonPlace::exponent,    EpsilonPlace::sums,
                                           EpsilonPlace::when_small,  EpsilonPlace::clamped};

Suspect with_epsilon(EpsilonPlace place, double epsilon) {
  constexpr std::array<const char*, 6> words = {
      "epsilon {:g} added to the denominator",
      "epsilon {:g} added to every feature",
      "epsilon {:g} in the exponent",
      "epsilon {:g} added to the sums of keys",
      "twice epsilon {:g} added to a denominator of at most that",
      "the denominator clamped to at least {:g}"};
  const auto change = [place, epsilon](AttentionConventions& c) { c.epsilons = {place, epsilon}; };
  const ChangeModel of_model = [epsilon](Conventions& c) { c.denominator_epsilon = epsilon; };
  return convention(fmt::format(fmt::runtime(words.at(static_cast<std::size_t>(place))), epsilon),
                    change, place == EpsilonPlace::denominator ? of_model : ChangeModel());
}

Suspect with_layer_norm_epsilon(double epsilon) {
  return convention(fmt::format("epsilon {:g} in LayerNorm", epsilon), {},
                    [epsilon](Conventions& c) { c.layer_norm_epsilon = epsilon; });
}

Suspect with_loss_epsilon(double epsilon) {
  return convention(fmt::format("epsilon {:g} added to the number of counted targets", epsilon), {},
                    [epsilon](Conventions& c) { c.loss_epsilon = epsilon; });
}

Suspect with_position_base(double base) {
  return convention(fmt::format("lowest frequency of positions 1/{:g}", base), {},
                    [base](Conventions& c) { c.position_base = base; });
}

void add_epsilons(std::vector<Suspect>& all) {
  constexpr std::array usual = {0.0,  1e-3,  1e-4,  1e-5,  1e-6,  1e-7, 1e-8,
                                1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20};
  for (const EpsilonPlace place : all_epsilon_places) {
    for (const double epsilon : usual) {
      if (epsilon == 0.0 && place != EpsilonPlace::denominator) continue;
      all.push_back(with_epsilon(place, epsilon));
    }
  }
}

void add_moved_epsilons(std::vector<Suspect>& all) {
  using enum EpsilonPlace;
  const auto add = [&](const char* words, EpsilonPlace from, EpsilonPlace to) {
    all.push_back(convention(words, [from, to](AttentionConventions& c) {
      c.epsilons[to] += c.epsilons[from];
      c.epsilons[from] = 0.0;
    }));
  };
  add("the declared epsilon added to features after their division", feature, divided_feature);
  add("the declared epsilon added to features before their division", divided_feature, feature);
}

/// Of implementations that divide by the mean of the weights, Y = (A/L)/(D/L + ε).
void add_epsilons_of_means(std::vector<Suspect>& all) {
  all.push_back(convention("the declared epsilon times the number of rows",
                           [](AttentionConventions& c) { c.epsilon_times_length = true; }));
  all.push_back(convention("the declared epsilon not times the number of rows",
                           [](AttentionConventions& c) { c.epsilon_times_length = false; }));
  for (const double epsilon : {1e-3, 1e-5, 1e-6, 1e-8}) {
    all.push_back(convention(
        fmt::format("epsilon {:g} times the number of rows added to the denominator", epsilon),
        [epsilon](AttentionConventions& c) {
          c.epsilons = {EpsilonPlace::denominator, epsilon};
          c.epsilon_times_length = true;
        }));
  }
}

void add_scalings(std::vector<Suspect>& all) {
  for (const Scaling scaling : {Scaling::none, Scaling::queries, Scaling::keys, Scaling::both}) {
    all.push_back(convention(fmt::format("scaling of scores by 1/sqrt(d): {}", name(scaling)),
                             [scaling](AttentionConventions& c) { c.scaling = scaling; }));
  }
  all.push_back(convention("features divided by sqrt(M)",
                           [](AttentionConventions& c) { c.divides_by_root_features = true; }));
  all.push_back(convention("features divided by their sum",
                           [](AttentionConventions& c) { c.divides_by_sum = true; }));
  for (const double epsilon : {0.0, 1e-12, 1e-6}) {
    all.push_back(convention(fmt::format("queries and keys of unit length, at least {:g}", epsilon),
                             [epsilon](AttentionConventions& c) {
                               c.unit_length = UnitLength::row;
                               c.epsilons[EpsilonPlace::length_clamped] = epsilon;
                             }));
  }
}

void add_parts_of_keys(std::vector<Suspect>& all) {
  all.push_back(convention("keys with the parts of the queries",
                           [](AttentionConventions& c) { c.keys = KeyParts(); }));
  all.push_back(convention("keys divided by their sums over the length",
                           [](AttentionConventions& c) { c.keys.divides_by_length_sum = true; }));
  all.push_back(convention("keys that are a softmax over the length", [](AttentionConventions& c) {
    c.keys.map = FeatureKind::exponential;
    c.keys.divides_by_length_sum = true;
  }));
  all.push_back(convention("keys divided by their sums over the rows so far",
                           [](AttentionConventions& c) { c.keys.divides_by_running_sum = true; }));
  all.push_back(
      convention("each feature divided by its sum over the keys", [](AttentionConventions& c) {
        c = without_normaliser(c);
        c.divides_by_key_sums = true;
      }));
  all.push_back(convention("keys of unit length",
                           [](AttentionConventions& c) { c.keys.unit_length = UnitLength::row; }));
  all.push_back(convention("keys e^u in place of the declared map",
                           [](AttentionConventions& c) { c.keys.map = FeatureKind::exponential; }));
}

/// Lengths of whole heads and sequences, and weights of a row's own key.
void add_parts_of_sequences(std::vector<Suspect>& all) {
  for (const UnitLength of : {UnitLength::head, UnitLength::sequence}) {
    all.push_back(convention(fmt::format("queries and keys of unit length over each {}", name(of)),
                             [of](AttentionConventions& c) { c.unit_length = of; }));
  }
  all.push_back(convention("weight 1 added to a row's own key",
                           [](AttentionConventions& c) { c.own_weight = 1.0; }));
  all.push_back(convention("weight L added to a row's own key",
                           [](AttentionConventions& c) { c.own_weight_is_length = true; }));
}

void add_normalisers(std::vector<Suspect>& all) {
  constexpr std::array<const char*, 3> words = {"no normaliser",
                                                "no normaliser, output times 1/sqrt(d)",
                                                "no normaliser, output times 1/sqrt(M)"};
  for (std::size_t by = 0; by < words.size(); ++by) {
    all.push_back(convention(words.at(by), [by](AttentionConventions& c) {
      c = without_normaliser(c);
      c.output_scale_by = static_cast<OutputScale>(by);
      c.output_scale = 1.0;
    }));
  }
  constexpr std::array<const char*, 3> counts = {
      "output divided by the number of rows",
      "output divided by the number of keys that a row sees",
      "output divided by the number of rows up to its own"};
  for (std::size_t by = 0; by < counts.size(); ++by) {
    all.push_back(convention(counts.at(by), [by](AttentionConventions& c) {
      c = without_normaliser(c);
      c.normaliser = static_cast<Normaliser>(static_cast<std::size_t>(Normaliser::length) + by);
    }));
  }
}

void add_stabilisers(std::vector<Suspect>& all) {
  const auto of_queries = {Stabiliser::none, Stabiliser::per_row, Stabiliser::over_length,
                           Stabiliser::over_all};
  // A maximum of each key by itself does not cancel: it is mutant/stabiliser-of-each-key.
  const auto of_keys = {Stabiliser::none, Stabiliser::over_length, Stabiliser::over_all};
  for (const Stabiliser queries : of_queries) {
    for (const Stabiliser keys : of_keys) {
      for (const double epsilon : {0.0, 1e-3, 1e-4, 1e-6, 1e-8}) {
        for (const bool detached : {true, false}) {
          if (queries == Stabiliser::none && keys == Stabiliser::none) continue;
          std::string words =
              fmt::format("stabiliser of queries {}, of keys {}", name(queries), name(keys));
          if (epsilon > 0.0) words += fmt::format(", epsilon {:g} added to every feature", epsilon);
          if (!detached) words += ", its gradient kept";
          all.push_back(convention(words, [=](AttentionConventions& c) {
            c.query_stabiliser = queries;
            c.key_stabiliser = keys;
            c.stabiliser_detached = detached;
            if (epsilon == 0.0) return;
            c.epsilons = {EpsilonPlace::feature, epsilon};
          }));
          all.back().in_gradient_alone = !detached;
        }
      }
    }
  }
}

void add_slopes_and_model_constants(std::vector<Suspect>& all) {
  for (const double slope : {0.5, 1.0}) {
    all.push_back(convention(
        fmt::format("slope {:g} of max(x, 0) at 0", slope),
        [slope](AttentionConventions& c) { c.relu_slope_at_zero = slope; },
        [slope](Conventions& c) { c.relu_slope_at_zero = slope; }));
  }
  for (const double slope : {1.0, -1.0}) {
    all.push_back(convention(
        fmt::format("slope {:g} of |x| at 0", slope),
        [slope](AttentionConventions& c) { c.absolute_slope_at_zero = slope; },
        [slope](Conventions& c) { c.absolute_slope_at_zero = slope; }));
  }
  for (const double epsilon : {0.0, 1e-3, 1e-6, 1e-7, 1e-8, 1e-12}) {
    all.push_back(with_layer_norm_epsilon(epsilon));
  }
  all.push_back(
      convention("GeLU by its tanh approximation", {}, [](Conventions& c) { c.gelu_tanh = 1.0; }));
  for (const double epsilon : {1e-5, 1e-6, 1e-8, 1e-12}) all.push_back(with_loss_epsilon(epsilon));
  for (const double base : {1e3, 1e5, 5e5}) all.push_back(with_position_base(base));
}

Suspect with_output_scale(double scale) {
  return convention(fmt::format("output times {:g}", scale),
                    [scale](AttentionConventions& c) { c.output_scale *= scale; });
}

std::vector<ConstantConvention> all_constants() {
  std::vector<ConstantConvention> all;
  for (const EpsilonPlace place : all_epsilon_places) {
    all.push_back({.least = 1e-20, .largest = 1.0, .with = [place](double epsilon) {
                     return with_epsilon(place, epsilon);
                   }});
  }
  all.push_back({.least = 1e-3, .largest = 1e3, .with = with_output_scale});
  all.push_back({.least = 1e-12, .largest = 0.1, .with = with_layer_norm_epsilon});
  all.push_back({.least = 1e-12, .largest = 0.1, .with = with_loss_epsilon});
  all.push_back({.least = 10.0, .largest = 1e8, .with = with_position_base});
  return all;
}

std::vector<Suspect> all_conventions_as_suspects() {
  std::vector<Suspect> all;
  add_epsilons(all);
  add_moved_epsilons(all);
  add_epsilons_of_means(all);
  add_scalings(all);
  add_parts_of_keys(all);
  add_parts_of_sequences(all);
  add_normalisers(all);
  add_stabilisers(all);
  add_slopes_and_model_constants(all);
  return all;
}

}  // namespace

std::span<const Suspect> convention_suspects() {
  static const std::vector<Suspect> all = all_conventions_as_suspects();
  return all;
}

std::span<const ConstantConvention> constants_of_conventions() {
  static const std::vector<ConstantConvention> all = all_constants();
  return all;
}

}  // namespace slim::properties
