// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <mutex>
#include <set>
#include <vector>

namespace slim::properties::foreign {

/// Call this before a subject is started; repeated calls are harmless. Afterwards, orphans of
/// subjects are adopted by this process instead of init; other processes of the same user (except
/// root) can neither read nor change its memory (ptrace, /proc/PID/mem); writing to an ended
/// process gives an error instead of a signal; and times_continued() counts.
void prepare_for_subjects();

/// How often this process was continued (SIGCONT) since then: at least as often as it was stopped.
/// A subject runs as the same user and can stop this process, which invalidates measurements.
int times_continued();

/// Throws HarnessError if this process cannot open another file: then a failure to read a file is
/// not the subject's fault.
void require_descriptors();

/// The outer supervisors of running subjects (supervisor.hpp) that have not been waited for.
/// `mutex` is held while one is started, so that it is not mistaken for an orphan.
struct OuterSupervisors {
  std::mutex mutex;
  std::set<pid_t> alive;
  std::vector<pid_t> not_ours;  ///< children of this process that existed before the first
};
OuterSupervisors& outer_supervisors();

/// Kills orphans that this process adopted because both of their supervisors were killed. Repeats
/// without a pause while there are any: in a chain of processes that each fork and end, each is a
/// child of this process only for a moment.
void end_orphans();

}  // namespace slim::properties::foreign
