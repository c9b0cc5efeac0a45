#pragma once

#include "properties/third_party/protocol/session.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <memory>

namespace slim::properties::foreign {

/// The processes of a foreign subject: one for each thread that asks, started when it is needed,
/// and anew after one has crashed, hung or made noise. Each has to declare what the first did, for
/// that is what is asked and judged by; else SubjectError of kind protocol_error. Thread-safe.
class SessionPool;

/// An implementation of somebody else as a subject like any other.
struct ForeignSubject {
  Subject subject;  ///< named "foreign/NAME"; its functions share in the pool
  Declaration declaration;
  std::shared_ptr<SessionPool> pool;
};

/// Starts it and lets it describe itself. Throws SubjectError: load_error, version_mismatch,
/// protocol_error, hang, memory_limit.
ForeignSubject open_subject(const Door& door, const Limits& limits);

/// Ends the processes that nobody uses, so that the next question is the first one of a new
/// process.
void end_processes(SessionPool& pool);

/// Processes that were started in all, of which all but one a thread are restarts.
int processes_started(const SessionPool& pool);

/// Tasks that it declares and that no question was of so far: nothing is known of them.
std::vector<std::string> tasks_never_asked(const ForeignSubject& foreign);

/// Runs `use` with a session of the pool that nobody else uses. Where that finds no room for a case
/// and its answer, runs it once more with one whose scratch folder has, if there is one
/// (scratch.hpp).
void with_session(SessionPool& pool, const std::function<void(Session&)>& use);
/// The same with one of a process that has been asked nothing, which ends afterwards.
void with_fresh_session(SessionPool& pool, const std::function<void(Session&)>& use);

}  // namespace slim::properties::foreign
