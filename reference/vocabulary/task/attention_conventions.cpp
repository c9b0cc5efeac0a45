// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/task/attention_conventions.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/closest.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <set>
#include <span>
#include <vector>

namespace slim {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 2> normalisers = {"denominator", "none"};
constexpr std::array<std::string_view, epsilon_places> epsilon_place_names = {
    "denominator",
    "feature",
    "exponent",
    "sums",
    "when-small",
    "clamped",
    "query-feature",
    "key-feature",
    "divided-feature",
    "divided-query-feature",
    "divided-key-feature",
    "feature-sum",
    "length-squared",
    "length-clamped"};
constexpr std::array<std::string_view, 5> scalings = {"by-feature-map", "none", "queries", "keys",
                                                      "both"};
constexpr std::array<std::string_view, 4> stabilisers = {"none", "per-row", "over-length",
                                                         "over-all"};
constexpr std::array<std::string_view, 3> output_scales = {"a number", "1/sqrt(d)", "1/sqrt(M)"};

template <class Choice>
Choice parse(std::string_view what, std::span<const std::string_view> names,
             std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return static_cast<Choice>(i);
  }
  throw ContractError(std::string(what) + " '" + on_one_line(text) + "' is unknown: " +
                      did_you_mean(text, names) + "allowed are " + listed(names));
}

using Json = nlohmann::json;

/// One field of the text, with functions to write and to read it.
struct Field {
  const char* name;
  Json (*write)(const AttentionConventions&);
  void (*read)(AttentionConventions&, const Json&, const char* field);
};

double number_of(const Json& value, const char* field) {
  require(value.is_number(), "convention '" + std::string(field) + "' must be a number");
  return value.get<double>();
}
bool truth_of(const Json& value, const char* field) {
  require(value.is_boolean(), "convention '" + std::string(field) + "' must be true or false");
  return value.get<bool>();
}
std::string text_of(const Json& value, const char* field) {
  require(value.is_string(), "convention '" + std::string(field) + "' must be a string");
  return value.get<std::string>();
}

using C = AttentionConventions;

template <double C::*member>
constexpr Field number_field(const char* name) {
  return {name, [](const C& c) { return Json(c.*member); },
          [](C& c, const Json& v, const char* field) { c.*member = number_of(v, field); }};
}
template <bool C::*member>
constexpr Field truth_field(const char* name) {
  return {name, [](const C& c) { return Json(c.*member); },
          [](C& c, const Json& v, const char* field) { c.*member = truth_of(v, field); }};
}
template <auto member, auto parse_choice>
constexpr Field choice_field(const char* field_name) {
  return {
      field_name, [](const C& c) { return Json(name(c.*member)); },
      [](C& c, const Json& v, const char* field) { c.*member = parse_choice(text_of(v, field)); }};
}

Json output_scale_of(const C& c) {
  if (c.output_scale_by == OutputScale::number) return c.output_scale;
  return output_scales.at(static_cast<std::size_t>(c.output_scale_by));
}
void read_output_scale(C& c, const Json& value, const char* field) {
  c.output_scale = 1.0;
  if (value.is_string()) {
    c.output_scale_by = parse<OutputScale>(field, output_scales, value.get<std::string>());
    require(c.output_scale_by != OutputScale::number, "output_scale 'a number' is not a number");
  } else {
    c.output_scale_by = OutputScale::number;
    c.output_scale = number_of(value, field);
  }
}

/// Of all places that have one.
Json epsilons_of(const C& c) {
  Json json = Json::object();
  for (std::size_t i = 0; i < epsilon_places; ++i) {
    const auto place = static_cast<EpsilonPlace>(i);
    if (c.epsilons[place] != 0.0) json[std::string(name(place))] = c.epsilons[place];
  }
  return json;
}
void read_epsilons(C& c, const Json& value, const char* field) {
  require(value.is_object(),
          "convention '" + std::string(field) + "' must be an object, such as {\"feature\": 1e-3}");
  c.epsilons = {};
  for (const auto& [place, epsilon] : value.items()) {
    c.epsilons[parse_epsilon_place(place)] = number_of(epsilon, field);
  }
}

