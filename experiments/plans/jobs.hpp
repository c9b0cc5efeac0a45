// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/record.hpp"

#include <string>
#include <vector>

namespace slim::experiments {

/// A sample to measure: a record whose result is still empty.
using Job = Record;

/// Relative time of a job among those of its kind: tokens times parameters.
double weight(const Job& job);

/// Keys of similar jobs, for the remaining time, from specific to general: samples of one setting;
/// settings of one subject; jobs of one quantity; and, for quantities that are little more than a
/// gradient, all of these.
std::vector<std::string> kinds(const Job& job);

/// Whether other jobs may run at the same time: the result does not depend on time or on this
/// process's memory, and the job needs at most about a gigabyte, even if every state is stored.
bool can_run_in_parallel(const Job& job);

/// Whether it can, and its result is the same on every machine, so that any host of a sweep on
/// several may measure it.
bool runs_on_any_host(const Job& job);

/// Key of jobs that share what a measurer caches: they differ only in the subject, in C or in the
/// scalar.
std::string batch_key(const Job& job);

}  // namespace slim::experiments
