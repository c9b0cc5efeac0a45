// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"
#include "properties/engine/shrink.hpp"
#include "properties/engine/verdict.hpp"

#include <functional>

namespace slim::properties {

/// A run of fewer cases per law than this leaves out the designed cases.
inline constexpr int fewest_cases_that_cover_sizes = 20;

/// The largest share of comparisons with the truth that may end without a judgement, in float32 and
/// wider. bfloat16 has three digits, and d.q often cancels to less than that: of the built-in
/// subjects 14 to 17 % are not judged (float16: 1 %), which reports say.
inline constexpr double most_not_judged = 0.05;

/// What to run: every law on every subject in every scalar, with `cases` drawn cases per law.
struct RunPlan {
  std::vector<const Law*> laws;
  std::vector<const Subject*> subjects;
  std::vector<Scalar> scalars;
  std::uint64_t seed = 1;
  int cases = 20;
  int threads = 1;      ///< changes nothing but the time
  bool shrinks = true;  ///< if false, there are no counterexamples
  /// Also run the designed cases of every law, in which all pairs of sizes occur.
  bool covers_sizes = false;
  /// A pair of sizes that no case of a task covered fails the run. For runs of all laws.
  bool requires_sizes = false;
};

/// The error of one case in float32 and in float64: a rounding error shrinks with the unit
/// roundoff, a mistake does not. For information; no verdict depends on it.
struct Refinement {
  std::string law;
  std::string subject;
  int case_number = 0;
  Discrepancy in_float32;  ///< of the row with the largest error over bound
  Discrepancy in_float64;  ///< likewise
};

struct RunResult {
  std::vector<Verdict> verdicts;  ///< by law, subject, scalar in the order of the plan
  /// One for each (law, subject) that failed, in the most exact scalar in which it did: its first
  /// wrong case. After it a second one, if among the next 20 cases there is a failure that must be
  /// due to another fault: one with numbers after a crash or an error, or an error 1e4 times
  /// larger.
  std::vector<Counterexample> counterexamples;
  /// One for each (law, subject) beyond PASS in float32 or float64 that ran the same case in both:
  /// its worst case. None where the subject gave no finite number.
  std::vector<Refinement> refinements{};
  /// Which sizes were covered, for each task with a goal and each subject that was run on it.
  struct Sizes {
    std::string subject;
    SizeCoverage coverage;
    bool required = false;  ///< the subject broke no law of the task, and all laws were run
  };
  std::vector<Sizes> sizes{};
  /// The comparisons of one subject in one scalar with the truth, over all laws.
  struct Judged {
    std::string subject;
    Scalar scalar = Scalar::digits50;
    bool is_narrow = false;  ///< so that there is no limit to comparisons without a judgement
    std::vector<JudgedTensor> tensors;
    /// Tensors that no case judged, of those compared in at least ten.
    [[nodiscard]] std::vector<std::string> never_judged() const;
    /// All comparisons, and those that ended without a judgement.
    [[nodiscard]] long compared() const;
    [[nodiscard]] long missing() const;
  };
  /// For subjects and scalars that broke no law, since a wrong subject is not run to the end.
  [[nodiscard]] std::vector<Judged> judged() const;
  /// Tasks that a third-party subject declares and that had no case: a failure, like an idle law.
  std::vector<std::string> unasked_tasks{};
  /// Laws that were not run because the user selected others. Reports say how many.
  std::vector<std::string> laws_not_run{};
  /// Scalars that a third-party subject declares and that were not run because the user selected
  /// others.
  std::vector<Scalar> scalars_not_run{};

  /// Laws that executed no case although some subject claims what they check.
  [[nodiscard]] std::vector<std::string> idle_laws() const;
  /// Subjects that executed laws of the protocol or of costs only, and none that judges answers.
  [[nodiscard]] std::vector<std::string> idle_subjects() const;
  /// What fails the run besides wrong cases, in words: idle laws and subjects, tasks without a
  /// case, sizes that no case covered, tensors never judged, too many comparisons not judged,
  /// nothing executed.
  [[nodiscard]] std::vector<std::string> shortfalls() const;
  /// Whether there are no shortfalls.
  [[nodiscard]] bool executed_all() const;
  /// Whether every verdict holds and there are no shortfalls.
  [[nodiscard]] bool holds() const;
};

/// Throws std::logic_error unless there is a verdict for each law, subject and scalar of the plan,
/// in this order, and each verdict counts every planned case exactly once.
void require_accounted(const RunPlan& plan, const RunResult& result);

/// Called for each law before its first case and after each case, by one thread at a time, with the
/// law and its numbers of completed and planned cases.
using Progress = std::function<void(const Law& law, int done, int planned)>;

/// Generates the cases, runs the subjects, judges and shrinks. The result does not depend on the
/// number of threads: the counts of a verdict end at its first wrong case, by number. A hang costs
/// a whole deadline, so a subject that hangs under a law runs no more cases of it, and only the
/// first such law is shrunk. Exceptions of a generator or of the truth are rethrown; those of a
/// subject become findings.
RunResult run(const RunPlan& plan, const Progress& progress = {});

}  // namespace slim::properties
