// SPDX-License-Identifier: Apache-2.0
#include "experiments/slim_measure/foreign_command.hpp"

#include "experiments/plans/progress.hpp"
#include "experiments/records/record_log.hpp"
#include "experiments/slim_measure/foreign_records.hpp"
#include "properties/command_line/exit_code.hpp"
#include "properties/command_line/json_text.hpp"
#include "properties/command_line/options.hpp"
#include "properties/command_line/output_place.hpp"
#include "properties/command_line/standard_streams.hpp"
#include "properties/third_party/cost/resource_claims.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

namespace slim::experiments {
namespace {

using namespace properties::foreign;
using Json = nlohmann::ordered_json;

constexpr std::size_t longest_note = 1000;

/// The steps of the progress, which are similar when their task is the same.
std::vector<Step> steps_of(const ForeignSubject& foreign, const ResourcePlan& plan) {
  std::vector<Step> steps;
  for (const auto& sample : planned_samples(foreign, plan)) {
    steps.push_back(
        {.kinds = {std::string(name(sample.task))}, .weight = static_cast<double>(sample.length)});
  }
  return steps;
}

std::vector<ResourceSample> measured(const ForeignSubject& foreign, const ResourcePlan& plan) {
  std::optional<Progress> progress;
  return measure_resources(
      foreign, plan, [&](const ResourceSample& next, std::size_t done, std::size_t /*all*/) {
        if (done == 0) progress.emplace(steps_of(foreign, plan));
        if (done > 0) progress->end(done - 1);
        progress->begin(done, fmt::format("{} at L = {}, C = {}", name(next.task), next.length,
                                          next.slice_length));
      });
}

Json to_json(const ResourceSample& sample) {
  return {{"task", name(sample.task)},       {"scalar", name(sample.scalar)},
          {"length", sample.length},         {"slice", sample.slice_length},
          {"bytes_peak", sample.bytes_peak}, {"lost_sight", sample.lost_sight},
          {"seconds_min", sample.seconds}};
}

std::string to_text(const std::vector<ResourceSample>& samples) {
  std::string text =
      fmt::format("{:<9} {:>9} {:>7} {:>14} {:>12}\n", "task", "L", "C", "bytes_peak", "seconds");
  for (const ResourceSample& sample : samples) {
    text += fmt::format("{:<9} {:>9} {:>7} {:>14.0f} {:>12.6f}{}\n", name(sample.task),
                        sample.length, sample.slice_length, sample.bytes_peak, sample.seconds,
                        sample.lost_sight ? "  *" : "");
  }
  if (std::ranges::any_of(samples, &ResourceSample::lost_sight)) {
    text +=
        "* a lower bound: one of its processes ended before its peak was read, or the harness was "
        "stopped\n";
  }
  return text;
}

bool falls(const ResourceVerdict& verdict) {
  return verdict.standing == ResourceVerdict::Standing::refuted ||
         verdict.standing == ResourceVerdict::Standing::not_judged;
}

int print_failure(const properties::SubjectError& error, bool json) {
  const std::string_view failure = properties::name(error.failure());
  if (json) {
    command_line::print_exactly(
        command_line::json_text({{"schema", 1}, {"failure", failure}, {"note", error.what()}}));
  } else {
    command_line::print(
        fmt::format("{}  the subject {}\n", failure, on_one_line(error.what(), longest_note)));
  }
  return command_line::falls_short;
}

void store(const std::vector<Record>& records, const std::string& folder) {
  RecordLog log(folder, [](const std::string& line) { command_line::note(line); });
  for (const Record& record : records) log.append(record);
}

int print_costs(const ForeignSubject& foreign, const ResourcePlan& plan, const std::string& out,
                bool as_json) {
  const std::vector<ResourceSample> samples = measured(foreign, plan);
  if (!out.empty()) store(records_of(foreign.declaration.name, samples, plan), out);
  Json json = {{"schema", 1},
               {"subject", foreign.declaration.name},
               {"samples", Json::array()},
               {"claims", Json::array()}};
  for (const ResourceSample& sample : samples) json["samples"].push_back(to_json(sample));
  std::string text = to_text(samples);
  bool falls_short = false;
  for (const ResourceClaim claim : foreign.declaration.claims) {
    const ResourceVerdict verdict = judge_claim(claim, samples, plan);
    falls_short = falls_short || falls(verdict);
    json["claims"].push_back({{"claim", name(claim)},
                              {"verdict", name(verdict.standing)},
                              {"evidence", verdict.evidence}});
    text += fmt::format("{} \"{}\": {}\n", name(verdict.standing), name(claim), verdict.evidence);
  }
  if (foreign.declaration.claims.empty()) text += "the subject declares no claims about its cost\n";
  if (as_json) {
    command_line::print_exactly(command_line::json_text(json));
  } else {
    command_line::print(text);
  }
  return falls_short ? command_line::falls_short : command_line::holds;
}

}  // namespace

ForeignCommand::ForeignCommand(CLI::App& app) {
  CLI::Option* line = app.add_option("--subject-command", command_, "Command line of the program");
  command_line::reads_file(app.add_option("--subject-library", library_,
                                          "Shared library that implements slim_subject.h"))
      ->excludes(line);
  app.add_option("--subject-deadline", deadline_s_, "Time limit of each answer in seconds")
      ->check(CLI::Range(0.01, 86400.0))
      ->capture_default_str();
  app.add_option("--subject-memory", memory_mb_,
                 "Resident memory limit in MB, including child processes and scratch folder")
      ->check(CLI::Range(16, 1 << 24))
      ->capture_default_str();
  app.add_option("--subject-address-space", address_space_mb_,
                 "Address space limit of each process in MB; 0: no limit")
      ->check(CLI::Range(0, 1 << 28))
      ->capture_default_str();
  app.add_option("--lengths", plan_.lengths,
                 "Lengths L, at least three, each twice the previous one")
      ->check(CLI::Range(1, 1 << 24))
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--slices", plan_.slices, "Slice lengths C, increasing")
      ->check(CLI::Range(1, 1 << 24))
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--repeats", plan_.repeats, "Number of time samples; the minimum is used")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command_line::writes_folder(
      app.add_option("--out", out_, "Also write records to this folder, for slim-plot"));
  app.add_flag("--json", json_, "Print JSON");
}

int ForeignCommand::run() const {
  require(!command_.empty() || !library_.empty(),
          "an implementation is missing: give --subject-command or --subject-library");
  require_valid(plan_);
  if (!out_.empty()) {
    command_line::require_writable(std::filesystem::path(out_) / "records.jsonl");
  }
  const Door door = library_.empty() ? program_door(command_) : library_door(library_);
  const Limits limits = {.deadline_s = deadline_s_,
                         .memory_bytes = static_cast<std::int64_t>(memory_mb_) << 20,
                         .address_space_bytes = static_cast<std::int64_t>(address_space_mb_) << 20};
  try {
    return print_costs(open_subject(door, limits), plan_, out_, json_);
  } catch (const properties::SubjectError& error) {
    return print_failure(error, json_);
  }
}

}  // namespace slim::experiments
