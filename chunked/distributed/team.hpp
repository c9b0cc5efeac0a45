// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/distributed/communicator.hpp"
#include "reference/vocabulary/memory/memory.hpp"

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace slim::chunked::distributed {

/// P ranks that compute one task at a time.
class Team {
 public:
  using Work = std::function<void(Communicator&)>;
  /// The task for ranks in other processes: what task_bytes.hpp reads.
  using Task = std::function<std::vector<std::byte>()>;

  Team() = default;
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  virtual ~Team() = default;

  [[nodiscard]] virtual Index size() const = 0;             ///< P
  [[nodiscard]] virtual std::string_view kind() const = 0;  ///< "threads" or "MPI processes"
  /// Runs `work` as rank 0 on this thread, and on all other ranks; those in other processes derive
  /// it from `task`. Returns when rank 0 has finished, and others as far as it can know.
  /// Throws the first exception of a rank; RanksError if a rank of another process fails.
  virtual void run(const Work& work, const Task& task) = 0;
};

/// Ranks that are threads of this process and share the memory of the task.
class ThreadTeam final : public Team {
 public:
  explicit ThreadTeam(Index size, bool measures_memory = false)
      : size_(size), measures_memory_(measures_memory) {}

  [[nodiscard]] Index size() const override { return size_; }
  [[nodiscard]] std::string_view kind() const override { return "threads"; }
  void run(const Work& work, const Task& task) override;

  /// What a rank took.
  struct Use {
    std::array<Sent, kinds_of_traffic> sent{};
    std::int64_t depth = 0;  ///< messages on the longest chain that ends at this rank
    std::int64_t path = 0;   ///< operations on the longest chain that ends at this rank
    MemoryUse peak{};        ///< of this rank alone; 0 unless the team measures memory
  };
  /// Of each rank in the last run.
  [[nodiscard]] const std::vector<Use>& uses() const { return uses_; }

 private:
  Index size_;
  bool measures_memory_;
  std::vector<Use> uses_;
};

/// The team of this process: that of an MPI program, if use_team() was called, else threads, as
/// many as the environment variable SLIM_RANKS says, or 3.
/// Throws ContractError if SLIM_RANKS is not a number from 1 to 1024.
std::shared_ptr<Team> the_team();
void use_team(std::shared_ptr<Team> team);

}  // namespace slim::chunked::distributed
