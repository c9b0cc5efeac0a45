// SPDX-License-Identifier: Apache-2.0
#include "chunked/distributed/mpi_messages.hpp"

#include "chunked/distributed/communicator.hpp"
#include "chunked/distributed/mpi_team.hpp"

#include <mpi.h>  // without its C++ bindings: see CMakeLists.txt
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <set>
#include <sstream>
#include <thread>

namespace slim::chunked::distributed {
namespace {

using std::chrono::microseconds;

/// Waits a moment, and longer when nothing has come for long. Ranks may share a core, where one
/// that sleeps gets it back sooner than one that yields it.
class Patience {
 public:
  void wait() {
    constexpr int turns = 100;
    constexpr int most_us = 500;
    if (++waits_ < turns) return;
    std::this_thread::sleep_for(microseconds(std::min(most_us, waits_ - turns + 10)));
  }

 private:
  int waits_ = 0;
};

int as_int(std::size_t size) {
  if (size > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw RanksError("a message of " + std::to_string(size) + " bytes is longer than MPI allows");
  }
  return static_cast<int>(size);
}

void check(int status, const char* what) {
  if (status != MPI_SUCCESS) throw RanksError(std::string(what) + " failed");
}

}  // namespace

struct MpiMessages::Pending {
  std::vector<std::byte> message;
  MPI_Request request = MPI_REQUEST_NULL;
};

MpiMessages::MpiMessages(double deadline_s) : deadline_s_(deadline_s) {
  // Reading another process's memory directly is forbidden in many containers.
  ::setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", 0);
  ::setenv("OMPI_MCA_mpi_yield_when_idle", "0", 1);  // Patience waits instead
  int provided = 0;
  ::alarm(static_cast<unsigned>(std::ceil(deadline_s)));
  check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided), "MPI_Init_thread");
  ::alarm(0);
  if (provided < MPI_THREAD_SERIALIZED) throw RanksError("this MPI supports single threads only");
  check(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(MPI_COMM_WORLD, &size_), "MPI_Comm_size");
}

MpiMessages::~MpiMessages() = default;

void MpiMessages::send(int to, MessageTag tag, std::vector<std::byte> message) {
  drop_completed();
  Pending& sent = pending_.emplace_back();
  sent.message = std::move(message);
  check(MPI_Isend(sent.message.data(), as_int(sent.message.size()), MPI_BYTE, to,
                  static_cast<int>(tag), MPI_COMM_WORLD, &sent.request),
        "MPI_Isend");
}

void MpiMessages::drop_completed() {
  std::erase_if(pending_, [](Pending& sent) {
    int done = 0;
    check(MPI_Test(&sent.request, &done, MPI_STATUS_IGNORE), "MPI_Test");
    return done != 0;
  });
}

void MpiMessages::complete_sends() {
  const Clock::time_point begun = Clock::now();
  for (Patience patience; !pending_.empty(); patience.wait()) {
    drop_completed();
    const std::chrono::duration<double> waited = Clock::now() - begun;
    if (!(waited.count() <= deadline_s_)) throw RanksError("a rank does not receive its messages");
  }
}

bool MpiMessages::arrived(int from, MessageTag tag) const {
  int flag = 0;
  check(MPI_Iprobe(from, static_cast<int>(tag), MPI_COMM_WORLD, &flag, MPI_STATUS_IGNORE),
        "MPI_Iprobe");
  return flag != 0;
}

std::vector<std::byte> MpiMessages::take(int from, MessageTag tag) {
  MPI_Status status;
  int size = 0;
  check(MPI_Probe(from, static_cast<int>(tag), MPI_COMM_WORLD, &status), "MPI_Probe");
  check(MPI_Get_count(&status, MPI_BYTE, &size), "MPI_Get_count");
  std::vector<std::byte> message(static_cast<std::size_t>(size));
  check(MPI_Recv(message.data(), size, MPI_BYTE, status.MPI_SOURCE, status.MPI_TAG, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE),
        "MPI_Recv");
  return message;
}

std::vector<std::byte> MpiMessages::receive(int from, MessageTag tag) {
  const Clock::time_point begun = Clock::now();
  bool reported = false;
  for (Patience patience; !arrived(from, tag); patience.wait()) {
    drop_completed();
    for (int rank = 1; rank_ == 0 && rank < size_; ++rank) {
      if (!arrived(rank, MessageTag::failure)) continue;
      const std::vector<std::byte> text = take(rank, MessageTag::failure);
      throw RanksError("rank " + std::to_string(rank) + " failed: " +
                       std::string(reinterpret_cast<const char*>(text.data()), text.size()));
    }
    const std::chrono::duration<double> waited = Clock::now() - begun;
    if (waited.count() <= deadline_s_) continue;
    if (rank_ == 0) fail_waiting(from);
    if (!reported) send(0, MessageTag::waits, packed(std::span<const int>(&from, 1)));
    reported = true;
    if (waited.count() <= 2.0 * deadline_s_ + 1.0) continue;
    std::cerr << "rank " << rank_ << " has waited " << waited.count() << " s for rank " << from
              << ", and rank 0 does not answer\n";
    abort_ranks(3);
  }
  return take(from, tag);
}

void MpiMessages::forget_waits() {
  for (int rank = 1; rank < size_; ++rank) {
    while (arrived(rank, MessageTag::waits)) static_cast<void>(take(rank, MessageTag::waits));
  }
}

/// Names the ranks that neither work for this one nor report that they wait themselves. Others
/// began to wait a little later, so that their reports are awaited until all but one have come, but
/// not for longer than half of the deadline.
void MpiMessages::fail_waiting(int from) {
  std::string waiting = "rank 0 waits for rank " + std::to_string(from);
  std::set<int> silent;
  for (int rank = 1; rank < size_; ++rank) silent.insert(rank);
  const Clock::time_point begun = Clock::now();
  for (Patience patience; silent.size() > 1; patience.wait()) {
    std::erase_if(silent, [&](int rank) {
      if (!arrived(rank, MessageTag::waits)) return false;
      int other = 0;
      unpack(take(rank, MessageTag::waits), std::span<int>(&other, 1));
      waiting += ", rank " + std::to_string(rank) + " for rank " + std::to_string(other);
      return true;
    });
    const std::chrono::duration<double> waited = Clock::now() - begun;
    if (!(waited.count() <= 0.5 + deadline_s_ / 2.0)) break;
  }
  std::string names;
  for (const int rank : silent) names += (names.empty() ? "" : ", ") + std::to_string(rank);
  std::ostringstream deadline;
  deadline << deadline_s_;
  throw RanksError("no answer within " + deadline.str() + " s from rank " + names + " (" + waiting +
                   ")");
}

std::vector<std::byte> MpiMessages::await(int from, MessageTag tag) {
  for (Patience patience; !arrived(from, tag); patience.wait()) drop_completed();
  return take(from, tag);
}

void MpiMessages::finalize() {
  complete_sends();
  check(MPI_Finalize(), "MPI_Finalize");
}

void abort_ranks(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);
}

}  // namespace slim::chunked::distributed
