// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/declaration.hpp"

#include "properties/engine/cases/size_goal.hpp"
#include "properties/engine/failure.hpp"
#include "properties/third_party/protocol/declared_fields.hpp"
#include "properties/third_party/protocol/declared_maps.hpp"
#include "properties/third_party/protocol/declared_model.hpp"
#include "properties/tolerance/convention_limits.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/strict_json.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace slim::properties::foreign {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 3> axis_orders = {"BHLD", "BLHD", "LBHD"};
constexpr std::array<std::string_view, 3> resource_claims = {"flat in L", "O(C)", "linear"};
constexpr int deepest_declaration = 4;
constexpr const char* dtypes_allowed = "float32, float64, float16, bfloat16";

/// The declared feature maps, and whether "given" is one of them.
struct FeatureMaps {
  std::vector<FeatureKind> kinds;
  bool given = false;

  explicit FeatureMaps(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (name == "given") {
        given = true;
      } else {
        kinds.push_back(parse_feature_kind(name));
      }
    }
  }
};

/// One list for all tasks, or one for "attention" (and features) and one for "gradient".
void read_feature_maps(DeclaredFields& fields, Capabilities& can) {
  const Json* found = fields.find("feature_maps");
  can.feature_maps.clear();
  can.given_features = false;
  if (found == nullptr) return;
  if (!found->is_object()) {
    const FeatureMaps maps(fields.strings("feature_maps"));
    can.feature_maps = maps.kinds;
    can.given_features = maps.given;
    return;
  }
  DeclaredFields by_task(*found, "feature_maps");
  const FeatureMaps of_attention(by_task.strings("attention"));
  const FeatureMaps of_models(by_task.strings("gradient"));
  by_task.refuse_others();
  require(!of_models.kinds.empty(), "'feature_maps' of gradient is empty: name at least one");
  require(!of_models.given, "'feature_maps' of gradient contains 'given', which is for attention");
  can.feature_maps = of_attention.kinds;
  can.given_features = of_attention.given;
  can.model_feature_maps = of_models.kinds;
}

/// A size, or one of these words, which it returns.
std::string read_size_or(DeclaredFields& fields, const char* field, Index& size,
                         const std::vector<std::string_view>& words) {
  const Json* given = fields.find(field);
  if (given == nullptr) return {};
  if (!given->is_string()) {
    fields.read(field, size, 1024);
    return {};
  }
  const auto word = given->get<std::string>();
  require(std::ranges::find(words, word) != words.end(),
          fmt::format("{} '{}' is unknown: allowed are numbers and {}", fields.named(field),
                      on_one_line(word), fmt::join(words, ", ")));
  return word;
}

void read_restrictions(const Json& json, Restrictions& limits) {
  constexpr Index largest = 1024;
  constexpr Index longest_block = 256;  // cases of several blocks are computed in 50 digits
  DeclaredFields fields(json, "restrictions");
  fields.read("heads", limits.heads, largest);
  fields.read("key_heads", limits.key_heads, largest);
  fields.read("width", limits.width, largest);
  fields.read("least_width", limits.least_width, largest);
  fields.read("width_multiple", limits.width_multiple, largest);
  fields.read("feature_multiple", limits.feature_multiple, largest);
  limits.features_as_keys = read_size_or(fields, "features", limits.features, {"key"}) == "key";
  fields.read("length_multiple", limits.length_multiple, longest_block);
  const std::string values =
      read_size_or(fields, "value_width", limits.value_width, {"any", "key", "features"});
  limits.values_as_keys = values == "key";
  limits.values_as_features = values == "features";
  fields.read("shared_projection", limits.shared_projection);
  fields.refuse_others();
  const bool has_widths = limits.width == 0 || (limits.width >= limits.least_width &&
                                                limits.width % limits.width_multiple == 0 &&
                                                limits.width % limits.feature_multiple == 0);
  require(limits.features % limits.feature_multiple == 0,
          "restrictions: features must be a multiple of feature_multiple");
  require(has_widths, fmt::format("restrictions: width {} must be at least least_width, and a "
                                  "multiple of width_multiple and feature_multiple",
                                  limits.width));
}

