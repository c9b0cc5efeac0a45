// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace slim::properties::foreign {

/// The settings of the supervisors of a subject.
struct Keep {
  const char* scratch;               ///< scratch folder of the subject, removed at the end
  std::int64_t memory_bytes;         ///< limit on resident memory and the scratch folder
  std::int64_t address_space_bytes;  ///< limit for each process; 0: none
};

/// Runs `command` (null-terminated) under supervision, so that nothing is left behind however the
/// subject or the harness ends. Two processes supervise it, an outer one and an inner one below it;
/// both are reapers of all processes below them. The inner supervisor kills all processes below it
/// if the subject ends or exceeds its limit, if the harness closes the lifeline or ends for any
/// reason, or if the outer supervisor ends. The outer supervisor does so if the inner one ends, or
/// has not done so one second after the lifeline was closed. It then removes the scratch folder and
/// returns.
///
/// Descriptors: 0, 1, 2 become the subject's; 3 is the lifeline, a pipe whose other end the harness
/// holds; to 4 these lines are written: "pid N"; then one of "exit CODE RSS AS ROOM", "signal
/// NUMBER RSS AS ROOM" (the largest resident bytes and address space; bytes free in the file system
/// of the scratch folder), "memory RSS"; "failed ERRNO" if the subject could not be started;
/// "stopped" each time that the inner supervisor was stopped or continued. The subject has its own
/// session, no other descriptor and no core file, and ends with the inner supervisor.
int keep_subject(const Keep& keep, char** command);

}  // namespace slim::properties::foreign
