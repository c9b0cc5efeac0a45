// SPDX-License-Identifier: Apache-2.0
// run_on_ranks of a program that is built without MPI.
#include "experiments/ranks/launch.hpp"
#include "experiments/ranks/ranks.hpp"
#include "properties/command_line/exit_code.hpp"
#include "properties/command_line/standard_streams.hpp"

namespace slim::experiments {

int run_on_ranks(const Answering& /*answer*/, const std::function<int(Ranks*)>& body) {
  const Launch launch = launch_by_mpirun();
  if (launch.count == 1) return body(nullptr);
  if (launch.rank == 0) {
    command_line::note(
        "slim-measure: started by mpirun, but built without MPI: start it without mpirun, or "
        "install libopenmpi-dev and build again");
  }
  return command_line::bad_input;
}

}  // namespace slim::experiments