constexpr std::array<Field, 16> fields = {
    {choice_field<&C::normaliser, parse_normaliser>("normaliser"),
     {"output_scale", output_scale_of, read_output_scale},
     {"epsilons", epsilons_of, read_epsilons},
     truth_field<&C::unit_length>("unit_length"),
     choice_field<&C::scaling, parse_scaling>("scaling"),
     number_field<&C::input_scale>("input_scale"),
     truth_field<&C::norm_factor>("norm_factor"),
     truth_field<&C::divides_by_root_features>("divides_by_root_features"),
     truth_field<&C::divides_by_sum>("divides_by_sum"),
     choice_field<&C::query_stabiliser, parse_stabiliser>("query_stabiliser"),
     choice_field<&C::key_stabiliser, parse_stabiliser>("key_stabiliser"),
     truth_field<&C::stabiliser_detached>("stabiliser_detached"),
     number_field<&C::relu_slope_at_zero>("relu_slope_at_zero"),
     number_field<&C::absolute_slope_at_zero>("absolute_slope_at_zero"),
     number_field<&C::softplus_threshold>("softplus_threshold"),
     number_field<&C::elu_cancellation>("elu_cancellation")}};

/// A single ε in short: replaces `epsilons` in the text.
void write_epsilons(Json& json, const Json& epsilons) {
  if (epsilons.size() > 1) {
    json["epsilons"] = epsilons;
    return;
  }
  json["epsilon"] = epsilons.empty() ? Json(0.0) : epsilons.begin().value();
  const std::string place = epsilons.empty() ? "denominator" : epsilons.begin().key();
  if (place != "denominator") json["epsilon_place"] = place;
}

/// The fields `epsilon` and `epsilon_place`, which state a single ε, as `epsilons`.
Json with_epsilons(Json json) {
  const AttentionConventions defaults;
  const bool is_short = json.contains("epsilon") || json.contains("epsilon_place");
  require(!is_short || !json.contains("epsilons"),
          "convention 'epsilons' replaces 'epsilon' and 'epsilon_place': give it alone");
  if (json.contains("epsilons")) return json;
  const bool normalised =
      !json.contains("normaliser") || json["normaliser"] != name(Normaliser::none);
  if (!is_short) {
    json["epsilons"] = normalised ? epsilons_of(defaults) : Json::object();
    return json;
  }
  const Json epsilon = json.value("epsilon", Json(defaults.epsilons[EpsilonPlace::denominator]));
  const Json place = json.value("epsilon_place", Json(name(EpsilonPlace::denominator)));
  json["epsilons"] = {{text_of(place, "epsilon_place"), number_of(epsilon, "epsilon")}};
  json.erase("epsilon");
  json.erase("epsilon_place");
  return json;
}

void read_field(AttentionConventions& conventions, const std::string& key, const Json& value) {
  std::vector<std::string_view> allowed = {"epsilon", "epsilon_place"};
  for (const Field& field : fields) {
    if (key == field.name) return field.read(conventions, value, field.name);
    allowed.emplace_back(field.name);
  }
  throw ContractError("convention '" + on_one_line(key) + "' is unknown: " +
                      did_you_mean(key, allowed) + "allowed are " + listed(allowed));
}

/// Rejects what the parser accepts: nesting other than of `epsilons`, and a field given twice (the
/// last would win).
class Refusing {
 public:
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    const bool opens = event == Json::parse_event_t::object_start;
    require(event != Json::parse_event_t::array_start && depth <= 2 &&
                (!opens || depth == 0 || last_ == "epsilons"),
            "metadata 'conventions' must be a JSON object of plain values");
    if (event != Json::parse_event_t::key) return true;
    const auto key = parsed.get<std::string>();
    require(seen_.insert(std::to_string(depth) + key).second,
            "convention '" + on_one_line(key) + "' is given twice");
    if (depth == 1) last_ = key;
    return true;
  }

 private:
  std::set<std::string> seen_;
  std::string last_;
};

