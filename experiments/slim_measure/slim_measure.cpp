// SPDX-License-Identifier: Apache-2.0
// slim-measure: what does it cost, and does the claim hold?
#include "experiments/claims/judged.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/claims/table1.hpp"
#include "experiments/measures/gate.hpp"
#include "experiments/measures/longest_length.hpp"
#include "experiments/measures/machine_memory.hpp"
#include "experiments/measures/measure_gradient.hpp"
#include "experiments/measures/process_peak.hpp"
#include "experiments/measures/softmax_transformer.hpp"
#include "experiments/plans/catalogue.hpp"
#include "experiments/plans/estimate.hpp"
#include "experiments/plans/own_sizes.hpp"
#include "experiments/plans/sweep.hpp"
#include "experiments/plans/training_table.hpp"
#include "experiments/ranks/job_server.hpp"
#include "experiments/ranks/ranks.hpp"
#include "experiments/records/comparable.hpp"
#include "experiments/records/merge.hpp"
#include "experiments/records/record_log.hpp"
#include "experiments/records/regime.hpp"
#include "experiments/slim_measure/command_line.hpp"
#include "experiments/slim_measure/foreign_command.hpp"
#include "experiments/slim_measure/own_sizes_options.hpp"
#include "experiments/slim_measure/sample_options.hpp"
#include "experiments/slim_measure/sweep_options.hpp"
#include "experiments/training/capped_training.hpp"
#include "experiments/training/wider_gradient.hpp"
#include "experiments/workload/corpus.hpp"
#include "properties/catalogue.hpp"
#include "properties/command_line/json_text.hpp"
#include "properties/command_line/options.hpp"
#include "properties/command_line/output_file.hpp"
#include "properties/command_line/program.hpp"
#include "properties/command_line/standard_streams.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/text_file.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <new>
#include <set>
#include <span>