/// Parts of whole models beyond the paper's.
void read_model_parts(DeclaredFields& fields, const Declaration& declared, Capabilities& can) {
  std::string positions = "sinusoidal";
  fields.read("positions", positions);
  constexpr std::array<std::string_view, 2> kinds = {"sinusoidal", "learned"};
  can.learned_positions = choice_of<int>(positions, kinds, fields.named("positions")) == 1;
  can.sinusoidal_positions = !can.learned_positions;
  std::string padding;
  fields.read("model_padding", padding);
  require(padding.empty() || padding == "left" || padding == "right" || padding == "any",
          fields.named("model_padding") + " '" + on_one_line(padding) +
              "' is unknown: allowed are left, right, any");
  can.left_padding = padding == "left" || padding == "any";
  can.right_padding = padding == "right" || padding == "any";
  can.resumable_models = false;
  fields.read("model_states", can.resumable_models);
  for (const char* field : {"positions", "model_padding", "model_states"}) {
    require(declared.gradient || fields.find(field) == nullptr,
            fields.named(field) + " needs the task gradient");
  }
}

/// Types narrower than the arrays', in which products or sums are computed.
void read_inner_types(DeclaredFields& fields, Declaration& declared) {
  constexpr std::array<std::string_view, 5> factors = {"dtype", "float32", "tf32", "float16",
                                                       "bfloat16"};
  constexpr std::array<double, 5> roundoffs = {0.0, 0x1p-24, 0x1p-11, 0x1p-11, 0x1p-8};
  std::string type(factors.front());
  fields.read("factors", type);
  const int found = choice_of<int>(type, factors, fields.named("factors"));
  declared.capabilities.roundoff_of_factors = roundoffs.at(static_cast<std::size_t>(found));
  std::string sums = "float32";
  fields.read("narrow_sums", sums);
  constexpr std::array<std::string_view, 2> kinds = {"float32", "dtype"};
  declared.capabilities.sums_in_narrow =
      choice_of<int>(sums, kinds, fields.named("narrow_sums")) == 1;
}

void read_capabilities(const Json& json, Declaration& declared) {
  DeclaredFields fields(json, "capabilities");
  Capabilities& can = declared.capabilities;
  can.bidirectional = can.sliced = can.resumable = can.key_masks = can.pullback = false;
  can.logits = false;
  read_feature_maps(fields, can);
  fields.read("causal", can.causal);
  fields.read("bidirectional", can.bidirectional);
  fields.read("sliced", can.sliced);
  fields.read("resumable", can.resumable);
  fields.read("pullback", can.pullback);
  fields.read("key_masks", can.key_masks);
  declared.form = read_form(fields, can.key_masks);
  fields.read("logits", can.logits);
  fields.read("counted_targets", declared.counted_targets);
  read_model_parts(fields, declared, can);
  if (const Json* restrictions = fields.find("restrictions")) {
    read_restrictions(*restrictions, declared.restrictions);
  }
  std::string kind;
  fields.read("projection_kind", kind);
  require(kind.empty() || declared.projection.has_value(),
          fields.named("projection_kind") + " needs the task projection");
  if (!kind.empty()) declared.projection = parse_projection_kind(kind);
  fields.read("own_projection", declared.own_projection);
  if (const Json* own_map = fields.find("own_map")) read_own_map(*own_map, declared);
  require(!declared.own_projection || (declared.projection && !declared.gradient),
          fields.named("own_projection") + " needs the task projection, and no task gradient");
  fields.read("answers_invalid_json", declared.answers_invalid_json);
  fields.read("deterministic", can.deterministic);
  can.same_bits_in_any_layout = false;
  fields.read("subtracting", can.subtracting);
  fields.read("isolates_non_finite", can.isolates_non_finite);
  fields.read("block", can.block, largest_extra_size);
  fields.read("head_block", can.head_block, largest_extra_size);
  std::string axes(name(declared.axes));
  fields.read("layout", axes);
  declared.axes = choice_of<AxisOrder>(axes, axis_orders, "layout");
  std::string state = "DM";
  fields.read("state", state);
  declared.transposed_state =
      choice_of<int>(state, std::array<std::string_view, 2>{"DM", "MD"}, "state") == 1;
  const Json* dtypes = fields.find("dtypes");
  require(dtypes == nullptr || !dtypes->is_array() || !dtypes->empty(),
          fields.named("dtypes") + " is empty: name at least one of " + dtypes_allowed +
              ", or omit it");
  for (const std::string& scalar : fields.strings("dtypes")) {
    const Scalar parsed = parse_scalar(scalar);
    require(parsed != Scalar::digits50,
            "dtype '" + on_one_line(scalar) + "' is not supported: allowed are " + dtypes_allowed);
    declared.scalars.push_back(parsed);
  }
  if (declared.scalars.empty()) declared.scalars = {Scalar::float32, Scalar::float64};
  read_inner_types(fields, declared);
  for (const std::string& claim : fields.strings("claims")) {
    declared.claims.push_back(choice_of<ResourceClaim>(claim, resource_claims, "claim"));
  }
  fields.refuse_others();
}

