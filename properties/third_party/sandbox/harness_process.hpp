#pragma once

#include <sys/types.h>

#include <mutex>
#include <set>
#include <vector>

namespace slim::properties::foreign {

/// To be called before a subject is started, again and again. From then on the subjects' orphans
/// come to this process, not to the system's first; a process of the same user, unless it is
/// root's, can neither read nor change this one's memory (ptrace, /proc/PID/mem); a write to a
/// process that is gone is an error to handle; and times_continued() counts.
void prepare_for_subjects();

/// How often this process was continued (SIGCONT) since then: as often as it was stopped, at least.
/// What it measured meanwhile is not to be trusted, since a subject, which runs as the same user,
/// can stop it.
int times_continued();

/// Throws HarnessError when this process can open no further file: what then cannot be read is not
/// the subject's fault.
void require_descriptors();

/// The first processes of the pairs that keep subjects (host/keeper.hpp), as far as they were not
/// waited for. `mutex` is held while one is started, so that it is not taken for an orphan.
struct Guardians {
  std::mutex mutex;
  std::set<pid_t> alive;
  std::vector<pid_t> not_ours;  ///< children of this process that were there before the first
};
Guardians& guardians();

/// Ends what came here as its keeper and guardian were killed. Without a pause while there are any:
/// when a process forks and ends, and its child likewise, each comes here, to its reaper, for a
/// moment only.
void end_orphans();

}  // namespace slim::properties::foreign
