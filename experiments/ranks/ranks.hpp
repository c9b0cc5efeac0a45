// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/ranks/measuring_process.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace slim::experiments {

/// The host of a rank.
struct RankHost {
  std::string name;
  std::string processor;  ///< as in the provenance
};

/// The processes that mpirun started, as rank 0 uses them: each has a process that measures, rank 0
/// too.
class Ranks {
 public:
  struct Answer {
    std::size_t rank = 0;
    std::string text;
  };

  Ranks() = default;
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;
  virtual ~Ranks() = default;

  /// Waits until every rank has reported its host and its build. Throws std::runtime_error if one
  /// is silent for longer than the deadline, or was built from other code, by another compiler or
  /// with other flags than rank 0.
  virtual void meet(std::chrono::duration<double> deadline) = 0;
  /// By rank; empty before meet().
  [[nodiscard]] virtual const std::vector<RankHost>& hosts() const = 0;
  /// Gives a job to a rank that has none.
  virtual void give(std::size_t rank, const std::string& job) = 0;
  /// Waits for the next answer of any rank. Throws std::runtime_error if a rank fails or is silent
  /// for longer than the deadline; a rank reports every second that it is there.
  virtual Answer next_answer(std::chrono::duration<double> deadline) = 0;
};

/// Runs the program on the ranks of mpirun: `body` on rank 0, which returns the exit code, while
/// the others answer its jobs with `answer`. Without mpirun, or with a single rank, runs
/// `body(nullptr)`, and MPI is not initialised. A program that was built without MPI refuses to run
/// on several ranks.
int run_on_ranks(const Answering& answer, const std::function<int(Ranks*)>& body);

}  // namespace slim::experiments
