// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/record.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/system/json_fields.hpp"

#include <nlohmann/json.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace slim::experiments {

/// Each struct of a record lists its fields once, in fields(visit, x) below. A FieldWriter makes
/// JSON of them, in this order; a FieldReader fills them from JSON and refuses what it should not
/// hold.
class FieldWriter {
 public:
  static constexpr bool reads = false;
  using Json = nlohmann::ordered_json;
  explicit FieldWriter(Json& json) : json_(json) {}

  template <class T>
  void operator()(const char* field, const T& x) {
    json_[field] = x;
  }
  template <class T>
  void operator()(const char* field, const std::optional<T>& x) {
    if (x.has_value()) (*this)(field, *x);
  }
  /// A field that older records lack.
  template <class T>
  void added(const char* field, const T& x) {
    json_[field] = x;
  }
  /// A field that is written only if it differs from 0 or "".
  template <class T>
  void unless_empty(const char* field, const T& x) {
    if (x != T()) json_[field] = x;
  }
  /// An optional whole number that may be negative.
  void of_any_sign(const char* field, const std::optional<std::int64_t>& x) { (*this)(field, x); }
  /// A value with a name, such as an enumerator. `parse` is the inverse of `name`.
  template <class T, class Parse>
  void named(const char* field, const T& x, const Parse& /*parse*/) {
    json_[field] = name(x);
  }
  template <class T, class Parse>
  void added_named(const char* field, const T& x, const Parse& parse) {
    named(field, x, parse);
  }
  /// A value that follows from others; never read.
  template <class Value>
  void derived(const char* field, const Value& value) {
    json_[field] = value();
  }
  void conventions(const char* field, const Conventions& x) {
    json_[field] = Json::parse(to_text(x));
  }
  template <class T>
  void object(const char* field, const T& x) {
    Json json = Json::object();
    FieldWriter writer(json);
    fields(writer, x);
    json_[field] = std::move(json);
  }
  template <class T>
  void object(const char* field, const std::optional<T>& x) {
    if (x.has_value()) object(field, *x);
  }
  template <class T>
  void objects(const char* field, const std::vector<T>& all) {
    Json array = Json::array();
    for (const T& x : all) {
      Json json = Json::object();
      FieldWriter writer(json);
      fields(writer, x);
      array.push_back(std::move(json));
    }
    json_[field] = std::move(array);
  }

 private:
  Json& json_;
};

/// Every function throws ContractError that names the field, what was given and what is allowed.
class FieldReader {
 public:
  static constexpr bool reads = true;
  explicit FieldReader(const JsonFields& json) : json_(json) {}

  void operator()(const char* field, std::string& x) { x = json_.text(field); }
  void operator()(const char* field, double& x) { x = json_.real(field); }
  void operator()(const char* field, std::vector<double>& x) { x = json_.reals(field); }
  void operator()(const char* field, std::uint64_t& x) { x = json_.whole_of_64_bits(field); }
  template <std::signed_integral T>
  void operator()(const char* field, T& x) {
    x = json_.whole<T>(field);
  }
  template <class T>
  void operator()(const char* field, std::optional<T>& x) {
    if (json_.has(field)) (*this)(field, x.emplace());
  }
  template <class T>
  void added(const char* field, T& x) {
    if (json_.has(field)) (*this)(field, x);
  }
  template <class T>
  void unless_empty(const char* field, T& x) {
    added(field, x);
  }
  void of_any_sign(const char* field, std::optional<std::int64_t>& x) {
    constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
    if (json_.has(field)) x = json_.whole<std::int64_t>(field, lowest);
  }
  template <class T, class Parse>
  void named(const char* field, T& x, const Parse& parse) {
    x = parse(json_.text(field));
  }
  template <class T, class Parse>
  void added_named(const char* field, T& x, const Parse& parse) {
    if (json_.has(field)) named(field, x, parse);
  }
  template <class Value>
  void derived(const char* /*field*/, const Value& /*value*/) {}
  void conventions(const char* field, Conventions& x) {
    x = parse_conventions(json_.at(field).dump());
  }
  template <class T>
  void object(const char* field, T& x) {
    const JsonFields json = json_.object(field);
    FieldReader reader(json);
    fields(reader, x);
  }
  template <class T>
  void object(const char* field, std::optional<T>& x) {
    if (json_.has(field)) object(field, x.emplace());
  }
  template <class T>
  void objects(const char* field, std::vector<T>& all) {
    for (const auto& element : json_.array(field)) {
      const JsonFields json(element, json_.named(field));
      FieldReader reader(json);
      fields(reader, all.emplace_back());
    }
  }

 private:
  const JsonFields& json_;
};

/// What a visitor gets of a T: something to fill, or something to write.
template <class Visit, class T>
using Visited = std::conditional_t<Visit::reads, T&, const T&>;

template <class Visit>
void fields(Visit& visit, Visited<Visit, Seconds> x) {
  visit("seconds", x.seconds);
  visit("iterations", x.iterations);
  visit("loss", x.loss);
}

template <class Visit>
void fields(Visit& visit, Visited<Visit, Bytes> x) {
  visit("bytes_parameters", x.parameters);
  visit("bytes_gradient", x.gradient);
  visit("bytes_tokens", x.tokens);
  visit("bytes_state", x.state);
  visit("bytes_slice", x.slice);
  visit("bytes_result", x.result);
  visit("bytes_peak", x.peak);
  visit.of_any_sign("bytes_scratch", x.scratch);  // a difference of peaks at different moments
  visit("loss", x.loss);
}

template <class Visit>
void fields(Visit& visit, Visited<Visit, Operations> x) {
  visit("additions", x.additions);
  visit("multiplications", x.multiplications);
  visit("divisions", x.divisions);
  visit("elementary", x.elementary);
  visit.added("critical_path", x.depth);
}

