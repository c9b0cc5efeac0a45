// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/task/attention_conventions.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <set>
#include <span>

namespace slim {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 6> epsilon_places = {"denominator", "feature",    "exponent",
                                                            "sums",        "when-small", "clamped"};
constexpr std::array<std::string_view, 5> scalings = {"by-feature-map", "none", "queries", "keys",
                                                      "both"};
constexpr std::array<std::string_view, 4> stabilisers = {"none", "per-row", "over-length",
                                                         "over-all"};

template <class Choice>
Choice parse(std::string_view what, std::span<const std::string_view> names,
             std::string_view text) {
  std::string allowed;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return static_cast<Choice>(i);
    allowed += (i == 0 ? " " : ", ") + std::string(names[i]);
  }
  throw ContractError(std::string(what) + " '" + on_one_line(text) + "' is unknown: allowed are" +
                      allowed);
}

using Json = nlohmann::json;

/// One field of the text, with functions to write and to read it.
struct Field {
  const char* name;
  Json (*write)(const AttentionConventions&);
  void (*read)(AttentionConventions&, const Json&);
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

constexpr std::array<Field, 10> fields = {{
    {"epsilon_place", [](const C& c) { return Json(name(c.epsilon_place)); },
     [](C& c, const Json& v) {
       c.epsilon_place = parse_epsilon_place(text_of(v, "epsilon_place"));
     }},
    {"epsilon", [](const C& c) { return Json(c.epsilon); },
     [](C& c, const Json& v) { c.epsilon = number_of(v, "epsilon"); }},
    {"scaling", [](const C& c) { return Json(name(c.scaling)); },
     [](C& c, const Json& v) { c.scaling = parse_scaling(text_of(v, "scaling")); }},
    {"divides_by_root_features", [](const C& c) { return Json(c.divides_by_root_features); },
     [](C& c, const Json& v) {
       c.divides_by_root_features = truth_of(v, "divides_by_root_features");
     }},
    {"query_stabiliser", [](const C& c) { return Json(name(c.query_stabiliser)); },
     [](C& c, const Json& v) {
       c.query_stabiliser = parse_stabiliser(text_of(v, "query_stabiliser"));
     }},
    {"key_stabiliser", [](const C& c) { return Json(name(c.key_stabiliser)); },
     [](C& c, const Json& v) {
       c.key_stabiliser = parse_stabiliser(text_of(v, "key_stabiliser"));
     }},
    {"stabiliser_detached", [](const C& c) { return Json(c.stabiliser_detached); },
     [](C& c, const Json& v) { c.stabiliser_detached = truth_of(v, "stabiliser_detached"); }},
    {"relu_slope_at_zero", [](const C& c) { return Json(c.relu_slope_at_zero); },
     [](C& c, const Json& v) { c.relu_slope_at_zero = number_of(v, "relu_slope_at_zero"); }},
    {"absolute_slope_at_zero", [](const C& c) { return Json(c.absolute_slope_at_zero); },
     [](C& c, const Json& v) {
       c.absolute_slope_at_zero = number_of(v, "absolute_slope_at_zero");
     }},
    {"elu_cancellation", [](const C& c) { return Json(c.elu_cancellation); },
     [](C& c, const Json& v) { c.elu_cancellation = number_of(v, "elu_cancellation"); }},
}};

void read_field(AttentionConventions& conventions, const std::string& key, const Json& value) {
  std::string allowed;
  for (const Field& field : fields) {
    if (key == field.name) return field.read(conventions, value);
    allowed += (allowed.empty() ? " " : ", ") + std::string(field.name);
  }
  throw ContractError("convention '" + on_one_line(key) + "' is unknown: allowed are" + allowed);
}

/// Rejects what the parser accepts: nesting, and a field given twice (the last would win).
bool refuse_twice(std::set<std::string>& seen, int depth, Json::parse_event_t event,
                  const Json& parsed) {
  require(depth <= 1, "metadata 'conventions' must be a JSON object of plain values");
  if (event == Json::parse_event_t::key) {
    const auto key = parsed.get<std::string>();
    require(seen.insert(key).second, "convention '" + on_one_line(key) + "' is given twice");
  }
  return true;
}

bool has_exponent(FeatureKind kind) {
  return kind == FeatureKind::favor_plus;
}

}  // namespace

