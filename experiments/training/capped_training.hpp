#pragma once

#include "experiments/records/record.hpp"
#include "experiments/training/training_runs.hpp"

#include <filesystem>

namespace slim::experiments {

/// All steps of a job's run in a fresh process, which may have no more memory to write to than the
/// setting's `memory_cap` beyond what its own program takes when it starts; on one thread, since
/// every further one reserves some for itself. A leg that does not fit has a refusal, and says what
/// it wanted. Throws std::runtime_error with the child's words when it fails in another way.
TrainingLeg train_in_capped_process(const Record& job, const std::filesystem::path& start,
                                    const std::filesystem::path& program);

/// What the child does: see above. The text is not in the job.
TrainingLeg train_capped_here(Record job, const std::filesystem::path& corpus,
                              const std::filesystem::path& start,
                              const TrainingRuns::FindSubject& find_subject);

/// Bytes that a training takes at least: parameters, gradient, moments, tokens, and what its
/// subject's algorithm cannot do without.
std::int64_t least_training_bytes(const Subject& subject, const Setting& setting);

}  // namespace slim::experiments
