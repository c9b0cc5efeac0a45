// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/process_peak.hpp"

#include "experiments/workload/workload.hpp"
#include "reference/vocabulary/system/child_program.hpp"

#include <malloc.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace slim::experiments {
namespace {

/// An entry of /proc/self/status. Units: bytes.
std::int64_t status_bytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    std::int64_t kibibytes = 0;
    if (word == key + ":" && status >> kibibytes) return kibibytes * 1024;
  }
  throw std::runtime_error("/proc/self/status has no " + key);
}

/// Resets VmHWM to VmRSS. If the kernel does not support this, the mark includes the peak of the
/// preparation.
void reset_high_water_mark() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

/// The same gradient with fewer rows: a single slice, or a first, a middle and a last one.
Setting in_few_rows(Setting setting) {
  constexpr Index rows = 64;
  const bool whole = setting.full_pass();
  setting.slice = std::min({setting.slice, setting.length, rows});
  setting.length = whole ? setting.slice : std::min(setting.length, 3 * setting.slice);
  return setting;
}

template <class T>
ProcessRun process_peak_in(const Subject& subject, const Setting& setting) {
  // Under a cap the only question is whether the gradient completes.
  if (setting.memory_cap == 0) Workload<T>(subject, in_few_rows(setting)).run();
  Workload<T> workload(subject, setting);
  grow_stack();
  malloc_trim(0);
  reset_high_water_mark();
  const std::int64_t baseline = status_bytes("VmRSS");
  workload.run();
  return {.memory = {.peak = status_bytes("VmHWM"), .baseline = baseline},
          .digest = digest_of(workload.result())};
}

}  // namespace

void grow_stack() {
  constexpr std::size_t page = 4096;
  volatile char rows[1 << 19];
  for (std::size_t i = 0; i < sizeof(rows); i += page) rows[i] = 0;
}

ProcessRun process_peak_here(const Subject& subject, const Setting& setting) {
  return in_scalar(setting.scalar, [&]<class T>() { return process_peak_in<T>(subject, setting); });
}

ProcessRun process_peak_of_fresh_process(const Setting& setting,
                                         const std::filesystem::path& program) {
  std::vector<std::string> arguments = to_arguments(setting);
  arguments.insert(arguments.begin(), "process-peak");
  const ChildOutcome outcome = run_child({.program = program.string(), .arguments = arguments});
  if (outcome.status == no_memory_exit_code) throw NoMemory("out of memory: " + summary(setting));
  std::istringstream words(outcome.output);
  ProcessRun result;
  std::vector<double> digest;
  if (words >> result.memory.peak >> result.memory.baseline) {
    for (std::string word; words >> word;) digest.push_back(std::stod(word));  // may be "nan"
  }
  auto& [loss, norm, projections] = result.digest;
  if (outcome.status != 0 || digest.size() != 2 + projections.size()) {
    throw std::runtime_error("the process that measures its own peak failed (" + summary(setting) +
                             "): " + outcome.output + outcome.errors);
  }
  loss = digest[0];
  norm = digest[1];
  std::copy(digest.begin() + 2, digest.end(), projections.begin());
  return result;
}

}  // namespace slim::experiments
