// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/declared_model.hpp"

#include "properties/third_party/protocol/declared_fields.hpp"

namespace slim::properties::foreign {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 3> random_kinds = {"none", "redrawn", "by-position"};
constexpr std::int64_t most_entries = 1 << 22;  ///< of all parameters: cases hold them all

OwnModel::Parameter parameter_of(const std::string& name, const Json& shape) {
  const std::string what = "the shape of parameter '" + on_one_line(name) + "'";
  require(!name.empty() && name.size() <= 256, "the name of a parameter is empty or too long");
  require(shape.is_array() && shape.size() <= 16, what + " must be an array of at most 16 sizes");
  OwnModel::Parameter parameter{.name = name, .shape = {}};
  for (const Json& extent : shape) {
    require(extent.is_number_integer() && extent >= 1 && extent <= most_entries,
            fmt::format("{} has the size {}: allowed are whole numbers from 1 to {}", what,
                        on_one_line(extent.dump()), most_entries));
    parameter.shape.push_back(extent.get<std::int64_t>());
    require(
        parameter.entries() <= most_entries,
        fmt::format("{} has more than {} entries: declare a smaller model", what, most_entries));
  }
  return parameter;
}

}  // namespace

std::int64_t OwnModel::Parameter::entries() const {
  std::int64_t all = 1;
  for (const std::int64_t extent : shape) all *= extent;
  return all;
}

OwnModel own_model_of(const Json& json) {
  OwnModel own;
  DeclaredFields fields(json, "own_model");
  const Json* parameters = fields.find("parameters");
  require(fields.find("vocab") != nullptr && fields.find("longest") != nullptr,
          "own_model needs the fields 'vocab' and 'longest'");
  fields.read("vocab", own.vocab, 1 << 20);
  fields.read("longest", own.longest, 1 << 20);
  if (const Json* padding = fields.find("padding")) {
    const bool is_token = padding->is_number_integer() && *padding >= 0 && *padding < own.vocab;
    require(is_token && own.vocab > 1,
            fmt::format("{} must be one of the tokens 0 to {}, and leave another one",
                        fields.named("padding"), own.vocab - 1));
    own.padding = padding->get<Index>();
  }
  require(parameters != nullptr && parameters->is_object() && !parameters->empty(),
          fields.named("parameters") + " must be an object {name: shape} that is not empty");
  std::int64_t entries = 0;
  for (const auto& [name, shape] : parameters->items()) {
    own.parameters.push_back(parameter_of(name, shape));
    entries += own.parameters.back().entries();
  }
  require(
      entries <= most_entries,
      fmt::format("the parameters have {} entries: at most {} are allowed", entries, most_entries));
  for (const std::string& name : fields.strings("not_slope")) {
    const auto found = std::ranges::find(own.parameters, name, &OwnModel::Parameter::name);
    require(found != own.parameters.end(), fields.named("not_slope") + " names '" +
                                               on_one_line(name) + "', which is no parameter");
    found->is_slope = false;
  }
  require(std::ranges::any_of(own.parameters, &OwnModel::Parameter::is_slope),
          fields.named("not_slope") +
              " names every parameter, so that nothing would judge the gradient: name only those "
              "whose gradient is on purpose no slope of the loss");
  fields.read("sliced", own.sliced);
  fields.read("logits", own.logits);
  fields.read("decodes", own.decodes);
  fields.read("causal", own.causal);
  fields.read("masks", own.masks);
  fields.read("batches", own.batches);
  fields.read("couples_batch", own.couples_batch);
  std::string random = "none";
  fields.read("random", random);
  own.random = choice_of<OwnModel::Random>(random, random_kinds, fields.named("random"));
  std::string narrowest;
  fields.read("narrowest", narrowest);
  require(narrowest.empty() || narrowest == "float32" || narrowest == "bfloat16" ||
              narrowest == "float16",
          fields.named("narrowest") + " is '" + on_one_line(narrowest) +
              "': allowed are float32, bfloat16, float16");
  if (!narrowest.empty()) own.narrowest = unit_roundoff(parse_scalar(narrowest));
  fields.refuse_others();
  return own;
}

}  // namespace slim::properties::foreign
