#pragma once

namespace slim::command_line {

/// Exit codes of all three programs.
enum ExitCode : int {
  holds = 0,
  falls_short = 1,  ///< what was asked about does not hold, or something wanted is missing
  bad_input = 2,    ///< arguments or input files that cannot be used, a place that is not writable
  harness_failed = 3  ///< the harness or its machine: output that is lost, a full disk, no memory
};

/// The codes in one line, for --help.
inline constexpr const char* exit_codes =
    "exit: 0 all holds, 1 something falls short, 2 bad input or a place that cannot be written, "
    "3 the harness or its machine failed (a full disk, lost output, no memory)";

}  // namespace slim::command_line