/// The declared values, with defaults for the rest.
Json with(const Json& as_usual, const Json& declared) {
  Json all = declared;
  if (all.is_object()) all.insert(as_usual.begin(), as_usual.end());  // keeps declared values
  return all;
}

void read_conventions(const Json& json, Declaration& declared) {
  DeclaredFields fields(json, "conventions");
  if (const Json* attention = fields.find("attention")) {
    const Json as_usual = {{"elu_cancellation", declared.attention_conventions.elu_cancellation}};
    Json all = with(as_usual, *attention);
    if (const auto project = all.find("project"); all.is_object() && project != all.end()) {
      require(project->is_boolean(), "convention 'project' must be true or false");
      declared.capabilities.projects = project->get<bool>();
      all.erase(project);
    }
    declared.attention_conventions = parse_attention_conventions(all.dump());
  }
  if (const Json* gradient = fields.find("gradient")) {
    const Json as_usual = {{"gelu_cancellation", declared.conventions.gelu_cancellation},
                           {"elu_cancellation", declared.conventions.elu_cancellation}};
    declared.conventions = parse_conventions(with(as_usual, *gradient).dump());
  }
  fields.refuse_others();
}

/// Refuses numbers with which no case could be judged (for every feature map, so that conventions
/// specific to FAVOR+ are checked, too), and numbers that change what the declared attention or
/// model computes.
void require_valid_conventions(const Declaration& declared) {
  const Capabilities& can = declared.capabilities;
  const Model of_any_size{.conventions = declared.conventions};
  require_valid(of_any_size);
  require_valid_maps(declared);
  if (declared.gradient) {
    const std::vector<FeatureKind>& kinds =
        can.model_feature_maps.empty() ? can.feature_maps : can.model_feature_maps;
    for (const FeatureKind kind : kinds) {
      require(is_of_models(kind), "feature map '" + std::string(name(kind)) +
                                      "' is for attention only: whole models take sqr, relu, "
                                      "elu+1, abs, favor+");
    }
    require_within_limits(declared.conventions, kinds);
  }
}

void read_tasks(DeclaredFields& fields, Declaration& declared) {
  for (const std::string& task : fields.strings("tasks")) {
    const int number =
        choice_of<int>(task,
                       std::array<std::string_view, 5>{"attention", "features", "gradient",
                                                       "own_model", "projection"},
                       "task");
    if (number == 4) {
      declared.projection = ProjectionKind::orthogonal;
    } else if (number == 3) {
      const Json* own = fields.find("own_model");
      require(own != nullptr, "the task own_model needs the field 'own_model'");
      declared.own_model = own_model_of(*own);
    } else {
      (number == 0   ? declared.attention
       : number == 1 ? declared.features
                     : declared.gradient) = true;
    }
  }
  require(declared.has_reference() || declared.own_model,
          "field 'tasks' is empty: name at least one of attention, features, gradient, own_model, "
          "projection");
}

