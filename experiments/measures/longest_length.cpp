#include "experiments/measures/longest_length.hpp"

#include "experiments/measures/process_peak.hpp"
#include "reference/vocabulary/contract.hpp"

#include <sys/resource.h>

#include <stdexcept>

namespace slim::experiments {

void cap_address_space(std::int64_t bytes) {
  const rlimit limit{static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
  if (::setrlimit(RLIMIT_AS, &limit) != 0) {
    throw std::runtime_error("the address space of this process cannot be limited");
  }
}

Longest measure_longest(const Setting& setting, const std::filesystem::path& program) {
  require(setting.memory_cap > 0, "a longest length is that of a process with a memory cap");
  Longest longest;
  for (Index length = 64; length <= setting.length; length *= 2) {
    Setting attempt = setting;
    attempt.length = length;
    attempt.slice = setting.full_pass() ? length : setting.slice;
    attempt.threads = 1;
    try {
      process_peak_of_fresh_process(attempt, program);
    } catch (const std::runtime_error&) {
      break;
    }
    longest.length = length;
  }
  return longest;
}

}  // namespace slim::experiments
