// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

namespace slim::experiments {

/// How Open MPI's mpirun started this process; one rank without mpirun.
struct Launch {
  int rank = 0;
  int count = 1;
};

inline Launch launch_by_mpirun() {
  const char* count = std::getenv("OMPI_COMM_WORLD_SIZE");
  const char* rank = std::getenv("OMPI_COMM_WORLD_RANK");
  if (count == nullptr || rank == nullptr || std::atoi(count) < 2) return {};
  return {.rank = std::atoi(rank), .count = std::atoi(count)};
}

}  // namespace slim::experiments
