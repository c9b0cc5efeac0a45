#pragma once

#include "properties/foreign/foreign_subject.hpp"

namespace slim::properties::foreign {

/// What is asked for when a cost is measured.
enum class CostedTask { attention, gradient };
std::string_view name(CostedTask task);

/// What one call cost, seen from outside.
struct ResourceSample {
  CostedTask task = CostedTask::attention;
  Scalar scalar = Scalar::float32;
  Index length = 0;        ///< L
  Index slice_length = 0;  ///< C
  /// Resident and in its scratch folder, of the first such call of a process, beyond a call of a
  /// row.
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
  int repeats = 3;  ///< of the time, of which the least counts
};
/// Throws ContractError unless there are three lengths at least, each twice the one before, as the
/// rules want them, and slices rise.
void require_valid(const ResourcePlan& plan);

/// Those of the two that the subject offers.
std::vector<CostedTask> costed_tasks(const ForeignSubject& foreign);
/// float32 where it offers that, else float64.
Scalar costed_scalar(const ForeignSubject& foreign);

/// Asks the subject. Throws SubjectError, and ContractError where it offers none of the tasks, or
/// the plan is not valid.
std::vector<ResourceSample> measure_resources(const ForeignSubject& foreign,
                                              const ResourcePlan& plan);

/// A claim against what was measured.
struct ResourceVerdict {
  ResourceClaim claim;
  enum class Standing {
    supported,
    refuted,
    inconclusive,
    not_judged
  } standing = Standing::inconclusive;
  std::string evidence = {};        ///< the statistic, and the rule
  std::string statistic_name = {};  ///< such as "seconds"
  double statistic = 0.0;
  double bound = 0.0;  ///< of the statistic, for a claim that is supported
};
std::string_view name(ResourceVerdict::Standing standing);

/// "flat in L": peak bytes grow by at most 8 copies of a row's inputs and outputs for each row (who
/// keeps a prefix sum for each row grows by D/4 = 16 copies, who keeps the L × L weights by more).
/// A whole model has tokens for inputs, and a row counts as four activations: 2 copies at most (who
/// keeps what each row went through grows by 5 and more).
/// Neither is judged where a process ended during a call: nobody can tell what that held.
/// "O(C)": that, and doubling C at most doubles the peak (rule: × 2.2, and a megabyte of noise).
/// "linear": growth of the seconds over the last two doublings of L, which is 4 for linear and 16
/// for quadratic time: supported from 2 (below, what every call costs hides it) to 5.5, refuted
/// from 8 on. Of several tasks the one that does worst decides.
ResourceVerdict judge_claim(ResourceClaim claim, const std::vector<ResourceSample>& samples,
                            const ResourcePlan& plan);

}  // namespace slim::properties::foreign
