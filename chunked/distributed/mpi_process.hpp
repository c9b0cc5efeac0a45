// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace slim::chunked::distributed {

/// Whether mpirun started this process as one of its ranks.
bool is_mpi_process();

/// Continues in a child of this process, where nullopt is returned. The parent only waits, and
/// returns the exit code of its child; if a signal ended the child, it prints one line that begins
/// with `program`, and returns 3. So mpirun, which ends all ranks when one of them ends early, also
/// reports why, and returns an exit code of the program. Neither outlives its parent.
/// Requires a process without threads. Throws std::system_error if there can be no child.
std::optional<int> supervised(const std::string& program);

}  // namespace slim::chunked::distributed
