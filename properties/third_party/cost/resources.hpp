#pragma once

#include "properties/third_party/protocol/foreign_subject.hpp"

#include <functional>

namespace slim::properties::foreign {

/// What is asked for when a cost is measured.
enum class CostedTask { attention, pullback, gradient };  ///< pullback: attention with it
std::string_view name(CostedTask task);

/// What one call cost, seen from outside.
struct ResourceSample {
  CostedTask task = CostedTask::attention;
  Scalar scalar = Scalar::float32;
  Index length = 0;        ///< L
  Index slice_length = 0;  ///< C
  /// Resident and in files of memory, of the first such call of a process, beyond a call of a row
  /// (peak_watch.hpp).
  double bytes_peak = 0.0;
  bool lost_sight = false;  ///< of a process that ended during the call: bytes_peak may be short
  double seconds = 0.0;     ///< from the question to the answer, its file included; warmed up
};

/// What is measured. Attention: one head of width and value width `width` over given features, else
/// over a feature map that the subject takes. Whole models: a layer of that width, one head, as
/// wide inside, of 256 tokens.
struct ResourcePlan {
  std::vector<Index> lengths = {1024, 2048, 4096, 8192};  ///< at the first of slices
  std::vector<Index> slices = {64, 128, 256};             ///< at the last of lengths
  Index width = 64;                                       ///< D = D_v = M
  int repeats = 3;                                        ///< of the time; the least counts
  int processes = 2;                                      ///< of the bytes; the least counts
};
/// Throws ContractError unless there are three lengths at least, each twice the one before, as the
/// rules want them, and slices rise.
void require_valid(const ResourcePlan& plan);

/// Those that the subject offers.
std::vector<CostedTask> costed_tasks(const ForeignSubject& foreign);
/// float32 where it offers that, else float64.
Scalar costed_scalar(const ForeignSubject& foreign);

/// The samples that are measured of the subject, in their order, with nothing measured yet. Throws
/// ContractError where it offers none of the tasks, or the plan is not valid.
std::vector<ResourceSample> planned_samples(const ForeignSubject& foreign,
                                            const ResourcePlan& plan);

/// Told before each sample: what it is of, how many are done, and how many there are.
using ResourceNews =
    std::function<void(const ResourceSample& next, std::size_t done, std::size_t all)>;

/// Asks the subject. Throws SubjectError, and ContractError as planned_samples does.
std::vector<ResourceSample> measure_resources(const ForeignSubject& foreign,
                                              const ResourcePlan& plan,
                                              const ResourceNews& news = {});

}  // namespace slim::properties::foreign
