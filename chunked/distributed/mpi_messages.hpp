// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <vector>

namespace slim::chunked::distributed {

/// Kinds of messages between processes. Those of one kind arrive in order.
enum class MessageTag : int {
  numbers = 1,  ///< of a Communicator
  task,         ///< from rank 0; empty: the end
  program,      ///< to rank 0, at the start
  failure,      ///< to rank 0: why a rank cannot continue
  waits,        ///< to rank 0: which rank another one waits for in vain
};

/// Messages between the processes of an MPI program. Initialises MPI. To be used by one thread at a
/// time.
class MpiMessages {
 public:
  /// Ends this process by SIGALRM if not all ranks initialise MPI within the deadline.
  explicit MpiMessages(double deadline_s);
  MpiMessages(const MpiMessages&) = delete;
  MpiMessages& operator=(const MpiMessages&) = delete;
  ~MpiMessages();

  [[nodiscard]] int rank() const { return rank_; }
  [[nodiscard]] int size() const { return size_; }

  /// Does not wait.
  void send(int to, MessageTag tag, std::vector<std::byte> message);
  /// Waits until all messages have been sent.
  void complete_sends();
  /// The next message. Throws RanksError on rank 0 if it does not come within the deadline, or
  /// another rank reports a failure. Another rank reports to rank 0 that it waits, and ends all
  /// ranks if that does not help.
  std::vector<std::byte> receive(int from, MessageTag tag);
  /// The next message, however long it takes.
  std::vector<std::byte> await(int from, MessageTag tag);
  /// Drops what other ranks reported of their waiting for an earlier task. On rank 0.
  void forget_waits();
  void finalize();

 private:
  using Clock = std::chrono::steady_clock;
  struct Pending;

  bool arrived(int from, MessageTag tag) const;
  std::vector<std::byte> take(int from, MessageTag tag);
  void drop_completed();
  [[noreturn]] void fail_waiting(int from);

  double deadline_s_;
  int rank_ = 0;
  int size_ = 1;
  std::list<Pending> pending_;
};

}  // namespace slim::chunked::distributed
