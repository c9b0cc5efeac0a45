// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"
#include "experiments/ranks/ranks.hpp"
#include "experiments/records/record.hpp"
#include "experiments/records/shard.hpp"
#include "experiments/workload/workload.hpp"

#include <chrono>
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
  Ranks* ranks = nullptr;  ///< the processes of mpirun that measure; null: this process
  std::chrono::duration<double> rank_deadline{60};  ///< a rank that is silent for longer is lost
};

/// Measures what the folder's records lack and appends each sample as it completes; a later run
/// resumes an interrupted one. Exact quantities run first, in parallel on all threads. Then bytes,
/// trainings and seconds run one at a time, seconds in interleaved rounds: sample 0 of every
/// setting, sample 1 of every setting, … Before anything is written, settings and corpus are
/// checked (ContractError), and each subject must pass the gate for each kind of setting
/// (RefusedSubject). On ranks, exact results are measured by all of them, what depends on the
/// machine (process memory) by those on the host of rank 0, and everything else by rank 0 after
/// these; a rank that fails or is lost is a std::runtime_error.
SweepReport run_sweep(const std::vector<Experiment>& experiments, const Sweep& sweep);

}  // namespace slim::experiments
