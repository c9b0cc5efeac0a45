// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/record.hpp"

#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/json_fields.hpp"
#include "reference/vocabulary/system/strict_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <optional>

namespace slim::experiments {
namespace {

using Json = nlohmann::ordered_json;

constexpr int schema = 1;
constexpr int deepest = 8;  ///< maximal nesting of a record

/// A count, or bytes.
std::int64_t count_in(const JsonFields& json, const char* field) {
  return json.whole<std::int64_t>(field);
}

std::int64_t count_if_given(const JsonFields& json, const char* field) {
  return json.has(field) ? count_in(json, field) : 0;
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

/// Of a gradient error or discrepancy.
template <class Error>
void add_error(Json& json, const char* field, const Error& x) {
  json[field] = x.relative;
  if (!x.refusal.empty()) json["refusal"] = x.refusal;
  json["tensor"] = x.tensor;
  if (!x.zero_tensors.empty()) json["zero_tensors"] = x.zero_tensors;
}

template <class Error>
Error error_in(const JsonFields& json, const char* field) {
  return {.relative = json.real(field),
          .refusal = json.text_if_given("refusal"),
          .tensor = json.text("tensor"),
          .zero_tensors = json.text_if_given("zero_tensors")};
}

void add(Json& json, const GradientError& x) {
  add_error(json, "gradient_error_relative", x);
}

void add(Json& json, const GradientDiscrepancy& x) {
  add_error(json, "gradient_discrepancy_relative", x);
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
  if (x.compared_with.empty()) return;
  json["compared_with"] = x.compared_with;
  json["difference"] = x.difference;
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

Check check_in(const JsonFields& json) {
  Check check{.step = count_in(json, "step"), .loss = json.real("loss")};
  if (json.has("accuracy")) check.accuracy = json.real("accuracy");
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
  if (x.trigram_loss.has_value()) json["trigram_loss"] = *x.trigram_loss;
  if (!x.parameters_sha1.empty()) json["parameters_sha1"] = x.parameters_sha1;
  if (!x.isolation.empty()) json["isolation"] = x.isolation;
  if (!x.refusal.empty()) {
    json["refusal"] = x.refusal;
    json["bytes_wanted"] = x.wanted;
  }
}

TrainingLeg leg_in(const JsonFields& json) {
  TrainingLeg leg{.first_step = count_in(json, "first_step"),
                  .losses = json.reals("losses"),
                  .seconds = json.real("seconds"),
                  .seconds_gradient = json.real("seconds_gradient"),
                  .seconds_data = json.real("seconds_data"),
                  .seconds_checks = json.real("seconds_checks"),
                  .parameters = count_in(json, "bytes_parameters"),
                  .optimiser = count_in(json, "bytes_optimiser"),
                  .peak = count_in(json, "bytes_peak"),
                  .wanted = count_if_given(json, "bytes_wanted"),
                  .refusal = json.text_if_given("refusal"),
                  .parameters_sha1 = json.text_if_given("parameters_sha1"),
                  .isolation = json.text_if_given("isolation")};
  for (const auto& check : json.array("checks")) {
    leg.checks.push_back(check_in({check, json.named("checks")}));
  }
  if (json.has("trigram_loss")) leg.trigram_loss = json.real("trigram_loss");
  if (json.has("end")) leg.end = check_in(json.object("end"));
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

Training training_in(const JsonFields& json) {
  return {.task = parse_training_task(json.text("task")),
          .steps = count_in(json, "steps"),
          .rate = json.real("rate"),
          .rate_drop = count_in(json, "rate_drop"),
          .check_every = count_in(json, "check_every"),
          .final_checks = count_in(json, "final_checks"),
          .leg = count_in(json, "leg"),
          .switch_at = count_if_given(json, "switch_at"),
          .full_subject = json.text_if_given("full_subject")};
}

/// Refuses a peak below the peak of one of the tags that it includes.
Bytes bytes_in(const JsonFields& json) {
  const Bytes bytes{.parameters = count_in(json, "bytes_parameters"),
                    .gradient = count_in(json, "bytes_gradient"),
                    .tokens = count_in(json, "bytes_tokens"),
                    .state = count_in(json, "bytes_state"),
                    .slice = count_in(json, "bytes_slice"),
                    .result = count_in(json, "bytes_result"),
                    .peak = count_in(json, "bytes_peak"),
                    // Unlike the others, a difference of peaks at different moments, which may
                    // be negative.
                    .scratch = json.has("bytes_scratch")
                                   ? std::optional(json.whole<std::int64_t>(
                                         "bytes_scratch", std::numeric_limits<std::int64_t>::min()))
                                   : std::nullopt,
                    .loss = json.real("loss")};
  const std::int64_t largest_part =
      std::max({bytes.tokens, bytes.state, bytes.slice, bytes.result});
  require(bytes.peak >= largest_part,
          fmt::format("field 'bytes_peak' of the record is {}: it is at least the largest of "
                      "tokens, state, slice and result, {}",
                      bytes.peak, largest_part));
  return bytes;
}

ProcessPeak process_peak_in(const JsonFields& json) {
  const ProcessPeak process{.peak = count_in(json, "process_peak_bytes"),
                            .baseline = count_in(json, "process_baseline_bytes")};
  require(process.peak >= process.baseline,
          fmt::format("field 'process_peak_bytes' of the record is {}: it is at least the "
                      "baseline, {}",
                      process.peak, process.baseline));
  return process;
}

Measured measured_in(const JsonFields& json) {
  const auto count = [&](const char* field) { return count_in(json, field); };
  switch (parse_quantity(json.text("quantity"))) {
    case Quantity::seconds:
      return Seconds{.seconds = json.real("seconds"),
                     .iterations = count("iterations"),
                     .loss = json.real("loss")};
    case Quantity::bytes:
      return bytes_in(json);
    case Quantity::operations:
      return Operations{.additions = count("additions"),
                        .multiplications = count("multiplications"),
                        .divisions = count("divisions"),
                        .elementary = count("elementary"),
                        .depth = count_if_given(json, "critical_path")};
    case Quantity::process:
      return process_peak_in(json);
    case Quantity::gradient_discrepancy:
      return error_in<GradientDiscrepancy>(json, "gradient_discrepancy_relative");
    case Quantity::key_spread:
      return KeySpread{.key_deviation = json.real("key_deviation"),
                       .median_bits = json.real("spread_median_bits"),
                       .largest_bits = json.real("spread_largest_bits")};
    case Quantity::overhead:
      return Overhead{.sliced = count("multiply_adds"), .full = count("multiply_adds_full")};
    case Quantity::switch_error:
      return SwitchError{.relative = json.real("switch_error_relative")};
    case Quantity::full_discrepancy:
      return FullDiscrepancy{.relative = json.real("full_discrepancy_relative"),
                             .refusal = json.text_if_given("refusal")};
    case Quantity::longest:
      return Longest{.length = count("longest_length"),
                     .compared_with = json.text_if_given("compared_with"),
                     .difference = json.has("difference") ? json.real("difference") : 0.0};
    case Quantity::softmax_error:
      return SoftmaxError{.independent = json.real("softmax_error_independent"),
                          .orthogonal = json.real("softmax_error_orthogonal"),
                          .orthogonal_chi = json.real("softmax_error_orthogonal_chi")};
    case Quantity::training:
      return leg_in(json);
    case Quantity::gradient_error:
      break;
  }
  return error_in<GradientError>(json, "gradient_error_relative");
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

Setting setting_in(const JsonFields& json) {
  const auto index = [&](const char* field) { return json.whole<Index>(field); };
  return {.subject = json.text("subject"),
          .scalar = parse_scalar(json.text("scalar")),
          .model = {.vocab_size = index("vocab"),
                    .hidden_dim = index("hidden"),
                    .layers = index("layers"),
                    .ffn_dim = index("ffn"),
                    .heads = index("heads"),
                    .feature_map = parse_feature_map(json.text("feature_map")),
                    .norm = parse_norm(json.text("norm")),
                    .conventions = parse_conventions(json.at("conventions").dump())},
          .batch = index("batch"),
          .length = index("length"),
          .slice = index("slice"),
          .first_sweep = json.has("first_sweep") ? parse_first_sweep(json.text("first_sweep"))
                                                 : FirstSweep::lazy,
          .key_scale = json.has("key_scale") ? json.real("key_scale") : 1.0,
          .memory_cap = count_if_given(json, "memory_cap_bytes"),
          .seed = json.whole_of_64_bits("seed"),
          .threads = json.whole<int>("threads"),
          .corpus = json.text("corpus"),
          .training = json.has("training") ? training_in(json.object("training")) : Training()};
}

/// Refuses a valid setting with a number of slices or a full pass that do not follow from it.
void require_consistent(const JsonFields& json, const Setting& setting) {
  if (json.has("slices")) {
    const Index slices = json.whole<Index>("slices");
    require(slices == setting.slices(),
            fmt::format("field 'slices' of the record is {}: a length of {} in slices of {} has {}",
                        slices, setting.length, setting.slice, setting.slices()));
  }
  if (json.has("full_pass")) {
    const bool full = json.boolean("full_pass");
    require(full == setting.full_pass(),
            fmt::format("field 'full_pass' of the record is {}: a length of {} in slices of {} is "
                        "{} full pass",
                        full, setting.length, setting.slice, setting.full_pass() ? "a" : "no"));
  }
}

Record record_in(const JsonFields& json) {
  json.require_schema(schema);
  const JsonFields provenance = json.object("provenance");
  Record record{.experiment = json.text("experiment"),
                .scale = json.text("scale"),
                .setting = setting_in(json),
                .corpus_sha1 = json.text("corpus_sha1"),
                .sample = json.whole<int>("sample"),
                .measured = measured_in(json),
                .provenance = {.version = provenance.text("version"),
                               .commit = provenance.text("commit"),
                               .code = provenance.text("code"),
                               .compiler = provenance.text("compiler"),
                               .flags = provenance.text("flags"),
                               .preset = provenance.text("preset"),
                               .processor = provenance.text("processor"),
                               .date = provenance.text("date")},
                .shard = json.text_if_given("shard")};
  require_valid(record.setting);
  require_consistent(json, record.setting);
  return record;
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
  const nlohmann::json json = parse_strictly(line, deepest, "the record");
  return record_in({json, "the record"});
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