void require_finite(double number, const char* field) {
  require(std::isfinite(number), std::string(field) + " must be finite");
}

bool is_stabilised(const AttentionConventions& c) {
  return c.query_stabiliser != Stabiliser::none || c.key_stabiliser != Stabiliser::none;
}

/// What a place of ε needs and does not have; empty if it has a meaning.
std::string missing_for(EpsilonPlace place, const AttentionConventions& c, const FeatureMap& map,
                        bool features_given) {
  using enum EpsilonPlace;
  if (std::ranges::find(places_in_denominator, place) != places_in_denominator.end()) {
    return c.normaliser == Normaliser::none ? "needs normaliser 'denominator'" : "";
  }
  if (features_given) return "needs a feature map, but q and k are features already";
  if (place == exponent) {
    return has_exponent(map.kind) ? "" : "needs feature map favor+, exp or cosh";
  }
  if (place == feature_sum) return c.divides_by_sum ? "" : "needs divides_by_sum";
  if (place == length_squared || place == length_clamped) {
    return c.unit_length ? "" : "needs unit_length";
  }
  return {};
}

/// Conventions of the feature map other than ε.
void reset_map(AttentionConventions& c) {
  const AttentionConventions defaults;
  c.unit_length = defaults.unit_length;
  c.scaling = defaults.scaling;
  c.input_scale = defaults.input_scale;
  c.norm_factor = defaults.norm_factor;
  c.divides_by_root_features = defaults.divides_by_root_features;
  c.divides_by_sum = defaults.divides_by_sum;
}
void reset_stabilisers(AttentionConventions& c) {
  const AttentionConventions defaults;
  c.query_stabiliser = defaults.query_stabiliser;
  c.key_stabiliser = defaults.key_stabiliser;
  c.stabiliser_detached = defaults.stabiliser_detached;
}

void require_fit_for_given(const AttentionConventions& c) {
  const auto refuse = [](bool condition, const char* field) {
    require(!condition,
            std::string(field) + " needs a feature map, but q and k are features already");
  };
  refuse(is_stabilised(c), "a stabiliser");
  refuse(c.scaling != Scaling::by_feature_map && c.scaling != Scaling::none, "scaling");
  refuse(c.unit_length, "unit_length");
  refuse(c.input_scale != 1.0, "input_scale");
  refuse(c.norm_factor, "norm_factor");
  refuse(c.divides_by_root_features, "divides_by_root_features");
  refuse(c.divides_by_sum, "divides_by_sum");
}

}  // namespace

AttentionConventions without_normaliser(AttentionConventions conventions) {
  conventions.normaliser = Normaliser::none;
  for (const EpsilonPlace place : places_in_denominator) conventions.epsilons[place] = 0.0;
  return conventions;
}

std::string_view name(Normaliser normaliser) {
  return normalisers.at(static_cast<std::size_t>(normaliser));
}
std::string_view name(EpsilonPlace place) {
  return epsilon_place_names.at(static_cast<std::size_t>(place));
}
std::string_view name(Scaling scaling) {
  return scalings.at(static_cast<std::size_t>(scaling));
}
std::string_view name(Stabiliser stabiliser) {
  return stabilisers.at(static_cast<std::size_t>(stabiliser));
}

Normaliser parse_normaliser(std::string_view text) {
  return parse<Normaliser>("normaliser", normalisers, text);
}
EpsilonPlace parse_epsilon_place(std::string_view text) {
  return parse<EpsilonPlace>("epsilon place", epsilon_place_names, text);
}
Scaling parse_scaling(std::string_view text) {
  return parse<Scaling>("scaling", scalings, text);
}
Stabiliser parse_stabiliser(std::string_view text) {
  return parse<Stabiliser>("stabiliser", stabilisers, text);
}

std::string to_text(const AttentionConventions& conventions) {
  Json json = Json::object();
  const AttentionConventions defaults;
  for (const Field& field : fields) {
    Json value = field.write(conventions);
    if (value == field.write(defaults)) continue;
    if (std::string_view(field.name) == "epsilons") {
      write_epsilons(json, value);
    } else {
      json[field.name] = std::move(value);
    }
  }
  return json.dump();
}

