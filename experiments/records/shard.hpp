// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace slim::experiments {

/// Part `index` of `count`, 0 ≤ index < count ≤ 10^6. A hash of a setting without its threads
/// determines its part, so that the parts of an array job are disjoint and together complete,
/// whatever machines they run on.
struct Shard {
  std::uint64_t index = 0;
  std::uint64_t count = 1;
};
/// "i/n"; empty for an undivided sweep.
std::string name(const Shard& shard);
/// Parses "i/n". Throws ContractError that says what is allowed.
Shard parse_shard(std::string_view text);

}  // namespace slim::experiments
