#pragma once

#include <cstdint>

namespace slim::properties::foreign {

/// What a keeper is told.
struct Keep {
  const char* scratch;               ///< folder of the subject, removed at the end
  std::int64_t memory_bytes;         ///< resident in all that it starts, and in the scratch folder
  std::int64_t address_space_bytes;  ///< of each process; 0: without a limit
};

/// Runs `command` (null-terminated) and stands between it and the harness, so that nothing is left
/// behind however any of them ends. It is two processes, a guardian and the keeper below it, each
/// the reaper of every process below. When the subject ends, or outgrows its limit, or the harness
/// lets go of the lifeline (closes it or dies by whatever), or the guardian dies, the keeper kills
/// all that are below it; when the keeper dies, or has not done so a second after the harness let
/// go, the guardian does. Then the scratch folder is removed, and the guardian returns.
///
/// Descriptors: 0, 1, 2 become the subject's; 3 is the lifeline, a pipe whose other end the harness
/// holds; to 4 it writes lines: "pid N", then one of "exit CODE RSS AS ROOM", "signal NUMBER RSS AS
/// ROOM" (the largest bytes resident and of address space; bytes left in the scratch folder's file
/// system), "memory RSS"; "failed ERRNO" when the subject could not be started; "stopped" each time
/// that the keeper was stopped or continued.
/// The subject has a session of its own, no other descriptor, no core file, and dies with its
/// keeper.
int keep_subject(const Keep& keep, char** command);

}  // namespace slim::properties::foreign
