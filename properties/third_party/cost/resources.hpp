// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/third_party/protocol/foreign_subject.hpp"

#include <functional>

namespace slim::properties::foreign {

/// The tasks whose cost is measured.
enum class CostedTask { attention, pullback, gradient };  ///< pullback: attention with pullback
std::string_view name(CostedTask task);

/// The cost of one call, measured from outside of the process.
struct ResourceSample {
  CostedTask task = CostedTask::attention;
  Scalar scalar = Scalar::float32;
  Index length = 0;        ///< L
  Index slice_length = 0;  ///< C
  /// Resident memory and files in memory, during the first such call of a process, beyond those of
  /// a call of one row (peak_watch.hpp).
  double bytes_peak = 0.0;
  bool lost_sight = false;  ///< a process ended during the call: bytes_peak may be too low
  /// From request to answer, files included, after a warm-up. Every call has inputs of its own.
  double seconds = 0.0;
};

/// What is measured. Attention: one head with D = D_v = `width`, over given features, or else over
/// a feature map that the subject takes. Whole models: one layer with d_model = d_ff = `width`, one
/// head, a vocabulary of 256 tokens.
struct ResourcePlan {
  std::vector<Index> lengths = {1024, 2048, 4096, 8192};  ///< each with the first of slices
  std::vector<Index> slices = {64, 128, 256};             ///< each with the last of lengths
  Index width = 64;                                       ///< D = D_v = M
  int repeats = 3;                                        ///< of the time; the minimum counts
  int processes = 2;                                      ///< of the bytes; the minimum counts
};
/// Throws ContractError unless there are at least three lengths, each twice the one before, and
/// slices increase.
void require_valid(const ResourcePlan& plan);

/// The tasks that the subject offers.
std::vector<CostedTask> costed_tasks(const ForeignSubject& foreign);
/// float32 if the subject offers it, else the first of its types.
Scalar costed_scalar(const ForeignSubject& foreign);

/// The samples to measure, in order, with their measurements still empty. Throws ContractError if
/// the subject offers none of the tasks, or the plan is not valid.
std::vector<ResourceSample> planned_samples(const ForeignSubject& foreign,
                                            const ResourcePlan& plan);

/// Called before each sample: the sample, how many are done, and how many there are.
using ResourceNews =
    std::function<void(const ResourceSample& next, std::size_t done, std::size_t all)>;

/// Measures the samples. Throws SubjectError, and ContractError as planned_samples does.
std::vector<ResourceSample> measure_resources(const ForeignSubject& foreign,
                                              const ResourcePlan& plan,
                                              const ResourceNews& news = {});

}  // namespace slim::properties::foreign