namespace {

using namespace slim;
using namespace slim::experiments;
using command_line::falls_short;
using command_line::holds;
using command_line::note;
using command_line::print;
using command_line::print_exactly;
using command_line::reads_file;
using command_line::reads_folder;
using command_line::writes_folder;

/// The catalogue of properties, the softmax baseline, and a control of trainings.
const Subject& find_subject(std::string_view name) {
  static const Subject wide = in_wider_scalar(properties::find_subject("recovered/blocked"));
  if (name == wide.name) return wide;
  return name == "softmax" ? softmax_transformer() : properties::find_subject(name);
}

void report_note(const std::string& line) {
  note(line);
}

/// Reports how long trainings will take before they start, because they may take days.
void announce_trainings(std::span<const Record* const> missing) {
  const std::string estimate = training_estimate(missing, find_subject);
  if (!estimate.empty()) report_note(estimate);
}

/// The ranks of mpirun, if it started this program.
Ranks* ranks_of_mpirun = nullptr;

/// The sweep that the options describe.
Sweep sweep_of(const SweepOptions& options) {
  Sweep sweep = options.sweep();
  sweep.find_subject = find_subject;
  sweep.announce = announce_trainings;
  sweep.ranks = ranks_of_mpirun;
  return sweep;
}

std::vector<std::string> names_of_tables() {
  std::vector<std::string> names = {"table1"};
  for (const Experiment& experiment : catalogue()) {
    if (experiment.table != nullptr) names.push_back(experiment.name);
  }
  return names;
}

GradientCost measured_gradient(const Setting& setting, const Wishes& wishes) {
  try {
    return measure_gradient(find_subject(setting.subject), find_subject("reference"), setting,
                            wishes);
  } catch (const NoMemory& error) {
    if (setting.memory_cap == 0) throw;
    throw ContractError(fmt::format("--memory-cap is too small: with {} bytes the process runs {}",
                                    setting.memory_cap, error.what()));
  }
}

int run_gradient(const Setting& setting, const Wishes& wishes, bool json) {
  require_fits(setting);
  const GradientCost cost = measured_gradient(setting, wishes);
  if (json) {
    print_exactly(to_json(cost));
  } else {
    print(to_text(cost));
  }
  return holds;
}

int run_process_peak(const Setting& setting) {
  const Subject& subject = find_subject(setting.subject);
  if (setting.memory_cap > 0) cap_address_space(setting.memory_cap);
  try {
    const auto [memory, digest] = process_peak_here(subject, setting);
    print(fmt::format("{} {} {:.17g} {:.17g} {:.17g}\n", memory.peak, memory.baseline, digest.loss,
                      digest.norm, fmt::join(digest.projections, " ")));
    return holds;
  } catch (const std::bad_alloc&) {
    return no_memory_exit_code;
  }
}

int run_sweep_command(const SweepOptions& options, const OwnSizesOptions& own,
                      const std::string& shard) {
  Sweep sweep = sweep_of(options);
  sweep.conditions.own = own.sizes();
  require(!sweep.conditions.own || options.experiment == "all",
          "sizes of one's own are an experiment of their own: leave out --experiment");
  const std::vector<Experiment> experiments =
      sweep.conditions.own ? own_experiments() : find_experiments(options.experiment);
  sweep.shard = parse_shard(shard);
  const SweepReport report = run_sweep(experiments, sweep);
  if (options.json) {
    print_exactly(command_line::json_text({{"measured", report.measured},
                                           {"reused", report.reused},
                                           {"records", report.file.string()}},
                                          -1));
  } else {
    print(fmt::format("{} samples measured, {} reused: {}\n", report.measured, report.reused,
                      report.file.string()));
  }
  return holds;
}

int run_merge(const std::vector<std::filesystem::path>& parts, const std::string& out) {
  const MergeReport report = merge_records(parts, out, report_note);
  if (!report.conflicts.empty()) {
    constexpr std::size_t most_named = 10;
    const std::size_t count = report.conflicts.size();
    note(fmt::format("nothing was merged: {} measurement{} with two different results", count,
                     count == 1 ? "" : "s"));
    for (const std::string& conflict :
         std::span(report.conflicts).first(std::min(most_named, count))) {
      note(conflict);
    }
    return falls_short;
  }
  print(fmt::format("{} records added, {} already known: {}/records.jsonl\n", report.taken,
                    report.known, out));
  for (const std::string& parts_of : report.missing) {
    note(fmt::format("no records of {}", on_one_line(parts_of, 400)));
  }
  return holds;  // a part to which no sample fell has no records
}

int run_table1(const SweepOptions& options);

int run_table(const SweepOptions& options) {
  if (options.experiment == "table1") return run_table1(options);
  const std::vector<Experiment> experiments = find_experiments(options.experiment);
  require(experiments.size() == 1 && experiments.front().table != nullptr,
          "experiment '" + on_one_line(options.experiment) + "' has no table: allowed are " +
              fmt::format("{}", fmt::join(names_of_tables(), ", ")));
  const SweepReport report = run_sweep(experiments, sweep_of(options));
  print(experiments.front().table(report.records));
  return holds;
}

int run_claims(const SweepOptions& options, const std::vector<std::string>& without,
               bool records_only) {
  for (const std::string& experiment : without) {
    require(find_experiments(experiment).size() == 1,
            "--leave-out accepts one experiment at a time, not all");
  }
  const std::filesystem::path folder = options.sweep().folder;
  command_line::require_writable(folder / "verdicts.json");
  Provenance origin = provenance();
  std::vector<Verdict> verdicts;
  if (records_only) {
    const Comparable found =
        comparable(read_records(folder / "records.jsonl", report_note), options.scale);
    if (found.left_out > 0) {
      note(fmt::format("{} records of other code, machine, text or threads are left out",
                       found.left_out));
    }
    const std::set<std::string> hosts = hosts_of_machine_results(found.records);
    if (hosts.size() > 1) {
      note(fmt::format(
          "seconds, process memory and trainings are from {} hosts of one processor: {}",
          hosts.size(), fmt::join(hosts, ", ")));
    }
    verdicts = judged_from(found, built_in_claims(), without);
    origin = found.provenance;
  } else {
    verdicts = judged(sweep_of(options), built_in_claims(), without);
  }
  const std::string json = to_json(verdicts, options.scale, origin);
  command_line::write_output(folder / "verdicts.json", json);
  if (options.json) {
    print_exactly(json);
  } else {
    print(to_table(verdicts));
  }
  if (!any_judged(verdicts)) {
    note(fmt::format("nothing was judged: every one of the {} claims is NOT-JUDGED",
                     verdicts.size()));
    return falls_short;
  }
  for (const Verdict& verdict : verdicts) {
    if (!is_lost(verdict)) continue;
    note(fmt::format("{} is {}, not {} as claims.toml expects", verdict.claim.name,
                     name(verdict.answer), verdict.claim.expected));
  }
  return any_lost(verdicts) ? falls_short : holds;
}

/// The paper's table 1.
int run_table1(const SweepOptions& options) {
  std::vector<Claim> claims = built_in_claims();
  std::erase_if(claims, [](const Claim& claim) { return claim.cell.empty(); });
  print(table1_in_markdown(judged(sweep_of(options), claims)));
  return holds;
}

void print_sample(const std::filesystem::path& checkpoint, const SampleWishes& wishes) {
  print(sample_text(find_subject("recovered/blocked"), read_case_file(checkpoint), wishes) + "\n");
}

int run_training(SweepOptions& options, const std::string& task, const SampleOptions& sample) {
  if (sample.is_of_file()) {
    print_sample(sample.checkpoint(), sample.wishes());
    return holds;
  }
  if (!task.empty()) parse_training_task(task);
  options.conditions.task = task;
  const Sweep sweep = sweep_of(options);
  const SweepReport report = run_sweep(find_experiments("training"), sweep);
  print(training_table(report.records));
  if (!sample.given()) return holds;
  const auto trained =
      std::find_if(report.records.begin(), report.records.end(), [](const Record& record) {
        return regime_of(record.setting) == Regime::full &&
               record.setting.training.task == TrainingTask::text;
      });
  require(trained != report.records.end(), "--sample needs a trained text model: give --task text");
  const TrainingRuns runs(sweep.folder / "training", find_subject, sweep.program);
  print("\n");
  print_sample(runs.checkpoint(*trained), sample.wishes());
  return holds;
}

/// Entry point of the process of limited memory.
int run_train_leg(const std::string& job_file, const std::string& start,
                  const std::string& corpus) {
  Record job = parse_record(read_text_file(job_file));
  job.measured = train_capped_here(job, corpus, start, find_subject);
  print_exactly(to_line(job) + "\n");
  return holds;
}

int run(int count, char** arguments) {
  CLI::App app{"slim-measure: measures what a gradient costs, and judges the paper's claims",
               "slim-measure"};
  command_line::add_version(app);
  app.require_subcommand(1);
  app.footer(command_line::exit_codes);

  CLI::App& gradient = *app.add_subcommand("gradient", "Seconds, bytes and loss of one setting");
  const SettingOptions gradient_setting(gradient);
  Wishes wishes;
  bool json = false;
  gradient.add_option("--repeats", wishes.repeats, "Number of time samples")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  gradient.add_flag("--count", wishes.count, "Also count multiply-adds, which takes long");
  gradient.add_flag(
      "--overhead", wishes.overhead,
      "Count multiply-adds relative to the full pass, exactly, using narrower models");
  gradient.add_flag("--json", json, "Print JSON");

  CLI::App& sweep = *app.add_subcommand("sweep", "Measure what an experiment's records lack");
  SweepOptions sweep_options(sweep);
  std::string allowed = "all";
  for (const Experiment& experiment : catalogue()) allowed += ", " + experiment.name;
  sweep.add_option("--experiment", sweep_options.experiment, allowed)->capture_default_str();

  const OwnSizesOptions own_sizes(sweep);
  std::string shard = "0/1";
  sweep.add_option("--shard", shard, "i/n: only part i of n, 0 ≤ i < n, for array jobs")
      ->capture_default_str();

  CLI::App& merge = *app.add_subcommand("merge", "Combine the records of a sweep's parts");
  std::vector<std::filesystem::path> parts;
  std::string merged;
  reads_folder(merge.add_option("parts", parts, "Folders that contain records.jsonl"))->required();
  writes_folder(merge.add_option("--out", merged, "Folder of the combined records"))->required();

  CLI::App& table = *app.add_subcommand(
      "table", "Print an experiment's table in Markdown; measures what is missing");
  SweepOptions table_options(table, false);
  table
      .add_option("--experiment", table_options.experiment,
                  fmt::format("{}", fmt::join(names_of_tables(), ", ")))
      ->default_str("table1");
  table_options.experiment = "table1";

  CLI::App& claims =
      *app.add_subcommand("claims", "Print the table of verdicts; measures what is missing");
  const SweepOptions claims_options(claims);
  std::vector<std::string> without;
  claims.add_option("--leave-out", without,
                    "Skip an experiment; claims that need it are NOT-JUDGED");
  bool records_only = false;
  claims.add_flag("--records-only", records_only,
                  "Judge existing records, of any machines, and measure nothing");

  CLI::App& foreign = *app.add_subcommand(
      "foreign", "Bytes and seconds of a third-party implementation, and its claims");
  const ForeignCommand foreign_command(foreign);

  CLI::App& training = *app.add_subcommand(
      "training", "Training curves: full pass, slices, and switched (the paper's figure 3)");
  SweepOptions training_options(training, false);
  training.get_option("--out")->required(false);  // not needed to sample a checkpoint
  std::string task;
  training.add_option("--task", task, "copying, text (default: both)");
  const SampleOptions sample(training);

  CLI::App& train_leg = *app.add_subcommand("train-leg", "A training in limited memory");
  train_leg.group("");  // hidden: `training` runs it as a fresh process
  std::string job_file;
  std::string start;
  std::string leg_corpus;
  reads_file(train_leg.add_option("--job", job_file))->required();
  reads_file(train_leg.add_option("--start", start))->required();
  reads_file(train_leg.add_option("--corpus", leg_corpus))->required();

  CLI::App& process_peak = *app.add_subcommand("process-peak", "Peak memory of this process");
  process_peak.group("");  // hidden: `gradient` and `sweep` run it as a fresh process
  const SettingOptions process_setting(process_peak);

  if (!command_line::parse(app, count, arguments)) return holds;
  if (gradient.parsed()) return run_gradient(gradient_setting.setting(), wishes, json);
  if (sweep.parsed()) return run_sweep_command(sweep_options, own_sizes, shard);
  if (merge.parsed()) return run_merge(parts, merged);
  if (table.parsed()) return run_table(table_options);
  if (claims.parsed()) return run_claims(claims_options, without, records_only);
  if (training.parsed()) return run_training(training_options, task, sample);
  if (train_leg.parsed()) return run_train_leg(job_file, start, leg_corpus);
  if (foreign.parsed()) return foreign_command.run();
  if (process_peak.parsed()) return run_process_peak(process_setting.setting());
  return holds;  // not reached: a command is required
}

int run_reporting(int count, char** arguments) {
  return command_line::run_program("slim-measure", [&] {
    try {
      return run(count, arguments);
    } catch (const RefusedSubject& error) {
      note(std::string("slim-measure: ") + error.what());
      return static_cast<int>(falls_short);
    }
  });
}

}  // namespace

int main(int count, char** arguments) {
  JobServer server(find_subject);
  return run_on_ranks([&](const std::string& job) { return server.answer(job); },
                      [&](Ranks* ranks) {
                        ranks_of_mpirun = ranks;
                        return run_reporting(count, arguments);
                      });
}
