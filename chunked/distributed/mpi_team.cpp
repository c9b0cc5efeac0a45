// SPDX-License-Identifier: Apache-2.0
#include "chunked/distributed/mpi_team.hpp"

#include "chunked/distributed/calls.hpp"
#include "chunked/distributed/mpi_messages.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <mutex>
#include <optional>

namespace slim::chunked::distributed {
namespace {

/// A rank of the MPI program during one task.
class MpiCommunicator final : public Communicator {
 public:
  explicit MpiCommunicator(MpiMessages& messages)
      : Communicator(messages.rank(), messages.size()), messages_(messages) {}

 private:
  void put(Index to, std::vector<std::byte> message) override {
    messages_.send(static_cast<int>(to), MessageTag::numbers, std::move(message));
  }
  std::vector<std::byte> take(Index from) override {
    return messages_.receive(static_cast<int>(from), MessageTag::numbers);
  }

  MpiMessages& messages_;
};

/// FNV-1a.
std::uint64_t checksum(std::span<const std::byte> bytes) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const std::byte byte : bytes)
    hash = (hash ^ static_cast<std::uint64_t>(byte)) * 1099511628211ULL;
  return hash;
}

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}
std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// All ranks of the MPI program, as seen by rank 0. One task at a time: calls of several threads
/// wait for each other.
class MpiTeam final : public Team {
 public:
  explicit MpiTeam(MpiMessages& messages) : messages_(messages) {}

  [[nodiscard]] Index size() const override { return messages_.size(); }
  [[nodiscard]] std::string_view kind() const override { return "MPI processes"; }
  void run(const Work& work, const Task& task) override {
    const std::lock_guard lock(mutex_);
    if (broken_) throw RanksError(*broken_);
    messages_.forget_waits();
    std::vector<std::byte> bytes = task();
    const std::uint64_t sum = checksum(bytes);
    const auto* of_sum = reinterpret_cast<const std::byte*>(&sum);
    bytes.insert(bytes.end(), of_sum, of_sum + sizeof(sum));
    try {
      for (int rank = 1; rank < messages_.size(); ++rank) {
        messages_.send(rank, MessageTag::task, bytes);
      }
      MpiCommunicator ranks(messages_);
      ranks.begin_task(sum);
      work(ranks);
      messages_.complete_sends();
    } catch (const std::exception& error) {
      broken_ = error.what();
      throw;
    }
  }
  /// Ends the other ranks. Returns false if they cannot be reached.
  bool end() {
    const std::lock_guard lock(mutex_);
    if (broken_) return false;
    for (int rank = 1; rank < messages_.size(); ++rank) messages_.send(rank, MessageTag::task, {});
    messages_.complete_sends();
    return true;
  }

 private:
  MpiMessages& messages_;
  std::mutex mutex_;
  std::optional<std::string> broken_;
};

/// Rank 0 receives what has to be the same on all ranks.
void require_same_program(MpiMessages& messages, const MpiLimits& limits) {
  if (messages.rank() > 0) {
    messages.send(0, MessageTag::program, bytes_of(limits.code));
    messages.send(0, MessageTag::program, bytes_of(limits.arguments));
    return;
  }
  const auto require_same = [&](const std::string& what, const std::string& own) {
    for (int rank = 1; rank < messages.size(); ++rank) {
      const std::string other = text_of(messages.receive(rank, MessageTag::program));
      if (other == own) continue;
      throw RanksError("rank " + std::to_string(rank) + " was started with other " + what +
                       " than rank 0: '" + printable(other) + "', not '" + printable(own) + "'");
    }
  };
  require_same("code", limits.code);
  require_same("arguments", limits.arguments);
}

/// A rank other than 0: computes the tasks of rank 0 until the empty one.
void serve_tasks(MpiMessages& messages) {
  while (true) {
    const std::vector<std::byte> message = messages.await(0, MessageTag::task);
    if (message.empty()) return;
    try {
      std::uint64_t sum = 0;
      if (message.size() < sizeof(sum)) throw RanksError("a task is incomplete");
      const std::span<const std::byte> task(message.data(), message.size() - sizeof(sum));
      std::memcpy(&sum, message.data() + task.size(), sizeof(sum));
      if (checksum(task) != sum) throw RanksError("a task arrived with other bytes than were sent");
      MpiCommunicator ranks(messages);
      ranks.begin_task(sum);
      serve(task, ranks);
    } catch (const std::exception& error) {
      messages.send(0, MessageTag::failure, bytes_of(error.what()));
    }
  }
}

}  // namespace

MpiLimits with_deadline_of_environment(MpiLimits limits) {
  const char* given = std::getenv("SLIM_RANKS_DEADLINE");
  if (given == nullptr) return limits;
  char* end = nullptr;
  limits.deadline_s = std::strtod(given, &end);
  require(
      *given != '\0' && *end == '\0' && limits.deadline_s >= 0.1 && limits.deadline_s <= 86400.0,
      "SLIM_RANKS_DEADLINE is '" + printable(given) + "': allowed are 0.1 to 86400 seconds");
  return limits;
}

int run_with_mpi(const MpiLimits& limits, const std::function<int()>& lead) {
  MpiMessages messages(limits.deadline_s);
  require_same_program(messages, limits);
  if (messages.rank() > 0) {
    serve_tasks(messages);
    messages.finalize();
    return 0;
  }
  const auto team = std::make_shared<MpiTeam>(messages);
  use_team(team);
  const int code = lead();
  use_team(nullptr);
  if (!team->end()) abort_ranks(code == 0 ? 3 : code);  // ranks were lost: no success
  messages.finalize();
  return code;
}

}  // namespace slim::chunked::distributed
