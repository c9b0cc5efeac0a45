#pragma once

#include "experiments/measures/quantities.hpp"
#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <filesystem>
#include <stdexcept>

namespace slim::experiments {

/// Takes half a MiB of stack, and gives it back: the matrix library puts two buffers of up to 128
/// KiB there, which no allocator sees.
void grow_stack();

/// Resident memory of this very process: a gradient of at most 64 rows, so that the pages of the
/// program that it runs through are resident; made ready, what is free given back, high-water mark
/// reset (drawing parameters in double takes more than keeping them), one gradient, high-water mark
/// read. What the process did before still counts, so it wants to be fresh. What a subject keeps
/// from one gradient to the next is hidden as far as 64 rows need it. Source of the numbers: VmRSS
/// and VmHWM of /proc/self/status.
ProcessPeak process_peak_here(const Subject& subject, const Setting& setting);

/// What `slim-measure process-peak` exits with when its memory cap leaves no more memory: no signal
/// has this number.
inline constexpr int no_memory_exit_code = 100;

/// A fresh process had no more memory.
class NoMemory : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The same in a fresh process, which runs `slim-measure process-peak`. `program` is slim-measure;
/// a child is never this process's copy, since a copy inherits its high-water mark.
/// Throws NoMemory when it had no more memory, and std::runtime_error with the child's words when
/// it fails in any other way.
ProcessPeak process_peak_of_fresh_process(const Setting& setting,
                                          const std::filesystem::path& program = "/proc/self/exe");

}  // namespace slim::experiments
