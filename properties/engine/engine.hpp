#pragma once

#include "properties/engine/law.hpp"
#include "properties/engine/shrink.hpp"
#include "properties/engine/verdict.hpp"

#include <functional>

namespace slim::properties {

/// What to run: every law on every subject in every scalar, `cases` drawn cases a law.
struct RunPlan {
  std::vector<const Law*> laws;
  std::vector<const Subject*> subjects;
  std::vector<Scalar> scalars;
  std::uint64_t seed = 1;
  int cases = 20;
  int threads = 1;      ///< changes nothing but the time
  bool shrinks = true;  ///< else there are no counterexamples
  /// Whether a law of which nobody claims anything holds: a guest need not offer everything.
  bool may_claim_less = false;
};

struct RunResult {
  std::vector<Verdict> verdicts;  ///< by law, subject, scalar in the order of the plan
  /// One for each (law, subject) that broke, in the most exact scalar in which it did.
  std::vector<Counterexample> counterexamples;
  bool may_claim_less = false;  ///< as planned
  /// Tasks that a guest declares and that no case was of, which is a failure, as an idle law is.
  std::vector<std::string> unasked_tasks{};

  /// Laws that executed no case at all, which is a failure. One that nobody claims is excused where
  /// less may be claimed, but not all at once: where no answer was judged, there is nothing to hold.
  [[nodiscard]] std::vector<std::string> idle_laws() const;
  /// Something was executed, by every law and of every declared task.
  [[nodiscard]] bool executed_all() const;
  /// Every verdict holds, and all was executed.
  [[nodiscard]] bool holds() const;
};

/// Called after each case, by one thread at a time: the law, its cases done and planned.
using Progress = std::function<void(const Law& law, int done, int planned)>;

/// Draws, asks, judges, shrinks. The result depends on the plan but not on its threads: a verdict's
/// counts end at its first wrong case, by number. A hang takes as long as a deadline, so a subject
/// that hung under a law is asked nothing more of it, and only its first law that hung is shrunk.
/// Throws what a generator or the truth throws; what a subject throws is a finding.
RunResult run(const RunPlan& plan, const Progress& progress = {});

}  // namespace slim::properties
