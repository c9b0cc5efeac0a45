// slim-measure: what does it cost, and does the claim hold?
#include "experiments/catalogue.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/claims/table1.hpp"
#include "experiments/command_line.hpp"
#include "experiments/comparable.hpp"
#include "experiments/corpus.hpp"
#include "experiments/measure_gradient.hpp"
#include "experiments/measures/longest_length.hpp"
#include "experiments/measures/process_peak.hpp"
#include "experiments/merge.hpp"
#include "experiments/progress.hpp"
#include "experiments/record_log.hpp"
#include "experiments/softmax_transformer.hpp"
#include "experiments/sweep.hpp"
#include "experiments/training/capped_training.hpp"
#include "experiments/training/estimate.hpp"
#include "experiments/training/regimes.hpp"
#include "experiments/training/sample.hpp"
#include "experiments/training/training_table.hpp"
#include "experiments/training/wider_gradient.hpp"
#include "properties/catalogue.hpp"
#include "properties/foreign/resource_claims.hpp"
#include "properties/program/json_text.hpp"
#include "reference/vocabulary/atomic_file.hpp"
#include "reference/vocabulary/contract.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <new>
#include <optional>
#include <span>

namespace {

using namespace slim;
using namespace slim::experiments;

/// Properties' catalogue, what a Performer is measured against, and a control of trainings.
const Subject& find_subject(std::string_view name) {
  static const Subject wide = in_wider_scalar(properties::find_subject("recovered/blocked"));
  if (name == wide.name) return wide;
  return name == "softmax" ? softmax_transformer() : properties::find_subject(name);
}

void say_in_passing(const std::string& line) {
  fmt::print(stderr, "{}\n", line);
}

/// Trainings may take days: how long, before they start.
void announce_trainings(std::span<const Record* const> missing) {
  const std::string estimate = training_estimate(missing, find_subject);
  if (!estimate.empty()) say_in_passing(estimate);
}

struct SweepOptions {
  std::string experiment = "all";
  std::string scale = "laptop";
  std::string out;
  Conditions conditions;
  bool json = false;

  /// `for_machines`: whether it can print for them.
  explicit SweepOptions(CLI::App& command, bool for_machines = true) {
    conditions.threads = all_threads();
    conditions.corpus = default_corpus;
    command.add_option("--scale", scale, "ci (minutes), laptop, paper")->capture_default_str();
    command.add_option("--out", out, "Folder of the records")->required();
    command.add_option("--corpus", conditions.corpus, "Text whose bytes are the tokens")
        ->capture_default_str();
    command.add_option("--seed", conditions.seed, "Of the parameters")->capture_default_str();
    command
        .add_option("--seeds", conditions.seeds,
                    "How many seeds, of the experiments that take several; 0: as the scale has")
        ->check(CLI::Range(0, 1000))
        ->capture_default_str();
    command.add_option("--threads", conditions.threads, "Never changes a bit of the result")
        ->capture_default_str();
    if (for_machines) command.add_flag("--json", json, "Print for machines");
  }

