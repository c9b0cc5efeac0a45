// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace slim::chunked::distributed {

/// How the processes of an MPI program find out that one of them fails.
struct MpiLimits {
  /// Seconds that a rank waits for a message of another one.
  double deadline_s = 60.0;
  /// What has to be the same on all ranks: the code and the arguments.
  std::string code{};
  std::string arguments{};
};

/// The limits with the deadline of the environment variable SLIM_RANKS_DEADLINE, if it is set.
/// Throws ContractError unless it is a number of seconds from 0.1 to 86400.
MpiLimits with_deadline_of_environment(MpiLimits limits);

/// Runs `lead` on rank 0, where the_team() is then all ranks, and serves on the others until it
/// returns. Returns the exit code of `lead`, and 0 on the other ranks. MPI is called by one thread
/// at a time. Requires is_mpi_process() (mpi_process.hpp).
/// Throws RanksError on rank 0 if the ranks differ in code or arguments, or one does not answer.
int run_with_mpi(const MpiLimits& limits, const std::function<int()>& lead);

/// Ends all ranks with this exit code. To be called when a rank cannot continue.
[[noreturn]] void abort_ranks(int exit_code);

}  // namespace slim::chunked::distributed
