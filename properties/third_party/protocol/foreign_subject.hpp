// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/third_party/protocol/session.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <memory>

namespace slim::properties::foreign {

/// The processes of a third-party subject: one per calling thread, started on demand and restarted
/// after a crash, a hang or unexpected output. Each must give the same declaration as the first,
/// from which cases and bounds follow; else SubjectError of kind protocol_error. Thread-safe.
class SessionPool;

/// A third-party implementation with the same interface as the built-in subjects.
struct ForeignSubject {
  Subject subject;  ///< named "foreign/NAME"; its functions share the pool
  Declaration declaration;
  std::shared_ptr<SessionPool> pool;
};

/// Starts the subject and reads its declaration. Throws SubjectError: load_error, version_mismatch,
/// protocol_error, hang, memory_limit.
ForeignSubject open_subject(const Door& door, const Limits& limits);

/// Ends the idle processes, so that the next call is the first one of a new process.
void end_processes(SessionPool& pool);

/// The number of processes started so far; all but one per thread are restarts.
int processes_started(const SessionPool& pool);

/// The declared tasks that have not been run so far.
std::vector<std::string> tasks_never_asked(const ForeignSubject& foreign);

/// Runs `use` with exclusive use of a session of the pool. If there is no space for a case and its
/// result, runs it once more with a session whose scratch folder has enough (scratch.hpp), if any.
void with_session(SessionPool& pool, const std::function<void(Session&)>& use);
/// Likewise with a session of a new process, which ends afterwards.
void with_fresh_session(SessionPool& pool, const std::function<void(Session&)>& use);

}  // namespace slim::properties::foreign
