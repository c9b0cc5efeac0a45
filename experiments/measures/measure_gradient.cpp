// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/measure_gradient.hpp"

#include "experiments/measures/byte_count.hpp"
#include "experiments/measures/gate.hpp"
#include "experiments/measures/operation_count.hpp"
#include "experiments/measures/process_peak.hpp"
#include "experiments/records/record_fields.hpp"
#include "experiments/workload/workload.hpp"
#include "properties/command_line/json_text.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slim::experiments {
namespace {

Timing sample_seconds(const Subject& subject, const Setting& setting, int repeats) {
  return in_scalar(setting.scalar, [&]<class T>() {
    Workload<T> workload(subject, setting);
    workload.run();
    constexpr double least_seconds = 0.05;
    return time_call([&] { workload.run(); }, least_seconds, repeats);
  });
}

/// Bytes, also in the nearest binary unit.
std::string in_units(std::int64_t bytes) {
  const auto size = static_cast<double>(bytes);
  if (bytes < 1 << 10) return fmt::format("{}", bytes);
  if (bytes < 1 << 20) return fmt::format("{} ({:.1f} KiB)", bytes, size / (1 << 10));
  if (bytes < 1 << 30) return fmt::format("{} ({:.1f} MiB)", bytes, size / (1 << 20));
  return fmt::format("{} ({:.2f} GiB)", bytes, size / (1 << 30));
}

}  // namespace

double GradientCost::bytes_over_least() const {
  return static_cast<double>(bytes.peak - bytes.tokens) /
         static_cast<double>(bytes_least.value_or(0));
}

GradientCost measure_gradient(const Subject& subject, const Subject& reference,
                              const Setting& setting, const Wishes& wishes) {
  require_valid(setting);
  require(wishes.repeats >= 1, fmt::format("repeats must be at least 1, not {}", wishes.repeats));
  read_corpus(setting);
  require_lawful(subject, reference, setting);
  GradientCost cost;
  cost.setting = setting;
  cost.bytes = count_bytes(subject, setting);
  if (subject.least_bytes) {
    cost.bytes_least = subject.least_bytes({.model = setting.model,
                                            .scalar = setting.scalar,
                                            .length = setting.length,
                                            .slice_length = setting.slice});
  }
  cost.loss = cost.bytes.loss;
  cost.process = process_peak_of_fresh_process(setting).memory;
  cost.seconds = sample_seconds(subject, setting, wishes.repeats);
  if (wishes.count) cost.operations = count_operations(subject, setting);
  if (wishes.overhead) cost.overhead = count_overhead(subject, setting);
  return cost;
}

std::string to_text(const GradientCost& cost) {
  const Setting& setting = cost.setting;
  const Bytes& bytes = cost.bytes;
  std::string text = fmt::format(
      "{}\n  {} slice{}, {} parameters, batch {}, {} thread{}, corpus {}\n"
      "seconds_min         {:.6g}\nseconds_median      {:.6g}\nseconds_deviation   {:.2g}\n"
      "loss                {:.17g}\n"
      "bytes_peak          {}  beyond parameters and their gradient\n",
      summary(setting), setting.slices(), setting.slices() == 1 ? "" : "s",
      parameter_count(setting.model), setting.batch, setting.threads,
      setting.threads == 1 ? "" : "s", setting.corpus.string(), cost.seconds.least,
      cost.seconds.median, cost.seconds.deviation, cost.loss, in_units(bytes.peak));
  const auto row = [&](const char* what, std::int64_t count) {
    text += fmt::format("{:<20}{}\n", what, in_units(count));
  };
  if (cost.bytes_least.has_value()) {
    text += fmt::format(
        "bytes_least         {}  without tokens; bytes_peak without tokens is {:.3f} times that\n",
        in_units(*cost.bytes_least), cost.bytes_over_least());
  }
  row("  bytes_tokens", bytes.tokens);
  row("  bytes_state", bytes.state);
  row("  bytes_slice", bytes.slice);
  row("  bytes_result", bytes.result);
  row("bytes_parameters", bytes.parameters);
  row("bytes_gradient", bytes.gradient);
  if (bytes.scratch.has_value()) row("bytes_scratch", *bytes.scratch);
  row("process_peak_bytes", cost.process.peak);
  row("  baseline_bytes", cost.process.baseline);
  if (cost.operations.has_value()) {
    text += fmt::format(
        "multiply_adds       {}\n  additions         {}\n  divisions         {}\n"
        "  elementary        {}\n",
        cost.operations->multiplications, cost.operations->additions, cost.operations->divisions,
        cost.operations->elementary);
  }
  if (cost.overhead.has_value()) {
    text += fmt::format(
        "overhead            {:.4f}  with the {} first sweep: {} multiply-adds, {} in the full "
        "pass\n",
        cost.overhead->ratio(), name(setting.first_sweep), cost.overhead->sliced,
        cost.overhead->full);
  }
  return text;
}

std::string to_json(const GradientCost& cost) {
  nlohmann::ordered_json json;
  FieldWriter writer(json);
  fields(writer, cost.setting);
  json["corpus"] = cost.setting.corpus.filename().string();
  json["seconds_min"] = cost.seconds.least;
  json["seconds_median"] = cost.seconds.median;
  json["seconds_deviation"] = cost.seconds.deviation;
  json["seconds"] = cost.seconds.samples;
  fields(writer, cost.bytes);
  if (cost.bytes_least.has_value()) {
    json["bytes_least"] = *cost.bytes_least;
    json["bytes_over_least"] = cost.bytes_over_least();
  }
  fields(writer, cost.process);
  if (cost.operations.has_value()) {
    json["multiply_adds"] = cost.operations->multiplications;
    json["additions"] = cost.operations->additions;
    json["divisions"] = cost.operations->divisions;
    json["elementary"] = cost.operations->elementary;
  }
  if (cost.overhead.has_value()) {
    fields(writer, *cost.overhead);
    json["overhead"] = cost.overhead->ratio();
  }
  writer.object("provenance", provenance());
  return command_line::json_text(json);
}

}  // namespace slim::experiments
