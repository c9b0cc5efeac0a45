// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/longest_length.hpp"

#include "experiments/measures/process_peak.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <sys/resource.h>

#include <stdexcept>

namespace slim::experiments {

namespace {

constexpr Index shortest_tried = 64;

}  // namespace

void cap_address_space(std::int64_t bytes) {
  grow_stack();
  const rlimit limit{static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
  if (::setrlimit(RLIMIT_AS, &limit) != 0) {
    throw std::runtime_error("the address space of this process cannot be limited");
  }
}

Longest measure_longest(const Setting& setting, const std::filesystem::path& program) {
  require(setting.memory_cap > 0, "memory cap is 0: give the address space of the process");
  const auto completes = [&](Index length) {
    Setting attempt = setting;
    attempt.length = length;
    attempt.slice = setting.full_pass() ? length : setting.slice;
    attempt.threads = 1;
    try {
      process_peak_of_fresh_process(attempt, program);
      return true;
    } catch (const NoMemory&) {
      return false;
    }
  };
  return {.length = longest_of(setting.length, completes)};
}

Index longest_of(Index most, const std::function<bool(Index)>& completes) {
  if (most < shortest_tried || completes(most)) return most < shortest_tried ? 0 : most;
  // Numbers of halvings of `most`: `some` is too long to complete, `all` completes or is too short.
  int some = 0;
  int all = 1;
  while (most >> all >= shortest_tried) ++all;
  while (all - some > 1) {
    const int middle = (some + all) / 2;
    (completes(most >> middle) ? all : some) = middle;
  }
  return most >> all >= shortest_tried ? most >> all : 0;
}

}  // namespace slim::experiments
