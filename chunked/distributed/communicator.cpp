// SPDX-License-Identifier: Apache-2.0
#include "chunked/distributed/communicator.hpp"

#include <string>
#include <string_view>

namespace slim::chunked::distributed {
namespace {

struct Header {
  std::uint64_t task;
  std::uint64_t bytes;
  std::uint32_t number;
  Traffic traffic;
  std::int64_t depth;
  std::int64_t path;
};

std::string_view name(Traffic traffic) {
  constexpr std::array<std::string_view, kinds_of_traffic> names = {
      "prefix sums", "cotangents of prefix sums", "numbers to add up", "rows of the result"};
  const auto which = static_cast<std::size_t>(traffic);
  return which < names.size() ? names.at(which) : "something unknown";
}

std::string in_words(const Header& header) {
  return std::string(name(header.traffic)) + " of " + std::to_string(header.bytes) +
         " bytes as message " + std::to_string(header.number) + " of task " +
         std::to_string(header.task);
}

}  // namespace

std::int64_t Communicator::own_operations() {
  const Operations& counts = Counted::operations();
  return counts.additions + counts.multiplications + counts.divisions + counts.elementary;
}

void Communicator::send_bytes(Index to, Traffic traffic, std::vector<std::byte> numbers) {
  Sent& counts = sent_.at(static_cast<std::size_t>(traffic));
  ++counts.messages;
  counts.bytes += static_cast<std::int64_t>(numbers.size());
  const Header header{.task = task_,
                      .bytes = numbers.size(),
                      .number = numbers_to_[static_cast<std::size_t>(to)]++,
                      .traffic = traffic,
                      .depth = depth_ + 1,
                      .path = path()};
  const auto* bytes = reinterpret_cast<const std::byte*>(&header);
  numbers.insert(numbers.end(), bytes, bytes + sizeof(header));
  put(to, std::move(numbers));
}

std::span<const std::byte> Communicator::receive_bytes(Index from, Traffic traffic,
                                                       std::size_t bytes) {
  received_ = take(from);
  Header header{};
  const std::string sender = "rank " + std::to_string(from);
  if (received_.size() < sizeof(header)) throw RanksError(sender + " sent an incomplete message");
  std::memcpy(&header, received_.data() + received_.size() - sizeof(header), sizeof(header));
  const Header expected{.task = task_,
                        .bytes = bytes,
                        .number = numbers_from_[static_cast<std::size_t>(from)]++,
                        .traffic = traffic,
                        .depth = 0,
                        .path = 0};
  if (header.task != task_ || header.bytes != bytes || header.number != expected.number ||
      header.traffic != traffic || received_.size() != bytes + sizeof(header)) {
    throw RanksError("ranks disagree on the task: " + sender + " sent " + in_words(header) +
                     ", rank " + std::to_string(rank_) + " expects " + in_words(expected));
  }
  depth_ = std::max(depth_, header.depth);
  waited_ = std::max(waited_, header.path - (own_operations() - begun_));
  return {received_.data(), bytes};
}

}  // namespace slim::chunked::distributed
