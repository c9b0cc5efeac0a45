// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/distributed/packed.hpp"
#include "reference/vocabulary/scalars/matrix.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

namespace slim::chunked::distributed {

/// What a message is for.
enum class Traffic : std::uint32_t {
  forward,    ///< prefix sums, to later ranks
  backward,   ///< their cotangents, to earlier ranks
  reduction,  ///< sums over all ranks
  answer,     ///< rows of the result, to rank 0
};
inline constexpr std::size_t kinds_of_traffic = 4;

/// What a rank has sent, without headers.
struct Sent {
  std::int64_t messages = 0;
  std::int64_t bytes = 0;
};

/// The ranks cannot continue: one of them failed, does not answer, or computes something else.
class RanksError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One of P ranks. Messages between two ranks arrive in the order in which they were sent, and
/// sending never waits. Every message has a header, from which the receiver checks that both ranks
/// are at the same message of the same task.
class Communicator {
 public:
  Communicator(Index rank, Index size)
      : rank_(rank),
        size_(size),
        numbers_to_(static_cast<std::size_t>(size)),
        numbers_from_(static_cast<std::size_t>(size)),
        begun_(own_operations()) {}
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;
  virtual ~Communicator() = default;

  [[nodiscard]] Index rank() const { return rank_; }
  [[nodiscard]] Index size() const { return size_; }  ///< P

  template <class T>
  void send(Index to, Traffic traffic, std::span<const T> numbers) {
    send_bytes(to, traffic, packed(numbers));
  }
  /// Waits for the next message of rank `from`. Throws RanksError if it is another one.
  template <class T>
  void receive(Index from, Traffic traffic, std::span<T> numbers) {
    unpack(receive_bytes(from, traffic, numbers.size() * packed_size<T>), numbers);
  }

  [[nodiscard]] const Sent& sent(Traffic traffic) const {
    return sent_.at(static_cast<std::size_t>(traffic));
  }
  /// The number of messages on the longest chain in which each is sent after the one before it has
  /// arrived, up to now on this rank.
  [[nodiscard]] std::int64_t depth() const { return depth_; }
  /// The number of operations on Counted numbers until now, if every rank does one at a time and
  /// messages take no time: those of this rank, or of others for which it had to wait.
  [[nodiscard]] std::int64_t path() const { return own_operations() - begun_ + waited_; }
  /// The task that all ranks have to compute; a number that differs for any two of them.
  void begin_task(std::uint64_t task) { task_ = task; }

 protected:
  virtual void put(Index to, std::vector<std::byte> message) = 0;
  virtual std::vector<std::byte> take(Index from) = 0;

 private:
  static std::int64_t own_operations();
  void send_bytes(Index to, Traffic traffic, std::vector<std::byte> numbers);
  std::span<const std::byte> receive_bytes(Index from, Traffic traffic, std::size_t bytes);

  Index rank_;
  Index size_;
  std::uint64_t task_ = 0;
  std::vector<std::uint32_t> numbers_to_;
  std::vector<std::uint32_t> numbers_from_;
  std::array<Sent, kinds_of_traffic> sent_{};
  std::int64_t depth_ = 0;
  std::int64_t begun_;
  std::int64_t waited_ = 0;
  std::vector<std::byte> received_;
};

}  // namespace slim::chunked::distributed