template <class Visit>
void fields(Visit& visit, Visited<Visit, ProcessPeak> x) {
  visit("process_peak_bytes", x.peak);
  visit("process_baseline_bytes", x.baseline);
}

template <class Visit, class Error>
void fields_of_error(Visit& visit, const char* relative, Error& x) {
  visit(relative, x.relative);
  visit.unless_empty("refusal", x.refusal);
  visit("tensor", x.tensor);
  visit.unless_empty("zero_tensors", x.zero_tensors);
}

template <class Visit>
void fields(Visit& visit, Visited<Visit, GradientError> x) {
  fields_of_error(visit, "gradient_error_relative", x);
}

template <class Visit>
void fields(Visit& visit, Visited<Visit, GradientDiscrepancy> x) {
  fields_of_error(visit, "gradient_discrepancy_relative", x);
}

template <class Visit>
void fields(Visit& visit, Visited<Visit, KeySpread> x) {
  visit("key_deviation", x.key_deviation);
  visit("spread_median_bits", x.median_bits);
  visit("spread_largest_bits", x.largest_bits);
}

template <class Visit>
void fields(Visit& visit, Visited<Visit, Overhead> x) {
  visit("multiply_adds", x.sliced);
  visit("multiply_adds_full", x.full);
}

template <class Visit>
void fields(Visit& visit, Visited<Visit, SwitchError> x) {
  visit("switch_error_relative", x.relative);
}

template <class Visit>
void fields(Visit& visit, Visited<Visit, FullDiscrepancy> x) {
  visit("full_discrepancy_relative", x.relative);
  visit.unless_empty("refusal", x.refusal);
}

template <class Visit>
void fields(Visit& visit, Visited<Visit, Longest> x) {
  visit("longest_length", x.length);
  visit.unless_empty("compared_with", x.compared_with);
  visit.unless_empty("difference", x.difference);
}

template <class Visit>
void fields(Visit& visit, Visited<Visit, SoftmaxError> x) {
  visit("softmax_error_independent", x.independent);
  visit("softmax_error_orthogonal", x.orthogonal);
  visit("softmax_error_orthogonal_chi", x.orthogonal_chi);
}

template <class Visit>
void fields(Visit& visit, Visited<Visit, Distributed> x) {
  visit("numbers_forward", x.numbers_forward);
  visit("numbers_backward", x.numbers_backward);
  visit("messages_deep", x.messages_deep);
  visit("critical_path", x.critical_path);
  visit("operations", x.operations);
  visit("bytes_rank", x.bytes_rank);
}

template <class Visit>
void fields(Visit& visit, Visited<Visit, Check> x) {
  visit("step", x.step);
  visit("loss", x.loss);
  visit("accuracy", x.accuracy);
}

template <class Visit>
void fields(Visit& visit, Visited<Visit, TrainingLeg> x) {
  visit("first_step", x.first_step);
  visit("losses", x.losses);
  visit.objects("checks", x.checks);
  visit.object("end", x.end);
  visit("seconds", x.seconds);
  visit("seconds_gradient", x.seconds_gradient);
  visit("seconds_data", x.seconds_data);
  visit("seconds_checks", x.seconds_checks);
  visit("bytes_parameters", x.parameters);
  visit("bytes_optimiser", x.optimiser);
  visit("bytes_peak", x.peak);
  visit("trigram_loss", x.trigram_loss);
  visit.unless_empty("parameters_sha1", x.parameters_sha1);
  visit.unless_empty("isolation", x.isolation);
  visit.unless_empty("refusal", x.refusal);
  visit.unless_empty("bytes_wanted", x.wanted);
}

template <class Visit>
void fields(Visit& visit, Visited<Visit, Training> x) {
  visit.named("task", x.task, parse_training_task);
  visit("steps", x.steps);
  visit("rate", x.rate);
  visit("rate_drop", x.rate_drop);
  visit("check_every", x.check_every);
  visit("final_checks", x.final_checks);
  visit("leg", x.leg);
  visit.unless_empty("switch_at", x.switch_at);
  visit.unless_empty("full_subject", x.full_subject);
}

template <class Visit>
void fields(Visit& visit, Visited<Visit, Provenance> x) {
  visit("version", x.version);
  visit("commit", x.commit);
  visit("code", x.code);
  visit("compiler", x.compiler);
  visit("flags", x.flags);
  visit("preset", x.preset);
  visit("processor", x.processor);
  visit("date", x.date);
  visit.unless_empty("host", x.host);
}

/// Without the corpus and the training.
template <class Visit>
void fields(Visit& visit, Visited<Visit, Setting> x) {
  visit("subject", x.subject);
  visit.named("scalar", x.scalar, parse_scalar);
  visit.named("feature_map", x.model.feature_map, parse_feature_map);
  visit.named("norm", x.model.norm, parse_norm);
  visit.conventions("conventions", x.model.conventions);
  visit("vocab", x.model.vocab_size);
  visit("hidden", x.model.hidden_dim);
  visit("layers", x.model.layers);
  visit("ffn", x.model.ffn_dim);
  visit("heads", x.model.heads);
  visit("batch", x.batch);
  visit("length", x.length);
  visit("slice", x.slice);
  visit.derived("slices", [&] { return x.slices(); });
  visit.derived("full_pass", [&] { return x.full_pass(); });
  visit.added_named("first_sweep", x.first_sweep, parse_first_sweep);
  visit.added("key_scale", x.key_scale);
  visit.added("memory_cap_bytes", x.memory_cap);
  visit("seed", x.seed);
  visit("threads", x.threads);
  visit.unless_empty("ranks", x.ranks);
}

}  // namespace slim::experiments
