// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace slim::command_line {

/// Exit codes of all three programs.
enum ExitCode : int {
  holds = 0,
  falls_short = 1,    ///< something does not hold, or something that was requested is missing
  bad_input = 2,      ///< unusable arguments or input files, or an output that is not writable
  harness_failed = 3  ///< the harness or the machine: lost output, disk full, out of memory
};

/// The codes in one line, for --help.
inline constexpr const char* exit_codes =
    "exit codes: 0 everything holds, 1 something does not hold, 2 bad input or an output that "
    "cannot be written, 3 the harness or the machine failed (disk full, lost output, out of "
    "memory)";

}  // namespace slim::command_line
