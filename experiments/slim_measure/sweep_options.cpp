// SPDX-License-Identifier: Apache-2.0
#include "experiments/slim_measure/sweep_options.hpp"

#include "experiments/slim_measure/command_line.hpp"
#include "experiments/workload/corpus.hpp"
#include "properties/command_line/options.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <CLI/CLI.hpp>

namespace slim::experiments {

SweepOptions::SweepOptions(CLI::App& command, bool has_json) {
  conditions.threads = all_threads();
  conditions.corpus = default_corpus;
  command.add_option("--scale", scale, "ci (minutes), laptop, paper")->capture_default_str();
  command_line::writes_folder(command.add_option("--out", out, "Folder of the records"))
      ->required();
  command_line::reads_file(
      command.add_option("--corpus", conditions.corpus, "Text whose bytes are the tokens"))
      ->capture_default_str();
  command.add_option("--seed", conditions.seed, "Seed of the parameters")->capture_default_str();
  command
      .add_option("--seeds", conditions.seeds,
                  "Number of seeds of experiments with several seeds; 0: default of the scale")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  command.add_option("--threads", conditions.threads, "Number of threads; does not affect results")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command
      .add_option("--rank-deadline", rank_deadline,
                  "Seconds of silence after which a rank of mpirun is lost")
      ->check(CLI::Range(2.0, 86400.0))
      ->capture_default_str();
  if (has_json) command.add_flag("--json", json, "Print JSON");
}

Sweep SweepOptions::sweep() const {
  require(!out.empty(), "--out is missing: give the folder of the records");
  Sweep sweep = {.conditions = conditions,
                 .folder = out,
                 .find_subject = {},
                 .rank_deadline = std::chrono::duration<double>(rank_deadline)};
  sweep.conditions.scale = parse_scale(scale);
  return sweep;
}

}  // namespace slim::experiments