std::string to_full_text(const AttentionConventions& conventions) {
  Json json = Json::object();
  for (const Field& field : fields) json[field.name] = field.write(conventions);
  const Json epsilons = std::move(json["epsilons"]);
  json.erase("epsilons");
  write_epsilons(json, epsilons);
  if (!json.contains("epsilons") && !json.contains("epsilon_place")) {
    json["epsilon_place"] = name(EpsilonPlace::denominator);
  }
  return json.dump();
}

AttentionConventions parse_attention_conventions(std::string_view text) {
  Refusing refusing;
  const Json json = Json::parse(text, std::ref(refusing), false);
  require(json.is_object(), "metadata 'conventions' must be a JSON object");
  AttentionConventions conventions;
  const Json plain = with_epsilons(json);
  for (const auto& [key, value] : plain.items()) read_field(conventions, key, value);
  return conventions;
}

AttentionConventions acting_on(AttentionConventions c, const FeatureMap& map, bool features_given) {
  const AttentionConventions defaults;
  if (features_given) reset_map(c);
  if (features_given || !has_exponent(map.kind)) reset_stabilisers(c);
  if (!takes_norm_factor(map.kind)) c.norm_factor = defaults.norm_factor;
  for (std::size_t i = 0; i < epsilon_places; ++i) {
    const auto place = static_cast<EpsilonPlace>(i);
    if (!missing_for(place, c, map, features_given).empty()) c.epsilons[place] = 0.0;
  }
  if (c.normaliser == Normaliser::denominator) {
    c.output_scale = defaults.output_scale;
    c.output_scale_by = defaults.output_scale_by;
  }
  if (features_given || map.kind != FeatureKind::elu_plus_one) {
    c.elu_cancellation = defaults.elu_cancellation;
  }
  if (features_given || map.kind != FeatureKind::softplus) {
    c.softplus_threshold = defaults.softplus_threshold;
  }
  return c;
}

void require_valid(const AttentionConventions& c, const FeatureMap& map, bool features_given) {
  for (std::size_t i = 0; i < epsilon_places; ++i) {
    const auto place = static_cast<EpsilonPlace>(i);
    const double epsilon = c.epsilons[place];
    require(std::isfinite(epsilon) && epsilon >= 0.0, "epsilon must be finite and not negative");
    const std::string missing = missing_for(place, c, map, features_given);
    require(epsilon == 0.0 || missing.empty(),
            "epsilon place '" + std::string(name(place)) + "' " + missing);
  }
  require_finite(c.relu_slope_at_zero, "relu_slope_at_zero");
  require_finite(c.absolute_slope_at_zero, "absolute_slope_at_zero");
  require(std::isfinite(c.output_scale) && c.output_scale != 0.0,
          "output_scale must be finite and not 0");
  require(std::isfinite(c.input_scale) && c.input_scale > 0.0,
          "input_scale must be finite and above 0");
  require(std::isfinite(c.softplus_threshold) && c.softplus_threshold >= 0.0,
          "softplus_threshold must be finite and not negative");
  require(c.elu_cancellation >= 0.0 && c.elu_cancellation <= 1.0,
          "elu_cancellation must be from 0 to 1");
  require(c.normaliser == Normaliser::none ||
              (c.output_scale == 1.0 && c.output_scale_by == OutputScale::number),
          "output_scale needs normaliser 'none'");
  require(!(c.divides_by_root_features && c.divides_by_sum),
          "divides_by_root_features and divides_by_sum exclude each other");
  if (features_given) return require_fit_for_given(c);
  require(!c.norm_factor || takes_norm_factor(map.kind),
          "norm_factor needs feature map exp, cosh or cos-sin");
  require(!is_stabilised(c) || has_exponent(map.kind),
          "a stabiliser needs feature map favor+, exp or cosh");
  require(!is_stabilised(c) || c.normaliser == Normaliser::denominator,
          "a stabiliser needs normaliser 'denominator', in which it cancels");
}

}  // namespace slim