  [[nodiscard]] Sweep sweep() const {
    Sweep sweep = {.conditions = conditions,
                   .folder = out,
                   .find_subject = find_subject,
                   .announce = announce_trainings};
    sweep.conditions.scale = parse_scale(scale);
    require(!out.empty(), "--out names a folder");
    return sweep;
  }
};

std::vector<std::string> names_of_tables() {
  std::vector<std::string> names = {"table1"};
  for (const Experiment& experiment : catalogue()) {
    if (experiment.table != nullptr) names.push_back(experiment.name);
  }
  return names;
}

int run_gradient(const Setting& setting, const Wishes& wishes, bool json) {
  const GradientCost cost =
      measure_gradient(find_subject(setting.subject), find_subject("reference"), setting, wishes);
  fmt::print("{}", json ? to_json(cost) : to_text(cost));
  return holds;
}

int run_process_peak(const Setting& setting) {
  const Subject& subject = find_subject(setting.subject);
  if (setting.memory_cap > 0) cap_address_space(setting.memory_cap);
  try {
    const ProcessPeak peak = process_peak_here(subject, setting);
    fmt::print("{} {}\n", peak.peak, peak.baseline);
    return holds;
  } catch (const std::bad_alloc&) {
    return no_memory_exit_code;
  }
}

int run_sweep_command(const SweepOptions& options, const std::string& shard) {
  const std::vector<Experiment> experiments = find_experiments(options.experiment);
  Sweep sweep = options.sweep();
  sweep.shard = parse_shard(shard);
  const SweepReport report = run_sweep(experiments, sweep);
  if (options.json) {
    const nlohmann::ordered_json json = {{"measured", report.measured},
                                         {"reused", report.reused},
                                         {"records", report.file.string()}};
    fmt::print("{}\n", json.dump());
  } else {
    fmt::print("{} samples measured, {} reused: {}\n", report.measured, report.reused,
               report.file.string());
  }
  return holds;
}

int run_merge(const std::vector<std::filesystem::path>& parts, const std::string& out) {
  const MergeReport report =
      merge_records(parts, out, [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
  if (!report.conflicts.empty()) {
    constexpr std::size_t most_named = 10;
    const std::size_t count = report.conflicts.size();
    fmt::print(stderr, "nothing was merged: {} measurement{} with two different results\n{}\n",
               count, count == 1 ? "" : "s",
               fmt::join(std::span(report.conflicts).first(std::min(most_named, count)), "\n"));
    return falls_short;
  }
  fmt::print("{} records taken, {} known already: {}/records.jsonl\n", report.taken, report.known,
             out);
  for (const std::string& parts_of : report.missing) fmt::print("no records of {}\n", parts_of);
  return holds;
}

int run_table1(const SweepOptions& options);

int run_table(const SweepOptions& options) {
  if (options.experiment == "table1") return run_table1(options);
  const std::vector<Experiment> experiments = find_experiments(options.experiment);
  require(experiments.size() == 1 && experiments.front().table != nullptr,
          "experiment '" + options.experiment + "' has no table: allowed are " +
              fmt::format("{}", fmt::join(names_of_tables(), ", ")));
  const SweepReport report = run_sweep(experiments, options.sweep());
  fmt::print("{}", experiments.front().table(report.records));
  return holds;
}

bool needs(const Claim& claim, const std::string& experiment) {
  return std::count(claim.experiments.begin(), claim.experiments.end(), experiment) > 0;
}

/// Measures what the claims need and is missing, and judges each; claims that need one of the
/// experiments `without` are not judged.
std::vector<Verdict> judged(const SweepOptions& options, const std::vector<Claim>& claims,
                            const std::vector<std::string>& without = {}) {
  const auto reason = [&](const Claim& claim) {
    return std::find_if(without.begin(), without.end(),
                        [&](const std::string& experiment) { return needs(claim, experiment); });
  };
  std::vector<Experiment> experiments;
  for (const Experiment& experiment : catalogue()) {
    const auto wants = [&](const Claim& claim) {
      return reason(claim) == without.end() && needs(claim, experiment.name);
    };
    if (std::any_of(claims.begin(), claims.end(), wants)) experiments.push_back(experiment);
  }
  require(!experiments.empty(), "--leave-out leaves no claim to judge");
  const SweepReport report = run_sweep(experiments, options.sweep());
  std::vector<Verdict> verdicts;
  verdicts.reserve(claims.size());
  for (const Claim& claim : claims) {
    const auto why = reason(claim);
    verdicts.push_back(why == without.end() ? judge(claim, report.records) : left_out(claim, *why));
  }
  return verdicts;
}

/// Judges what was measured, wherever that was; claims that need an experiment of which there are
/// no records, or one of `without`, are not judged.
std::vector<Verdict> judged_from(const Comparable& found, const std::vector<Claim>& claims,
                                 const std::vector<std::string>& without) {
  const auto stays_out = [&](const std::string& experiment) {
    return std::count(without.begin(), without.end(), experiment) > 0;
  };
  const auto lacks = [&](const std::string& experiment) {
    return stays_out(experiment) ||
           std::none_of(found.records.begin(), found.records.end(),
                        [&](const Record& record) { return record.experiment == experiment; });
  };
  std::vector<Verdict> verdicts;
  for (const Claim& claim : claims) {
    const auto why = std::find_if(claim.experiments.begin(), claim.experiments.end(), lacks);
    const bool judges = why == claim.experiments.end();
    verdicts.push_back(judges ? judge(claim, found.records) : left_out(claim, *why));
    if (judges || stays_out(*why)) continue;
    verdicts.back().evidence = "there are no records of experiment " + *why;
  }
  return verdicts;
}

int run_claims(const SweepOptions& options, const std::vector<std::string>& without,
               bool records_only) {
  for (const std::string& experiment : without) {
    require(find_experiments(experiment).size() == 1, "--leave-out names one experiment at a time");
  }
  const std::filesystem::path folder = options.sweep().folder;
  Provenance origin = provenance();
  std::vector<Verdict> verdicts;
  if (records_only) {
    const Comparable found =
        comparable(read_records(folder / "records.jsonl", say_in_passing), options.scale);
    if (found.left_out > 0) {
      fmt::print(stderr, "{} records of other code, machine, text or threads are left out\n",
                 found.left_out);
    }
    verdicts = judged_from(found, built_in_claims(), without);
    origin = found.provenance;
  } else {
    verdicts = judged(options, built_in_claims(), without);
  }
  const std::string json = to_json(verdicts, options.scale, origin);
  write_file(folder / "verdicts.json", json);
  fmt::print("{}", options.json ? json : to_table(verdicts));
  return any_lost(verdicts) ? falls_short : holds;
}

/// The paper's table 1.
int run_table1(const SweepOptions& options) {
  std::vector<Claim> claims = built_in_claims();
  std::erase_if(claims, [](const Claim& claim) { return claim.cell.empty(); });
  fmt::print("{}", table1_in_markdown(judged(options, claims)));
  return holds;
}

/// How `slim-measure training` is asked for text: of a checkpoint, or of what it trained.
struct SampleOptions {
  CLI::Option* given = nullptr;
  std::vector<std::string> checkpoint;  ///< none: the full pass's model, after its last step
  SampleWishes wishes = {.prompt = "The "};

  explicit SampleOptions(CLI::App& app) {
    given = app.add_option("--sample", checkpoint,
                           "Text from the trained model, or from a CHECKPOINT, training nothing")
                ->expected(0, 1);
    app.add_option("--prompt", wishes.prompt, "What the text begins with")->capture_default_str();
    app.add_option("--bytes", wishes.length, "How much of it")->capture_default_str();
    app.add_option("--temperature", wishes.temperature, "Of the draw")->capture_default_str();
  }
};

void print_sample(const std::filesystem::path& checkpoint, const SampleWishes& wishes) {
  fmt::print("{}\n",
             sample_text(find_subject("recovered/blocked"), read_case_file(checkpoint), wishes));
}

int run_training(SweepOptions& options, const std::string& task, const SampleOptions& sample) {
  if (!sample.checkpoint.empty() && !sample.checkpoint.front().empty()) {
    print_sample(sample.checkpoint.front(), sample.wishes);
    return holds;
  }
  if (!task.empty()) parse_training_task(task);
  options.conditions.task = task;
  const Sweep sweep = options.sweep();
  const SweepReport report = run_sweep(find_experiments("training"), sweep);
  fmt::print("{}", training_table(report.records));
  if (sample.given->count() == 0) return holds;
  const auto trained =
      std::find_if(report.records.begin(), report.records.end(), [](const Record& record) {
        return regime_of(record.setting) == Regime::full &&
               record.setting.training.task == TrainingTask::text;
      });
  require(trained != report.records.end(), "--sample needs a model of text: --task text");
  const TrainingRuns runs(sweep.folder / "training", find_subject, sweep.program);
  fmt::print("\n");
  print_sample(runs.checkpoint(*trained), sample.wishes);
  return holds;
}

/// What a process of little memory is started for.
int run_train_leg(const std::string& job_file, const std::string& start,
                  const std::string& corpus) {
  std::ifstream stream(job_file);
  std::string line;
  require(static_cast<bool>(std::getline(stream, line)), job_file + ": cannot be read");
  Record job = parse_record(line);
  job.measured = train_capped_here(job, corpus, start, find_subject);
  fmt::print("{}\n", to_line(job));
  return holds;
}

/// Somebody else's implementation, and what of it is measured.
struct ForeignOptions {
  std::string command;
  std::string library;
  double deadline_s = 10.0;
  int memory_mb = 8192;
  int address_space_mb = 0;  ///< 0: without a limit
  properties::foreign::ResourcePlan plan;
  bool json = false;

  explicit ForeignOptions(CLI::App& app) {
    CLI::Option* line = app.add_option("--subject-command", command, "A program's command line");
    app.add_option("--subject-library", library, "A shared library of slim_subject.h")
        ->excludes(line);
    app.add_option("--subject-deadline", deadline_s, "Seconds for each answer")
        ->check(CLI::Range(0.01, 86400.0))
        ->capture_default_str();
    app.add_option("--subject-memory", memory_mb,
                   "MB resident with all that it starts, its scratch folder included")
        ->check(CLI::Range(16, 1 << 24))
        ->capture_default_str();
    app.add_option("--subject-address-space", address_space_mb,
                   "MB that each of its processes may reserve; 0: any number")
        ->check(CLI::Range(0, 1 << 28))
        ->capture_default_str();
    app.add_option("--lengths", plan.lengths, "L, each twice the one before, three at least")
        ->check(CLI::Range(1, 1 << 24))
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--slices", plan.slices, "C, rising")
        ->check(CLI::Range(1, 1 << 24))
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--repeats", plan.repeats, "Samples of the time, of which the least counts")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_flag("--json", json, "Print for machines");
  }
};

/// The samples to come, alike by task.
std::vector<Step> steps_of(const properties::foreign::ForeignSubject& foreign,
                           const properties::foreign::ResourcePlan& plan) {
  std::vector<Step> steps;
  for (const auto& sample : properties::foreign::planned_samples(foreign, plan)) {
    steps.push_back(
        {.kinds = {std::string(name(sample.task))}, .weight = static_cast<double>(sample.length)});
  }
  return steps;
}

int run_foreign(const ForeignOptions& options) {
  using namespace properties::foreign;
  require(!options.command.empty() || !options.library.empty(),
          "--subject-command or --subject-library is given");
  require_valid(options.plan);
  const Door door =
      options.library.empty() ? program_door(options.command) : library_door(options.library);
  try {
    const ForeignSubject foreign = open_subject(
        door, {.deadline_s = options.deadline_s,
               .memory_bytes = static_cast<std::int64_t>(options.memory_mb) << 20,
               .address_space_bytes = static_cast<std::int64_t>(options.address_space_mb) << 20});
    std::optional<Progress> progress;
    const std::vector<ResourceSample> samples = measure_resources(
        foreign, options.plan,
        [&](const ResourceSample& next, std::size_t done, std::size_t /*all*/) {
          if (done == 0) progress.emplace(steps_of(foreign, options.plan));
          if (done > 0) progress->end(done - 1);
          progress->begin(done, fmt::format("{} at L = {}, C = {}", name(next.task), next.length,
                                            next.slice_length));
        });
    progress.reset();
    nlohmann::ordered_json json = {{"schema", 1},
                                   {"subject", foreign.declaration.name},
                                   {"samples", nlohmann::json::array()},
                                   {"claims", nlohmann::json::array()}};
    std::string text =
        fmt::format("{:<9} {:>9} {:>7} {:>14} {:>12}\n", "task", "L", "C", "bytes_peak", "seconds");
    bool lost_sight = false;
    for (const ResourceSample& sample : samples) {
      json["samples"].push_back({{"task", name(sample.task)},
                                 {"scalar", name(sample.scalar)},
                                 {"length", sample.length},
                                 {"slice", sample.slice_length},
                                 {"bytes_peak", sample.bytes_peak},
                                 {"lost_sight", sample.lost_sight},
                                 {"seconds_min", sample.seconds}});
      text += fmt::format("{:<9} {:>9} {:>7} {:>14.0f} {:>12.6f}{}\n", name(sample.task),
                          sample.length, sample.slice_length, sample.bytes_peak, sample.seconds,
                          sample.lost_sight ? "  *" : "");
      lost_sight = lost_sight || sample.lost_sight;
    }
    if (lost_sight) {
      text +=
          "* at least so many bytes: meanwhile a process of it ended, unseen at its largest, or "
          "the "
          "harness was stopped\n";
    }
    bool falls = false;
    for (const ResourceClaim claim : foreign.declaration.claims) {
      const ResourceVerdict verdict = judge_claim(claim, samples, options.plan);
      falls = falls || verdict.standing == ResourceVerdict::Standing::refuted ||
              verdict.standing == ResourceVerdict::Standing::not_judged;
      json["claims"].push_back({{"claim", name(claim)},
                                {"verdict", name(verdict.standing)},
                                {"evidence", verdict.evidence}});
      text += fmt::format("{} \"{}\": {}\n", name(verdict.standing), name(claim), verdict.evidence);
    }
    if (foreign.declaration.claims.empty()) text += "it claims nothing of its cost\n";
    fmt::print("{}", options.json ? properties::json_text(json) : text);
    return falls ? falls_short : holds;
  } catch (const properties::SubjectError& error) {
    const std::string_view failure = properties::name(error.failure());
    if (options.json) {
      const nlohmann::ordered_json json = {
          {"schema", 1}, {"failure", failure}, {"note", error.what()}};
      fmt::print("{}", properties::json_text(json));
    } else {
      fmt::print("{}  the subject {}\n", failure, error.what());
    }
    return falls_short;
  }
}

int run(int count, char** arguments) {
  CLI::App app{"What does a gradient cost, and do the paper's claims hold?", "slim-measure"};
  app.require_subcommand(0, 1);

  CLI::App& gradient = *app.add_subcommand("gradient", "Seconds, bytes and loss of one setting");
  const SettingOptions gradient_setting(gradient);
  Wishes wishes;
  bool json = false;
  gradient.add_option("--repeats", wishes.repeats, "Samples of the time")->capture_default_str();
  gradient.add_flag("--count", wishes.count, "Count multiply-adds too, which takes long");
  gradient.add_flag(
      "--overhead", wishes.overhead,
      "Count multiply-adds against the full pass, exactly, by way of narrower models");
  gradient.add_flag("--json", json, "Print for machines");

  CLI::App& sweep = *app.add_subcommand("sweep", "Measure an experiment, or what is left of it");
  SweepOptions sweep_options(sweep);
  std::string allowed = "all";
  for (const Experiment& experiment : catalogue()) allowed += ", " + experiment.name;
  sweep.add_option("--experiment", sweep_options.experiment, allowed)->capture_default_str();

  std::string shard = "0/1";
  sweep
      .add_option("--shard", shard, "i/n: only part i of n, 0 ≤ i < n, as an array job's task does")
      ->capture_default_str();

  CLI::App& merge = *app.add_subcommand("merge", "The records of a sweep's parts as one");
  std::vector<std::filesystem::path> parts;
  std::string merged;
  merge.add_option("parts", parts, "Folders of records.jsonl")->required();
  merge.add_option("--out", merged, "Folder of the whole")->required();

  CLI::App& table =
      *app.add_subcommand("table", "An experiment's answer in Markdown, measuring what is missing");
  SweepOptions table_options(table, false);
  table
      .add_option("--experiment", table_options.experiment,
                  fmt::format("{}", fmt::join(names_of_tables(), ", ")))
      ->default_str("table1");
  table_options.experiment = "table1";

  CLI::App& claims =
      *app.add_subcommand("claims", "The table of verdicts, measuring what is missing");
  const SweepOptions claims_options(claims);
  std::vector<std::string> without;
  claims.add_option("--leave-out", without,
                    "An experiment that is not measured; claims that need it are NOT-JUDGED");
  bool records_only = false;
  claims.add_flag("--records-only", records_only,
                  "Judge what was measured, on whatever machines, and measure nothing");

  CLI::App& foreign = *app.add_subcommand(
      "foreign", "Bytes and seconds of somebody else's attention or model, and its own claims");
  const ForeignOptions foreign_options(foreign);

  CLI::App& training = *app.add_subcommand(
      "training", "Training curves in full, in slices, and switched: the paper's figure 3");
  SweepOptions training_options(training, false);
  training.get_option("--out")->required(false);  // a sample of a checkpoint needs none
  std::string task;
  training.add_option("--task", task, "copying, text (default: both)");
  const SampleOptions sample(training);

  CLI::App& train_leg = *app.add_subcommand("train-leg", "Of a training in little memory");
  train_leg.group("");  // hidden: what `training` runs as a fresh process
  std::string job_file;
  std::string start;
  std::string leg_corpus;
  train_leg.add_option("--job", job_file)->required();
  train_leg.add_option("--start", start)->required();
  train_leg.add_option("--corpus", leg_corpus)->required();

  CLI::App& process_peak = *app.add_subcommand("process-peak", "Of this very process");
  process_peak.group("");  // hidden: what `gradient` and `sweep` run as a fresh process
  const SettingOptions process_setting(process_peak);

  try {
    app.parse(count, arguments);
    if (gradient.parsed()) return run_gradient(gradient_setting.setting(), wishes, json);
    if (sweep.parsed()) return run_sweep_command(sweep_options, shard);
    if (merge.parsed()) return run_merge(parts, merged);
    if (table.parsed()) return run_table(table_options);
    if (claims.parsed()) return run_claims(claims_options, without, records_only);
    if (training.parsed()) return run_training(training_options, task, sample);
    if (train_leg.parsed()) return run_train_leg(job_file, start, leg_corpus);
    if (foreign.parsed()) return run_foreign(foreign_options);
    if (process_peak.parsed()) return run_process_peak(process_setting.setting());
    throw ContractError(
        "a command is needed: gradient, sweep, merge, table, claims, training, foreign; --help "
        "tells more");
  } catch (const CLI::Success& help) {
    return app.exit(help);
  }
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count, arguments);
  } catch (const std::exception& error) {
    return report_failure(error);
  }
}