std::string_view name(EpsilonPlace place) {
  return epsilon_places.at(static_cast<std::size_t>(place));
}
std::string_view name(Scaling scaling) {
  return scalings.at(static_cast<std::size_t>(scaling));
}
std::string_view name(Stabiliser stabiliser) {
  return stabilisers.at(static_cast<std::size_t>(stabiliser));
}

EpsilonPlace parse_epsilon_place(std::string_view text) {
  return parse<EpsilonPlace>("epsilon place", epsilon_places, text);
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
    if (value != field.write(defaults)) json[field.name] = std::move(value);
  }
  return json.dump();
}

std::string to_full_text(const AttentionConventions& conventions) {
  Json json = Json::object();
  for (const Field& field : fields) json[field.name] = field.write(conventions);
  return json.dump();
}

AttentionConventions parse_attention_conventions(std::string_view text) {
  std::set<std::string> seen;
  const Json json = Json::parse(
      text,
      [&seen](int depth, Json::parse_event_t event, const Json& parsed) {
        return refuse_twice(seen, depth, event, parsed);
      },
      false);
  require(json.is_object(), "metadata 'conventions' must be a JSON object");
  AttentionConventions conventions;
  for (const auto& [key, value] : json.items()) read_field(conventions, key, value);
  return conventions;
}

AttentionConventions acting_on(AttentionConventions c, FeatureKind kind, bool features_given) {
  const AttentionConventions defaults;
  const bool exponent = !features_given && has_exponent(kind);
  if (!exponent) {
    c.query_stabiliser = defaults.query_stabiliser;
    c.key_stabiliser = defaults.key_stabiliser;
    c.stabiliser_detached = defaults.stabiliser_detached;
  }
  const bool nowhere = (c.epsilon_place == EpsilonPlace::exponent && !exponent) ||
                       (c.epsilon_place == EpsilonPlace::feature && features_given);
  if (nowhere) {
    c.epsilon_place = defaults.epsilon_place;
    c.epsilon = 0.0;
  }
  if (features_given || kind != FeatureKind::elu_plus_one) {
    c.elu_cancellation = defaults.elu_cancellation;
  }
  if (features_given) {
    c.scaling = defaults.scaling;
    c.divides_by_root_features = defaults.divides_by_root_features;
  }
  return c;
}

void require_valid(const AttentionConventions& c, FeatureKind kind, bool features_given) {
  require(std::isfinite(c.epsilon) && c.epsilon >= 0.0, "epsilon must be finite and not negative");
  require(std::isfinite(c.relu_slope_at_zero), "relu_slope_at_zero must be finite");
  require(std::isfinite(c.absolute_slope_at_zero), "absolute_slope_at_zero must be finite");
  require(c.elu_cancellation >= 0.0 && c.elu_cancellation <= 1.0,
          "elu_cancellation must be from 0 to 1");
  const bool stabilised =
      c.query_stabiliser != Stabiliser::none || c.key_stabiliser != Stabiliser::none;
  if (features_given) {
    require(c.epsilon_place != EpsilonPlace::feature && c.epsilon_place != EpsilonPlace::exponent,
            "epsilon place '" + std::string(name(c.epsilon_place)) +
                "' needs a feature map, but q and k are features already");
    require(!stabilised, "a stabiliser needs a feature map, but q and k are features already");
    require(c.scaling == Scaling::by_feature_map || c.scaling == Scaling::none,
            "scaling needs a feature map, but q and k are features already");
    require(!c.divides_by_root_features,
            "divides_by_root_features needs a feature map, but q and k are features already");
    return;
  }
  require(c.epsilon_place != EpsilonPlace::exponent || has_exponent(kind),
          "epsilon place 'exponent' needs feature map favor+");
  require(!stabilised || has_exponent(kind), "a stabiliser needs feature map favor+");
}

}  // namespace slim
