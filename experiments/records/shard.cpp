// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/shard.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace slim::experiments {

std::string name(const Shard& shard) {
  return shard.count > 1 ? fmt::format("{}/{}", shard.index, shard.count) : "";
}

Shard parse_shard(std::string_view text) {
  constexpr std::uint64_t most_parts = 1'000'000;
  Shard shard;
  const char* end = text.data() + text.size();
  const auto [slash, first] = std::from_chars(text.data(), end, shard.index);
  const bool divided = first == std::errc() && slash != end && *slash == '/';
  const auto [rest, second] =
      divided ? std::from_chars(slash + 1, end, shard.count) : std::from_chars_result{end, first};
  require(divided && second == std::errc() && rest == end && shard.count >= 1 &&
              shard.index < shard.count && shard.count <= most_parts,
          "shard '" + std::string(text) + "' must be i/n with 0 ≤ i < n ≤ 10^6, as in 0/4");
  return shard;
}

}  // namespace slim::experiments
