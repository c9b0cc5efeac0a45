// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"
#include "experiments/records/record.hpp"
#include "experiments/records/shard.hpp"
#include "experiments/workload/workload.hpp"

#include <filesystem>
#include <functional>
#include <span>
#include <vector>

namespace slim::experiments {

struct SweepReport {
  std::vector<Record> records;  ///< every sample of every plan, in this order, measured or reused
  std::size_t measured = 0;
  std::size_t reused = 0;
  std::filesystem::path file;
};

/// The input of a sweep in addition to its experiments.
struct Sweep {
  Conditions conditions;
  std::filesystem::path folder;  ///< contains records.jsonl
  FindSubject find_subject;
  Shard shard = {};
  std::filesystem::path program = "/proc/self/exe";  ///< slim-measure, for fresh processes
  /// Called with the missing records before they are measured; may be empty.
  std::function<void(std::span<const Record* const>)> announce = {};
};

/// Measures what the folder's records lack and appends each sample as it completes; a later run
/// resumes an interrupted one. Exact quantities run first, in parallel on all threads. Then bytes,
/// trainings and seconds run one at a time, seconds in interleaved rounds: sample 0 of every
/// setting, sample 1 of every setting, … Before anything is written, settings and corpus are
/// checked (ContractError), and each subject must pass the gate for each kind of setting
/// (RefusedSubject).
SweepReport run_sweep(const std::vector<Experiment>& experiments, const Sweep& sweep);

}  // namespace slim::experiments
