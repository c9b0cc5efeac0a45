#include "plots/record.hpp"

#include "plots/json_fields.hpp"
#include "reference/vocabulary/contract.hpp"

#include <fmt/format.h>

#include <cmath>
#include <sstream>

namespace slim::plots {
namespace {

Provenance to_provenance(const nlohmann::json& record, const std::string& where) {
  const auto found = record.find("provenance");
  require(found != record.end() && found->is_object(),
          where + ": field \"provenance\" is an object");
  const auto text = [&](const char* name) { return text_field(*found, name, where); };
  return {.version = text("version"),
          .commit = text("commit"),
          .compiler = text("compiler"),
          .flags = text("flags"),
          .preset = text("preset"),
          .processor = text("processor"),
          .date = text("date")};
}

Record to_record(const nlohmann::json& object, const std::string& where) {
  const auto text = [&](const char* name) { return text_field(object, name, where); };
  const auto count = [&](const char* name) { return count_field(object, name, where); };
  Record record{.experiment = text("experiment"),
                .scale = text("scale"),
                .quantity = text("quantity"),
                .subject = text("subject"),
                .scalar = text("scalar"),
                .feature_map = text("feature_map"),
                .norm = text("norm"),
                .vocab = count("vocab"),
                .hidden = count("hidden"),
                .layers = count("layers"),
                .ffn = count("ffn"),
                .heads = count("heads"),
                .batch = count("batch"),
                .length = count("length"),
                .slice = count("slice"),
                .slices = count("slices"),
                .threads = count("threads"),
                .full_pass = truth_field(object, "full_pass", where),
                .corpus = text("corpus"),
                .corpus_sha1 = text("corpus_sha1"),
                .provenance = to_provenance(object, where),
                .values = {}};
  for (const auto& [name, value] : object.items()) {
    if (value.is_number()) record.values.emplace(name, value.get<double>());
  }
  return record;
}

}  // namespace

double Record::positive(std::string_view field) const {
  const auto found = values.find(field);
  require(found != values.end() && found->second > 0.0 && std::isfinite(found->second),
          fmt::format("records.jsonl: a record of \"{}\" ({}, {}, L = {}, C = {}) has a positive "
                      "number \"{}\"",
                      quantity, experiment, subject, length, slice, field));
  return found->second;
}

std::vector<Record> read_records(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "records.jsonl";
  std::istringstream lines(read_text(path));
  std::vector<Record> records;
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.empty()) continue;
    const std::string where = fmt::format("{}:{}", path.string(), number);
    records.push_back(to_record(parse_object(line, where), where));
  }
  require(!records.empty(), path.string() + ": holds no records");
  return records;
}

}  // namespace slim::plots
