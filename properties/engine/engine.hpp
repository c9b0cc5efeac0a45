#pragma once

#include "properties/engine/law.hpp"
#include "properties/engine/shrink.hpp"
#include "properties/engine/verdict.hpp"

#include <functional>

namespace slim::properties {

/// A run of fewer cases a law is of a few examples: the designed cases are left out of it.
inline constexpr int fewest_cases_that_cover_sizes = 20;

/// Of the tensors of all cases that are compared with the truth, the share that may be left without
/// a judgement.
inline constexpr double most_not_judged = 0.05;

/// What to run: every law on every subject in every scalar, `cases` drawn cases a law.
struct RunPlan {
  std::vector<const Law*> laws;
  std::vector<const Subject*> subjects;
  std::vector<Scalar> scalars;
  std::uint64_t seed = 1;
  int cases = 20;
  int threads = 1;      ///< changes nothing but the time
  bool shrinks = true;  ///< else there are no counterexamples
  /// Run the designed cases of every law, too, in which all pairs of sizes meet.
  bool covers_sizes = false;
  /// A pair of sizes that no case of a task covered fails the run: where all laws are run.
  bool requires_sizes = false;
};

/// The error of one case in float32 and in float64: rounding shrinks with the scalar, a mistake
/// stays. Information: no verdict hangs on it.
struct Refinement {
  std::string law;
  std::string subject;
  int case_number = 0;
  Discrepancy in_float32;  ///< of the row that stands worst
  Discrepancy in_float64;  ///< likewise
};

struct RunResult {
  std::vector<Verdict> verdicts;  ///< by law, subject, scalar in the order of the plan
  /// One for each (law, subject) that broke, in the most exact scalar in which it did.
  std::vector<Counterexample> counterexamples;
  /// One for each (law, subject) beyond PASS in float32 or float64 that was asked the same case in
  /// both, of the case in which it stands worst; not where it gave no finite number.
  std::vector<Refinement> refinements{};
  /// Which sizes were covered, for each task with a goal and each subject that was run on it.
  struct Sizes {
    std::string subject;
    SizeCoverage coverage;
    bool required = false;  ///< the subject broke no law of the task, and all laws were run
  };
  std::vector<Sizes> sizes{};
  /// What the comparisons with the truth said of one subject in one scalar, over all laws.
  struct Judged {
    std::string subject;
    Scalar scalar = Scalar::digits50;
    std::vector<JudgedTensor> tensors;
    /// Tensors that were judged in no case.
    [[nodiscard]] std::vector<std::string> never_judged() const;
    /// Comparisons in all, and those without a judgement.
    [[nodiscard]] long compared() const;
    [[nodiscard]] long missing() const;
  };
  /// Of subjects and scalars that broke no law: what is wrong is not run to its end.
  [[nodiscard]] std::vector<Judged> judged() const;
  /// Tasks that a guest declares and that no case was of, which is a failure, as an idle law is.
  std::vector<std::string> unasked_tasks{};
  /// Laws that could have been run and were not, since others were named. Reports say how many.
  std::vector<std::string> laws_not_run{};
  /// Scalars that a foreign subject declares and that were not run, since others were named.
  std::vector<Scalar> scalars_not_run{};

  /// Laws that executed no case at all, though somebody claims what they ask.
  [[nodiscard]] std::vector<std::string> idle_laws() const;
  /// Subjects that executed laws of the protocol, or of costs, and none of those asked that judge
  /// answers: there is nothing to hold.
  [[nodiscard]] std::vector<std::string> idle_subjects() const;
  /// In words, what fails the run besides wrong cases: idle laws and subjects, tasks never asked,
  /// sizes that no case covered, tensors never judged, too many not judged, nothing
  /// executed.
  [[nodiscard]] std::vector<std::string> shortfalls() const;
  /// Nothing falls short.
  [[nodiscard]] bool executed_all() const;
  /// Every verdict holds, and all was executed.
  [[nodiscard]] bool holds() const;
};

/// Throws std::logic_error unless there is a verdict for each law, subject and scalar of the plan,
/// in their order, and in each of them every planned case is in exactly one count.
void require_accounted(const RunPlan& plan, const RunResult& result);

/// Called for each law before the first case, and after each case, by one thread at a time: the
/// law, its cases done and planned.
using Progress = std::function<void(const Law& law, int done, int planned)>;

/// Draws, asks, judges, shrinks. The result depends on the plan but not on its threads: a verdict's
/// counts end at its first wrong case, by number. A hang takes as long as a deadline, so a subject
/// that hung under a law is asked nothing more of it, and only its first law that hung is shrunk.
/// Throws what a generator or the truth throws; what a subject throws is a finding.
RunResult run(const RunPlan& plan, const Progress& progress = {});

}  // namespace slim::properties
