// SPDX-License-Identifier: Apache-2.0
// The conventions of attention as JSON text.

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/closest.hpp"
#include "reference/vocabulary/task/attention_conventions.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <vector>

namespace slim {
namespace {

constexpr std::array<std::string_view, 3> output_scales = {"a number", "1/sqrt(d)", "1/sqrt(M)"};

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
    const auto found = std::ranges::find(output_scales, value.get<std::string>());
    require(found != output_scales.end() && found != output_scales.begin(),
            std::string(field) + " '" + on_one_line(value.get<std::string>()) +
                "' is unknown: " + did_you_mean(value.get<std::string>(), output_scales) +
                "allowed are " + listed(output_scales));
    c.output_scale_by = static_cast<OutputScale>(found - output_scales.begin());
  } else {
    c.output_scale_by = OutputScale::number;
    c.output_scale = number_of(value, field);
  }
}

/// The number, or "L".
Json own_weight_of(const C& c) {
  return c.own_weight_is_length ? Json("L") : Json(c.own_weight);
}
void read_own_weight(C& c, const Json& value, const char* field) {
  c.own_weight_is_length = value == "L";
  require(c.own_weight_is_length || value.is_number(),
          "convention '" + std::string(field) + "' must be a number or \"L\"");
  c.own_weight = c.own_weight_is_length ? 0.0 : value.get<double>();
}

/// false, true for each row by itself, or "head" or "sequence".
Json json_of(UnitLength unit_length) {
  if (unit_length == UnitLength::head || unit_length == UnitLength::sequence) {
    return name(unit_length);
  }
  return unit_length == UnitLength::row;
}
UnitLength unit_length_in(const Json& value, const char* field) {
  if (value.is_string()) return parse_unit_length(value.get<std::string>());
  require(value.is_boolean(),
          "convention '" + std::string(field) + "' must be true, false, \"head\" or \"sequence\"");
  return value.get<bool>() ? UnitLength::row : UnitLength::none;
}
Json unit_length_of(const C& c) {
  return json_of(c.unit_length);
}
void read_unit_length(C& c, const Json& value, const char* field) {
  c.unit_length = unit_length_in(value, field);
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

template <class Value>
void put(Json& json, const char* field, const std::optional<Value>& value) {
  if (value) json[field] = *value;
}
template <class Value, class Read>
void take(const Json& json, const char* field, std::optional<Value>& value, const Read& read) {
  const std::string named = "keys." + std::string(field);
  if (json.contains(field)) value = read(json[field], named.c_str());
}

/// Those that differ from the queries' parts.
Json keys_of(const C& c) {
  Json json = Json::object();
  if (c.keys.map) json["map"] = name(*c.keys.map);
  if (c.keys.unit_length) json["unit_length"] = json_of(*c.keys.unit_length);
  put(json, "input_scale", c.keys.input_scale);
  put(json, "norm_factor", c.keys.norm_factor);
  put(json, "feature_scale", c.keys.feature_scale);
  put(json, "divides_by_root_features", c.keys.divides_by_root_features);
  put(json, "divides_by_sum", c.keys.divides_by_sum);
  if (c.keys.divides_by_length_sum) json["divides_by_length_sum"] = true;
  if (c.keys.divides_by_running_sum) json["divides_by_running_sum"] = true;
  return json;
}
void read_keys(C& c, const Json& value, const char* field) {
  constexpr std::array<std::string_view, 9> allowed = {"map",
                                                       "unit_length",
                                                       "input_scale",
                                                       "norm_factor",
                                                       "feature_scale",
                                                       "divides_by_root_features",
                                                       "divides_by_sum",
                                                       "divides_by_length_sum",
                                                       "divides_by_running_sum"};
  require(value.is_object(), "convention '" + std::string(field) +
                                 "' must be an object of parts, such as {\"map\": \"exp\"}");
  for (const auto& [key, part] : value.items()) {
    require(std::ranges::find(allowed, key) != allowed.end(),
            "convention 'keys." + on_one_line(key) + "' is unknown: " + did_you_mean(key, allowed) +
                "allowed are " + listed(allowed));
  }
  take(value, "map", c.keys.map,
       [](const Json& map, const char* named) { return parse_feature_kind(text_of(map, named)); });
  take(value, "unit_length", c.keys.unit_length, unit_length_in);
  take(value, "input_scale", c.keys.input_scale, number_of);
  take(value, "norm_factor", c.keys.norm_factor, truth_of);
  take(value, "feature_scale", c.keys.feature_scale, number_of);
  take(value, "divides_by_root_features", c.keys.divides_by_root_features, truth_of);
  take(value, "divides_by_sum", c.keys.divides_by_sum, truth_of);
  std::optional<bool> over_length;
  take(value, "divides_by_length_sum", over_length, truth_of);
  c.keys.divides_by_length_sum = over_length.value_or(false);
  std::optional<bool> up_to_row;
  take(value, "divides_by_running_sum", up_to_row, truth_of);
  c.keys.divides_by_running_sum = up_to_row.value_or(false);
}

constexpr std::array<Field, 21> fields = {
    {choice_field<&C::normaliser, parse_normaliser>("normaliser"),
     {"output_scale", output_scale_of, read_output_scale},
     {"epsilons", epsilons_of, read_epsilons},
     truth_field<&C::epsilon_times_length>("epsilon_times_length"),
     {"own_weight", own_weight_of, read_own_weight},
     {"unit_length", unit_length_of, read_unit_length},
     choice_field<&C::scaling, parse_scaling>("scaling"),
     number_field<&C::input_scale>("input_scale"),
     truth_field<&C::norm_factor>("norm_factor"),
     number_field<&C::feature_scale>("feature_scale"),
     truth_field<&C::divides_by_root_features>("divides_by_root_features"),
     truth_field<&C::divides_by_sum>("divides_by_sum"),
     truth_field<&C::divides_by_key_sums>("divides_by_key_sums"),
     choice_field<&C::query_stabiliser, parse_stabiliser>("query_stabiliser"),
     choice_field<&C::key_stabiliser, parse_stabiliser>("key_stabiliser"),
     truth_field<&C::stabiliser_detached>("stabiliser_detached"),
     number_field<&C::relu_slope_at_zero>("relu_slope_at_zero"),
     number_field<&C::absolute_slope_at_zero>("absolute_slope_at_zero"),
     number_field<&C::softplus_threshold>("softplus_threshold"),
     number_field<&C::elu_cancellation>("elu_cancellation"),
     {"keys", keys_of, read_keys}}};

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
      !json.contains("normaliser") || json["normaliser"] == name(Normaliser::denominator);
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

/// Rejects what the parser accepts: nesting other than of `epsilons` and `keys`, and a field given
/// twice (the last would win).
class Refusing {
 public:
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    const bool opens = event == Json::parse_event_t::object_start;
    require(event != Json::parse_event_t::array_start && depth <= 2 &&
                (!opens || depth == 0 || last_ == "epsilons" || last_ == "keys"),
            "metadata 'conventions' must be a JSON object of plain values");
    if (event != Json::parse_event_t::key) return true;
    const auto key = parsed.get<std::string>();
    require(seen_.insert(depth == 1 ? key : last_ + "." + key).second,
            "convention '" + on_one_line(key) + "' is given twice");
    if (depth == 1) last_ = key;
    return true;
  }

 private:
  std::set<std::string> seen_;
  std::string last_;
};

}  // namespace

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

}  // namespace slim
