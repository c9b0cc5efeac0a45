// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/measures/gradient_digest.hpp"
#include "experiments/records/quantities.hpp"
#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <filesystem>
#include <stdexcept>

namespace slim::experiments {

/// Touches half a MiB of stack: the matrix library puts two buffers of up to 128 KiB there, which
/// no allocator counts.
void grow_stack();

/// The memory of a process during a gradient, and the gradient.
struct ProcessRun {
  ProcessPeak memory;
  GradientDigest digest;
};

/// Resident memory of this process. Runs a gradient of at most 64 rows, so that the pages of the
/// program are resident; prepares the gradient; returns free memory to the system; resets the
/// high-water mark (drawing parameters in double needs more memory than storing them); runs one
/// gradient and reads the high-water mark. Earlier allocations of the process would affect the
/// result, so the process should be fresh. Memory that a subject keeps between gradients is missed
/// as far as 64 rows need it. Source of the numbers: VmRSS and VmHWM of /proc/self/status.
ProcessRun process_peak_here(const Subject& subject, const Setting& setting);

/// Exit code of `slim-measure process-peak` when the memory cap is too small; no signal has this
/// number.
inline constexpr int no_memory_exit_code = 100;

/// A fresh process ran out of memory.
class NoMemory : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The same in a fresh process that runs `slim-measure process-peak`. `program` is slim-measure; a
/// fork of this process would inherit its high-water mark.
/// Throws NoMemory when the process runs out of memory, and std::runtime_error with its error
/// message when it fails in any other way.
ProcessRun process_peak_of_fresh_process(const Setting& setting,
                                         const std::filesystem::path& program = "/proc/self/exe");

}  // namespace slim::experiments
