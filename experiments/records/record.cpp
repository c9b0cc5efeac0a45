// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/record.hpp"

#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/strict_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace slim::experiments {
namespace {

using Json = nlohmann::ordered_json;

constexpr int schema = 1;
constexpr int deepest = 8;  ///< maximal nesting of a record

double real(const Json& json, const char* field) {
  const Json& value = json.at(field);
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

void add(Json& json, const Seconds& x) {
  json["seconds"] = x.seconds;
  json["iterations"] = x.iterations;
  json["loss"] = x.loss;
}

void add(Json& json, const Bytes& x) {
  json["bytes_parameters"] = x.parameters;
  json["bytes_gradient"] = x.gradient;
  json["bytes_tokens"] = x.tokens;
  json["bytes_state"] = x.state;
  json["bytes_slice"] = x.slice;
  json["bytes_result"] = x.result;
  json["bytes_peak"] = x.peak;
  if (x.scratch.has_value()) json["bytes_scratch"] = *x.scratch;
  json["loss"] = x.loss;
}

void add(Json& json, const Operations& x) {
  json["additions"] = x.additions;
  json["multiplications"] = x.multiplications;
  json["divisions"] = x.divisions;
  json["elementary"] = x.elementary;
  json["critical_path"] = x.depth;
}

void add(Json& json, const ProcessPeak& x) {
  json["process_peak_bytes"] = x.peak;
  json["process_baseline_bytes"] = x.baseline;
}

void add(Json& json, const GradientError& x) {
  json["gradient_error_relative"] = x.relative;
  if (!x.refusal.empty()) json["refusal"] = x.refusal;
}

void add(Json& json, const GradientDiscrepancy& x) {
  json["gradient_discrepancy_relative"] = x.relative;
  if (!x.refusal.empty()) json["refusal"] = x.refusal;
}

void add(Json& json, const KeySpread& x) {
  json["key_deviation"] = x.key_deviation;
  json["spread_median_bits"] = x.median_bits;
  json["spread_largest_bits"] = x.largest_bits;
}

void add(Json& json, const Overhead& x) {
  json["multiply_adds"] = x.sliced;
  json["multiply_adds_full"] = x.full;
}

void add(Json& json, const SwitchError& x) {
  json["switch_error_relative"] = x.relative;
}

void add(Json& json, const FullDiscrepancy& x) {
  json["full_discrepancy_relative"] = x.relative;
  if (!x.refusal.empty()) json["refusal"] = x.refusal;
}

void add(Json& json, const Longest& x) {
  json["longest_length"] = x.length;
}

void add(Json& json, const SoftmaxError& x) {
  json["softmax_error_independent"] = x.independent;
  json["softmax_error_orthogonal"] = x.orthogonal;
  json["softmax_error_orthogonal_chi"] = x.orthogonal_chi;
}

Json to_json(const Check& check) {
  Json json = {{"step", check.step}, {"loss", check.loss}};
  if (check.accuracy.has_value()) json["accuracy"] = *check.accuracy;
  return json;
}

Check check_in(const Json& json) {
  Check check{.step = json.at("step").get<std::int64_t>(), .loss = real(json, "loss")};
  if (json.contains("accuracy")) check.accuracy = real(json, "accuracy");
  return check;
}

void add(Json& json, const TrainingLeg& x) {
  json["first_step"] = x.first_step;
  json["losses"] = x.losses;
  json["checks"] = Json::array();
  for (const Check& check : x.checks) json["checks"].push_back(to_json(check));
  if (x.end.has_value()) json["end"] = to_json(*x.end);
  json["seconds"] = x.seconds;
  json["seconds_gradient"] = x.seconds_gradient;
  json["seconds_data"] = x.seconds_data;
  json["seconds_checks"] = x.seconds_checks;
  json["bytes_parameters"] = x.parameters;
  json["bytes_optimiser"] = x.optimiser;
  json["bytes_peak"] = x.peak;
  if (!x.refusal.empty()) {
    json["refusal"] = x.refusal;
    json["bytes_wanted"] = x.wanted;
  }
}

TrainingLeg leg_in(const Json& json) {
  TrainingLeg leg{.first_step = json.at("first_step").get<std::int64_t>(),
                  .seconds = real(json, "seconds"),
                  .seconds_gradient = real(json, "seconds_gradient"),
                  .seconds_data = real(json, "seconds_data"),
                  .seconds_checks = real(json, "seconds_checks"),
                  .parameters = json.at("bytes_parameters").get<std::int64_t>(),
                  .optimiser = json.at("bytes_optimiser").get<std::int64_t>(),
                  .peak = json.at("bytes_peak").get<std::int64_t>(),
                  .wanted = json.value("bytes_wanted", std::int64_t{0}),
                  .refusal = json.value("refusal", std::string())};
  for (const Json& loss : json.at("losses")) {
    leg.losses.push_back(loss.is_null() ? std::numeric_limits<double>::quiet_NaN()
                                        : loss.get<double>());
  }
  for (const Json& check : json.at("checks")) leg.checks.push_back(check_in(check));
  if (json.contains("end")) leg.end = check_in(json.at("end"));
  return leg;
}

Json to_json(const Training& training) {
  Json json = {{"task", name(training.task)},
               {"steps", training.steps},
               {"rate", training.rate},
               {"rate_drop", training.rate_drop},
               {"check_every", training.check_every},
               {"final_checks", training.final_checks},
               {"leg", training.leg}};
  if (training.switch_at > 0) {
    json["switch_at"] = training.switch_at;
    json["full_subject"] = training.full_subject;
  }
  return json;
}

Training training_in(const Json& json) {
  return {.task = parse_training_task(json.at("task").get<std::string>()),
          .steps = json.at("steps").get<Index>(),
          .rate = real(json, "rate"),
          .rate_drop = json.at("rate_drop").get<Index>(),
          .check_every = json.at("check_every").get<Index>(),
          .final_checks = json.at("final_checks").get<Index>(),
          .leg = json.at("leg").get<Index>(),
          .switch_at = json.value("switch_at", Index{0}),
          .full_subject = json.value("full_subject", std::string())};
}

Measured measured_in(const Json& json) {
  const auto integer = [&](const char* field) { return json.at(field).get<std::int64_t>(); };
  switch (parse_quantity(json.at("quantity").get<std::string>())) {
    case Quantity::seconds:
      return Seconds{.seconds = real(json, "seconds"),
                     .iterations = integer("iterations"),
                     .loss = real(json, "loss")};
    case Quantity::bytes:
      return Bytes{.parameters = integer("bytes_parameters"),
                   .gradient = integer("bytes_gradient"),
                   .tokens = integer("bytes_tokens"),
                   .state = integer("bytes_state"),
                   .slice = integer("bytes_slice"),
                   .result = integer("bytes_result"),
                   .peak = integer("bytes_peak"),
                   .scratch = json.contains("bytes_scratch")
                                  ? std::optional(integer("bytes_scratch"))
                                  : std::nullopt,
                   .loss = real(json, "loss")};
    case Quantity::operations:
      return Operations{.additions = integer("additions"),
                        .multiplications = integer("multiplications"),
                        .divisions = integer("divisions"),
                        .elementary = integer("elementary"),
                        .depth = json.value("critical_path", std::int64_t{0})};
    case Quantity::process:
      return ProcessPeak{.peak = integer("process_peak_bytes"),
                         .baseline = integer("process_baseline_bytes")};
    case Quantity::gradient_discrepancy:
      return GradientDiscrepancy{.relative = real(json, "gradient_discrepancy_relative"),
                                 .refusal = json.value("refusal", std::string())};
    case Quantity::key_spread:
      return KeySpread{.key_deviation = real(json, "key_deviation"),
                       .median_bits = real(json, "spread_median_bits"),
                       .largest_bits = real(json, "spread_largest_bits")};
    case Quantity::overhead:
      return Overhead{.sliced = integer("multiply_adds"), .full = integer("multiply_adds_full")};
    case Quantity::switch_error:
      return SwitchError{.relative = real(json, "switch_error_relative")};
    case Quantity::full_discrepancy:
      return FullDiscrepancy{.relative = real(json, "full_discrepancy_relative"),
                             .refusal = json.value("refusal", std::string())};
    case Quantity::longest:
      return Longest{.length = integer("longest_length")};
    case Quantity::softmax_error:
      return SoftmaxError{.independent = real(json, "softmax_error_independent"),
                          .orthogonal = real(json, "softmax_error_orthogonal"),
                          .orthogonal_chi = real(json, "softmax_error_orthogonal_chi")};
    case Quantity::training:
      return leg_in(json);
    case Quantity::gradient_error:
      break;
  }
  return GradientError{.relative = real(json, "gradient_error_relative"),
                       .refusal = json.value("refusal", std::string())};
}

Json to_json(const Provenance& p) {
  return {{"version", p.version},     {"commit", p.commit}, {"code", p.code},
          {"compiler", p.compiler},   {"flags", p.flags},   {"preset", p.preset},
          {"processor", p.processor}, {"date", p.date}};
}

/// Everything but the result and its provenance.
Json place_json(const Record& record) {
  const Setting& setting = record.setting;
  const Model& model = setting.model;
  Json json = {{"schema", schema},
               {"experiment", record.experiment},
               {"scale", record.scale},
               {"subject", setting.subject},
               {"scalar", name(setting.scalar)},
               {"feature_map", name(model.feature_map)},
               {"norm", name(model.norm)},
               {"conventions", Json::parse(to_text(model.conventions))},
               {"vocab", model.vocab_size},
               {"hidden", model.hidden_dim},
               {"layers", model.layers},
               {"ffn", model.ffn_dim},
               {"heads", model.heads},
               {"batch", setting.batch},
               {"length", setting.length},
               {"slice", setting.slice},
               {"slices", setting.slices()},
               {"full_pass", setting.full_pass()},
               {"first_sweep", name(setting.first_sweep)},
               {"key_scale", setting.key_scale},
               {"memory_cap_bytes", setting.memory_cap},
               {"seed", setting.seed},
               {"threads", setting.threads},
               {"quantity", name(quantity_of(record.measured))},
               {"corpus_sha1", record.corpus_sha1}};
  if (setting.training.steps > 0) json["training"] = to_json(setting.training);
  return json;
}

Record record_in(const Json& json) {
  const auto text = [&](const char* field) { return json.at(field).get<std::string>(); };
  const auto index = [&](const char* field) { return json.at(field).get<Index>(); };
  require(json.at("schema").get<int>() == schema,
          fmt::format("schema must be {}, not {}", schema, json.at("schema").dump()));
  const Json& p = json.at("provenance");
  const auto fact = [&](const char* field) { return p.at(field).get<std::string>(); };
  return {.experiment = text("experiment"),
          .scale = text("scale"),
          .setting = {.subject = text("subject"),
                      .scalar = parse_scalar(text("scalar")),
                      .model = {.vocab_size = index("vocab"),
                                .hidden_dim = index("hidden"),
                                .layers = index("layers"),
                                .ffn_dim = index("ffn"),
                                .heads = index("heads"),
                                .feature_map = parse_feature_map(text("feature_map")),
                                .norm = parse_norm(text("norm")),
                                .conventions = parse_conventions(json.at("conventions").dump())},
                      .batch = index("batch"),
                      .length = index("length"),
                      .slice = index("slice"),
                      .first_sweep = parse_first_sweep(
                          json.value("first_sweep", std::string(name(FirstSweep::lazy)))),
                      .key_scale = json.value("key_scale", 1.0),
                      .memory_cap = json.value("memory_cap_bytes", std::int64_t{0}),
                      .seed = json.at("seed").get<std::uint64_t>(),
                      .threads = json.at("threads").get<int>(),
                      .corpus = text("corpus"),
                      .training = json.contains("training") ? training_in(json.at("training"))
                                                            : Training()},
          .corpus_sha1 = text("corpus_sha1"),
          .sample = json.at("sample").get<int>(),
          .measured = measured_in(json),
          .provenance = {.version = fact("version"),
                         .commit = fact("commit"),
                         .code = fact("code"),
                         .compiler = fact("compiler"),
                         .flags = fact("flags"),
                         .preset = fact("preset"),
                         .processor = fact("processor"),
                         .date = fact("date")},
          .shard = json.value("shard", std::string())};
}

}  // namespace

std::string to_line(const Record& record) {
  Json json = place_json(record);
  json["sample"] = record.sample;
  std::visit([&](const auto& measured) { add(json, measured); }, record.measured);
  json["corpus"] = record.setting.corpus.filename().string();
  if (!record.shard.empty()) json["shard"] = record.shard;
  json["provenance"] = to_json(record.provenance);
  // The file name of a text may contain bytes that are not UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Record parse_record(std::string_view line) {
  try {
    parse_strictly(line, deepest, "the record");
    Record record = record_in(Json::parse(line));
    require_valid(record.setting);
    return record;
  } catch (const Json::exception& error) {
    throw ContractError(std::string("not a record: ") + error.what());
  }
}

std::string place(const Record& record) {
  return place_json(record).dump();
}

std::string identity(const Record& record) {
  Json json = place_json(record);
  json["sample"] = record.sample;
  json["provenance"] = to_json(record.provenance);
  json["provenance"].erase("date");
  json["provenance"].erase("commit");
  json["provenance"].erase("version");
  return json.dump();
}

std::string exact_result(const Record& record) {
  const Quantity quantity = quantity_of(record.measured);
  if (quantity == Quantity::seconds || quantity == Quantity::process ||
      quantity == Quantity::longest) {
    return {};
  }
  Json json;
  std::visit([&](const auto& measured) { add(json, measured); }, record.measured);
  for (const char* field :
       {"bytes_scratch", "seconds", "seconds_gradient", "seconds_data", "seconds_checks"}) {
    json.erase(field);
  }
  return json.dump();
}

}  // namespace slim::experiments
