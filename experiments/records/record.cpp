// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/record.hpp"

#include "experiments/records/record_fields.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/strict_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace slim::experiments {
namespace {

using Json = nlohmann::ordered_json;

constexpr int schema = 1;
constexpr int deepest = 8;  ///< maximal nesting of a record

template <class T>
void add_fields(Json& json, const T& x) {
  FieldWriter writer(json);
  fields(writer, x);
}

template <class T>
T read_fields(const JsonFields& json) {
  T x;
  FieldReader reader(json);
  fields(reader, x);
  return x;
}

void require_peak(const char* field, std::int64_t peak, const char* of, std::int64_t least) {
  require(peak >= least, fmt::format("field '{}' of the record is {}: it is at least the {}, {}",
                                     field, peak, of, least));
}

void require_consistent(const Bytes& x) {
  require_peak("bytes_peak", x.peak, "largest of tokens, state, slice and result",
               std::max({x.tokens, x.state, x.slice, x.result}));
}

void require_consistent(const ProcessPeak& x) {
  require_peak("process_peak_bytes", x.peak, "baseline", x.baseline);
}

template <class T>
void require_consistent(const T& /*of any values*/) {}

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

/// A result of this quantity.
Measured result_of(Quantity quantity) {
  Measured found;
  const auto search = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return ((found = Measured(std::in_place_index<I>), quantity_of(found) == quantity) || ...);
  };
  require(search(std::make_index_sequence<std::variant_size_v<Measured>>()),
          "every quantity has a result");
  return found;
}

Measured measured_in(const JsonFields& json) {
  Measured measured = result_of(parse_quantity(json.text("quantity")));
  std::visit(
      [&]<class T>(T& x) {
        x = read_fields<T>(json);
        require_consistent(x);
      },
      measured);
  return measured;
}

Setting setting_in(const JsonFields& json) {
  auto setting = read_fields<Setting>(json);
  setting.corpus = json.text("corpus");
  if (json.has("training")) setting.training = read_fields<Training>(json.object("training"));
  return setting;
}

/// Everything but the result and its provenance.
Json place_json(const Record& record) {
  Json json = {{"schema", schema}, {"experiment", record.experiment}, {"scale", record.scale}};
  add_fields(json, record.setting);
  json["quantity"] = name(quantity_of(record.measured));
  json["corpus_sha1"] = record.corpus_sha1;
  FieldWriter writer(json);
  if (record.setting.training.steps > 0) writer.object("training", record.setting.training);
  return json;
}

void add_result(Json& json, const Record& record) {
  std::visit([&](const auto& measured) { add_fields(json, measured); }, record.measured);
}

Record record_in(const JsonFields& json) {
  json.require_schema(schema);
  Record record{.experiment = json.text("experiment"),
                .scale = json.text("scale"),
                .setting = setting_in(json),
                .corpus_sha1 = json.text("corpus_sha1"),
                .sample = json.whole<int>("sample"),
                .measured = measured_in(json),
                .provenance = read_fields<Provenance>(json.object("provenance")),
                .shard = json.text_if_given("shard")};
  require_valid(record.setting);
  require_consistent(json, record.setting);
  return record;
}

}  // namespace

std::string to_line(const Record& record) {
  Json json = place_json(record);
  json["sample"] = record.sample;
  add_result(json, record);
  json["corpus"] = record.setting.corpus.filename().string();
  if (!record.shard.empty()) json["shard"] = record.shard;
  FieldWriter(json).object("provenance", record.provenance);
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
  FieldWriter(json).object("provenance", record.provenance);
  for (const char* field : {"date", "commit", "version", "host"}) json["provenance"].erase(field);
  return json.dump();
}

std::string exact_result(const Record& record) {
  const Quantity quantity = quantity_of(record.measured);
  if (quantity == Quantity::seconds || quantity == Quantity::process ||
      quantity == Quantity::longest) {
    return {};
  }
  Json json;
  add_result(json, record);
  for (const char* field :
       {"bytes_scratch", "seconds", "seconds_gradient", "seconds_data", "seconds_checks"}) {
    json.erase(field);
  }
  return json.dump();
}

}  // namespace slim::experiments
