// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/declared_maps.hpp"

#include "properties/third_party/protocol/declared_fields.hpp"
#include "properties/tolerance/convention_limits.hpp"

namespace slim::properties::foreign {
namespace {

/// The maps of attention that have a definition.
std::vector<FeatureMap> defined_maps(const Capabilities& can) {
  std::vector<FeatureMap> maps;
  for (const FeatureKind kind : can.feature_maps) {
    if (kind == FeatureKind::own) continue;
    maps.push_back({.kind = kind, .projected = can.projects && kind != FeatureKind::favor_plus});
  }
  return maps;
}

void require_valid_own_map(const Declaration& declared, bool has_own) {
  const Capabilities& can = declared.capabilities;
  require(declared.own_width.has_value() == has_own,
          has_own ? "feature map 'own' needs the capability 'own_map' with the number of its "
                    "features, such as {\"features\": [0, 2, 0]} for 2 D"
                  : "the capability 'own_map' needs the feature map 'own'");
  if (!has_own) return;
  require(declared.attention && declared.features,
          "feature map 'own' needs the tasks attention and features: attention is verified against "
          "the features that the task features returns");
  require(
      !can.own_map_differs_by_length || (!declared.form.packed && !declared.form.cross),
      "own_map: 'differs_by_length' excludes packed sequences and cross attention, whose number "
      "of rows is ambiguous");
  require(!can.own_map_differs_by_row || !can.resumable,
          "own_map: 'differs_by_row' excludes resumable, since a start state has no index of rows");
  const Restrictions& limits = declared.restrictions;
  declared.own_width->require_valid(nearest_width(limits, 1), limits.width > 0);
  AttentionConventions parts = declared.attention_conventions;
  parts.elu_cancellation = 0.0;
  const FeatureMap own{.kind = FeatureKind::own};
  if (can.feature_maps.size() == 1 && !can.given_features) require_valid(parts, own, false);
}

/// Parts that depend on whole sequences, on their numbers of rows, or on the direction.
void require_valid_sequences(const Declaration& declared) {
  const Capabilities& can = declared.capabilities;
  const AttentionConventions& parts = declared.attention_conventions;
  require(!looks_ahead(parts) || !can.causal,
          "keys.divides_by_length_sum and a unit_length of \"head\" or \"sequence\" are for "
          "bidirectional attention: declare causal false");
  require(!needs_whole_sequences(parts) || !can.resumable,
          "parts that need whole sequences exclude resumable: a normaliser that counts rows, "
          "own_weight \"L\", epsilon_times_length, keys.divides_by_length_sum or "
          "divides_by_running_sum, and a "
          "unit_length of \"head\" or \"sequence\"");
  require(parts.normaliser != Normaliser::position || !can.bidirectional,
          "normaliser 'position' is for causal attention: declare bidirectional false");
  const DeclaredForm& form = declared.form;
  const bool counts_rows = parts.normaliser == Normaliser::length || parts.own_weight_is_length ||
                           parts.epsilon_times_length;
  require(!counts_rows || (!form.packed && !form.cross),
          "a number of rows L is ambiguous for packed sequences and cross attention: declare "
          "normaliser 'keys', no own_weight \"L\", and no epsilon_times_length");
  require(!form.cross || !has_own_weight(parts),
          "own_weight needs as many queries as keys: not with \"lengths\": \"cross\"");
  const bool has_lengths =
      needs_whole_sequences(parts) && looks_ahead(parts) && !parts.keys.divides_by_length_sum;
  require(!has_lengths || (!form.packed && !form.cross && !form.shares_heads() &&
                           form.masked_queries == DeclaredForm::MaskedQueries::attend),
          "a unit_length of \"head\" or \"sequence\" is for arrays with all heads and rows: "
          "declare no packed, lengths, key_heads, value_heads or masked_queries");
}

/// Some width allows each map the number of features that is required.
void require_some_width(const Declaration& declared) {
  const Restrictions& limits = declared.restrictions;
  const auto require_width = [&](const FeatureMap& map, bool given) {
    for (Index D = 1; D <= 1024; ++D) {
      if (is_width(limits, D) && has_features(limits, map, given, D)) return;
    }
    throw ContractError("restrictions: no allowed width gives " +
                        (given ? std::string("given features") : "map " + name(map)) +
                        " the required number of features: those of a projected map are a multiple "
                        "of the width, others follow from it");
  };
  for (const FeatureMap& map : defined_maps(declared.capabilities)) require_width(map, false);
  if (declared.capabilities.given_features) require_width({}, true);
}

}  // namespace

void read_own_map(const nlohmann::json& json, Declaration& declared) {
  DeclaredFields fields(json, "own_map");
  OwnWidth width;
  const nlohmann::json* features = fields.find("features");
  require(features != nullptr && features->is_array() && features->size() == 3 &&
              std::ranges::all_of(*features, [](const auto& c) { return c.is_number(); }),
          "own_map needs 'features', three numbers [c0, c1, c2]: M is c0 + c1 D + c2 D²");
  for (std::size_t i = 0; i < 3; ++i) width.coefficients.at(i) = features->at(i).get<double>();
  fields.read("differs_by_row", declared.capabilities.own_map_differs_by_row);
  fields.read("differs_by_length", declared.capabilities.own_map_differs_by_length);
  declared.capabilities.own_map_differs_by_row |= declared.capabilities.own_map_differs_by_length;
  fields.refuse_others();
  declared.own_width = width;
}

void require_valid_maps(const Declaration& declared) {
  const Capabilities& can = declared.capabilities;
  const AttentionConventions& parts = declared.attention_conventions;
  const bool has_own = std::ranges::count(can.feature_maps, FeatureKind::own) > 0;
  require_valid_own_map(declared, has_own);
  const std::vector<FeatureMap> maps = defined_maps(can);
  if (!parts.keys.map) require_valid(parts, {.kind = FeatureKind::exponential}, false);
  for (const FeatureMap& map : maps) require_valid(acting_on(parts, map, false), map, false);
  require_valid_sequences(declared);
  if (!declared.attention && !declared.features) return;
  require_some_width(declared);
  require_within_limits(parts, maps, can.given_features || has_own);
}

}  // namespace slim::properties::foreign
