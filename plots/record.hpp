#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slim::plots {

/// Which code, built how, ran where. Numbers of different origin are never averaged.
struct Provenance {
  std::string version;
  std::string commit;
  std::string compiler;
  std::string flags;
  std::string preset;
  std::string processor;
  std::string date;

  [[nodiscard]] bool same_origin(const Provenance& other) const {
    return commit == other.commit && compiler == other.compiler && flags == other.flags &&
           processor == other.processor;
  }
};

/// One measured cell of an experiment, a line of `records.jsonl`.
struct Record {
  std::string experiment;  ///< "length", "slice", "exact"
  std::string scale;       ///< "ci", "laptop", "paper"
  std::string quantity;    ///< "seconds", "bytes", "operations", "process", "gradient_error"
  std::string subject;
  std::string scalar;
  std::string feature_map;
  std::string norm;
  std::int64_t vocab = 0;   ///< |Σ|
  std::int64_t hidden = 0;  ///< d_model
  std::int64_t layers = 0;  ///< s
  std::int64_t ffn = 0;     ///< d_ff
  std::int64_t heads = 0;   ///< k
  std::int64_t batch = 0;   ///< B
  std::int64_t length = 0;  ///< L
  std::int64_t slice = 0;   ///< C
  std::int64_t slices = 0;  ///< N
  std::int64_t threads = 0;
  bool full_pass = false;  ///< C = L
  std::string corpus;
  std::string corpus_sha1;
  Provenance provenance;
  /// Numbers of the quantity, by name; units stand in the names.
  std::map<std::string, double, std::less<>> values;

  /// Throws ContractError that names the field and the quantity when it is missing or not positive.
  [[nodiscard]] double positive(std::string_view field) const;
};

/// All records of `folder`/records.jsonl, in the order in which they were measured. Throws
/// ContractError, one line that starts with the file and the line number, when the file is missing
/// or empty, or when a line is not a record of schema 1.
std::vector<Record> read_records(const std::filesystem::path& folder);

}  // namespace slim::plots
