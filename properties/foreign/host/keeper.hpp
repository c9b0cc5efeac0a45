#pragma once

#include <cstdint>

namespace slim::properties::foreign {

/// What a keeper is told.
struct Keep {
  const char* scratch;        ///< folder of the subject, removed at the end
  std::int64_t memory_bytes;  ///< of the subject's address space, and resident with its children
};

/// Runs `command` (null-terminated) as its child and stands between it and the harness, so that
/// nothing is left behind however either of them ends. It is the reaper of every process below it;
/// when the subject ends, or outgrows its limit, or the harness lets go of the lifeline (closes it
/// or dies by whatever), it kills all that are below it, removes the scratch folder, and returns.
///
/// Descriptors: 0, 1, 2 become the subject's; 3 is the lifeline, a pipe whose other end the harness
/// holds; to 4 it writes lines: "pid N", then one of "exit CODE RSS AS", "signal NUMBER RSS AS"
/// (the largest bytes resident and of address space), "memory RSS".
/// The subject has a session of its own, no other descriptor, no core file, and dies with its
/// keeper.
int keep_subject(const Keep& keep, char** command);

}  // namespace slim::properties::foreign
