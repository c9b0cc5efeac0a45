// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/record.hpp"
#include "experiments/training/training_runs.hpp"

#include <filesystem>

namespace slim::experiments {

/// Runs all steps of a job in a fresh process whose writable memory is limited to the setting's
/// `memory_cap` beyond what its program has at the start; on one thread, because every further
/// thread reserves memory. If a leg does not fit, its `refusal` and `wanted` are set. Throws
/// std::runtime_error with the process's error message when it fails in another way.
TrainingLeg train_in_capped_process(const Record& job, const std::filesystem::path& start,
                                    const std::filesystem::path& program);

/// The part that runs in the fresh process. The corpus is passed separately, because it is not in
/// the job.
TrainingLeg train_capped_here(Record job, const std::filesystem::path& corpus,
                              const std::filesystem::path& start, const FindSubject& find_subject);

/// Lower bound of a training's bytes: parameters, gradient, moments, tokens, and the minimum of its
/// subject's algorithm.
std::int64_t least_training_bytes(const Subject& subject, const Setting& setting);

}  // namespace slim::experiments
