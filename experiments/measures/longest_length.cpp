// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/longest_length.hpp"

#include "experiments/measures/process_peak.hpp"
#include "experiments/workload/workload.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

namespace slim::experiments {

namespace {

constexpr Index shortest_tried = 64;

/// The gradient of `other`, which is kept, because several subjects and caps reach the same length.
/// Sweeps call this from several threads; one computes while the others wait.
GradientDigest digest_by(const Subject& other, Setting setting) {
  static std::mutex mutex;
  static std::map<std::string, GradientDigest> known;
  constexpr Index rows = 1024;
  setting.subject = other.name;
  setting.slice = rows;
  setting.memory_cap = 0;
  const std::string key = fmt::format("{}", fmt::join(to_arguments(setting), " "));
  const std::lock_guard lock(mutex);
  const auto found = known.find(key);
  if (found != known.end()) return found->second;
  const GradientDigest digest = in_scalar(setting.scalar, [&]<class T>() {
    Workload<T> workload(other, setting);
    workload.run();
    return digest_of(workload.result());
  });
  return known.emplace(key, digest).first->second;
}

}  // namespace

void cap_address_space(std::int64_t bytes) {
  grow_stack();
  const rlimit limit{static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
  if (::setrlimit(RLIMIT_AS, &limit) != 0) {
    throw std::runtime_error("the address space of this process cannot be limited");
  }
}

Longest measure_longest(const Setting& setting, const Subject* other,
                        const std::filesystem::path& program) {
  require(setting.memory_cap > 0, "memory cap is 0: give the address space of the process");
  const auto at = [&](Index length) {
    Setting attempt = setting;
    attempt.length = length;
    attempt.slice = setting.full_pass() ? length : setting.slice;
    attempt.threads = 1;
    return attempt;
  };
  std::map<Index, GradientDigest> digests;
  const auto completes = [&](Index length) {
    try {
      digests[length] = process_peak_of_fresh_process(at(length), program).digest;
      return true;
    } catch (const NoMemory&) {
      return false;
    }
  };
  Longest longest{.length = longest_of(setting.length, completes)};
  if (longest.length > 0 && other != nullptr) {
    longest.compared_with = other->name;
    longest.difference =
        difference(digests.at(longest.length), digest_by(*other, at(longest.length)));
  }
  return longest;
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