/// Refuses a task without any possible case, since it could not break any law.
void require_some_case(const Declaration& declared) {
  const Capabilities& can = declared.capabilities;
  const bool of_models_alone = !declared.attention && !declared.features;
  if (of_models_alone && !declared.gradient) return;
  const bool models_share = declared.gradient && can.model_feature_maps.empty();
  const bool needs_map =
      declared.features || models_share || (!can.given_features && !of_models_alone);
  require(!needs_map || !can.feature_maps.empty(),
          "'feature_maps' is empty: name at least one, such as sqr, relu, elu+1, abs, favor+, or "
          "given for attention");
  require(!declared.attention || can.causal || can.bidirectional,
          "attention is neither 'causal' nor 'bidirectional': declare at least one of them");
}

bool is_plain_name(std::string_view text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";
  return !text.empty() && text.size() <= 60 &&
         text.find_first_not_of(plain) == std::string_view::npos;
}

bool has_elu_plus_one(const std::vector<FeatureKind>& maps) {
  return std::ranges::find(maps, FeatureKind::elu_plus_one) != maps.end();
}

}  // namespace

std::string_view name(AxisOrder order) {
  return axis_orders.at(static_cast<std::size_t>(order));
}

std::string_view name(ResourceClaim claim) {
  return resource_claims.at(static_cast<std::size_t>(claim));
}

Declaration parse_declaration(std::string_view text) {
  const Json json = parse_strictly(text, deepest_declaration, "the declaration");
  DeclaredFields fields(json, "the declaration");
  const std::int64_t protocol = fields.required_number("protocol");
  if (protocol != protocol_version) {
    throw SubjectError(fmt::format("uses version {} of the protocol, but the harness uses {}",
                                   protocol, protocol_version),
                       Failure::version_mismatch);
  }
  Declaration declared;
  fields.read("name", declared.name);
  require(is_plain_name(declared.name),
          fields.named("name") + " must be 1 to 60 letters, digits or ._+-");
  fields.read("version", declared.version);
  declared.version = on_one_line(declared.version);
  read_tasks(fields, declared);
  const Json* capabilities = fields.find("capabilities");
  read_capabilities(capabilities == nullptr ? Json::object() : *capabilities, declared);
  if (const Json* conventions = fields.find("conventions")) {
    read_conventions(*conventions, declared);
  }
  const Capabilities& can = declared.capabilities;
  const bool of_attention = has_elu_plus_one(can.feature_maps);
  const bool of_models =
      can.model_feature_maps.empty() ? of_attention : has_elu_plus_one(can.model_feature_maps);
  if (!of_attention) declared.attention_conventions.elu_cancellation = 0.0;  // has no effect
  if (!of_models) declared.conventions.elu_cancellation = 0.0;
  require_valid_conventions(declared);
  const bool narrow = std::ranges::any_of(declared.scalars, [](Scalar scalar) {
    return unit_roundoff(scalar) > unit_roundoff(Scalar::float32);
  });
  require(!narrow || !declared.own_model,
          "'dtypes' of own_model are float32 and float64: declare a narrower internal type as "
          "'narrowest'");
  const Capabilities& inner = declared.capabilities;
  require(
      !inner.sums_in_narrow || declared.scalars == std::vector{Scalar::bfloat16},
      "'narrow_sums' may be dtype if 'dtypes' is bfloat16 alone: sums in float16 overflow where "
      "attention does not");
  require(!declared.gradient || (inner.roundoff_of_factors == 0.0 && !inner.sums_in_narrow),
          "'factors' and 'narrow_sums' are for the tasks attention and features");
  fields.refuse_others();
  require_some_case(declared);
  require_possible(declared.form, declared.capabilities, declared.restrictions);
  declared.text = json.dump();
  return declared;
}

}  // namespace slim::properties::foreign
