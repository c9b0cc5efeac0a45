// SPDX-License-Identifier: Apache-2.0
#include "chunked/distributed/team.hpp"

#include "reference/vocabulary/memory/memory_watch.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <charconv>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace slim::chunked::distributed {
namespace {

/// The messages under way between threads.
class Mailboxes {
 public:
  explicit Mailboxes(Index size) : size_(size), boxes_(static_cast<std::size_t>(size * size)) {}

  void put(Index from, Index to, std::vector<std::byte> message) {
    Box& box = at(from, to);
    {
      const std::lock_guard lock(mutex_);
      box.messages.push_back(std::move(message));
    }
    box.arrived.notify_one();
  }
  /// Throws RanksError once a rank has failed.
  std::vector<std::byte> take(Index from, Index to) {
    Box& box = at(from, to);
    std::unique_lock lock(mutex_);
    box.arrived.wait(lock, [&] { return failed_ || !box.messages.empty(); });
    if (box.messages.empty()) throw RanksError("rank " + std::to_string(from) + " ended early");
    std::vector<std::byte> message = std::move(box.messages.front());
    box.messages.pop_front();
    return message;
  }
  /// Wakes all ranks that wait.
  void fail() {
    const std::lock_guard lock(mutex_);
    failed_ = true;
    for (Box& box : boxes_) box.arrived.notify_one();
  }

 private:
  struct Box {
    std::deque<std::vector<std::byte>> messages;
    std::condition_variable arrived;
  };
  Box& at(Index from, Index to) { return boxes_[static_cast<std::size_t>(from * size_ + to)]; }

  Index size_;
  std::mutex mutex_;
  std::vector<Box> boxes_;
  bool failed_ = false;
};

class ThreadCommunicator final : public Communicator {
 public:
  ThreadCommunicator(Mailboxes& boxes, Index rank, Index size)
      : Communicator(rank, size), boxes_(boxes) {}

 private:
  void put(Index to, std::vector<std::byte> message) override {
    boxes_.put(rank(), to, std::move(message));
  }
  std::vector<std::byte> take(Index from) override { return boxes_.take(from, rank()); }

  Mailboxes& boxes_;
};

/// Adds the operations of another thread's ranks to those of this one.
void add(const Operations& more) {
  Operations& here = Counted::operations();
  here.additions += more.additions;
  here.multiplications += more.multiplications;
  here.divisions += more.divisions;
  here.elementary += more.elementary;
  here.depth = std::max(here.depth, more.depth);
}

std::shared_ptr<Team>& team_in_use() {
  static std::shared_ptr<Team> team;
  return team;
}

Index ranks_of_environment() {
  const char* given = std::getenv("SLIM_RANKS");
  if (given == nullptr) return 3;
  const std::string_view text(given);
  Index ranks = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ranks);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  require(is_number && ranks >= 1 && ranks <= 1024,
          "SLIM_RANKS is '" + printable(text) + "': allowed are 1 to 1024");
  return ranks;
}

}  // namespace

void ThreadTeam::run(const Work& work, const Task& /*task*/) {
  Mailboxes boxes(size_);
  uses_.assign(static_cast<std::size_t>(size_), {});
  std::vector<Operations> operations(uses_.size());
  std::exception_ptr failure;
  std::mutex mutex;
  const auto run_rank = [&](Index rank) {
    Use& use = uses_[static_cast<std::size_t>(rank)];
    try {
      std::optional<MemoryWatch> watch;
      if (measures_memory_) watch.emplace();
      ThreadCommunicator communicator(boxes, rank, size_);
      work(communicator);
      for (std::size_t kind = 0; kind < kinds_of_traffic; ++kind) {
        use.sent.at(kind) = communicator.sent(static_cast<Traffic>(kind));
      }
      use.depth = communicator.depth();
      use.path = communicator.path();
      if (watch) use.peak = watch->peak();
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      boxes.fail();
    }
  };
  {
    std::vector<std::jthread> others;
    try {
      for (Index rank = 1; rank < size_; ++rank) {
        others.emplace_back([&, rank] {
          run_rank(rank);
          operations[static_cast<std::size_t>(rank)] = Counted::operations();
        });
      }
    } catch (...) {  // no more threads are available
      boxes.fail();
      throw;
    }
    run_rank(0);
  }
  for (const Operations& more : operations) add(more);
  if (failure) std::rethrow_exception(failure);
}

std::shared_ptr<Team> the_team() {
  if (team_in_use()) return team_in_use();
  return std::make_shared<ThreadTeam>(ranks_of_environment());
}

void use_team(std::shared_ptr<Team> team) {
  team_in_use() = std::move(team);
}

}  // namespace slim::chunked::distributed
