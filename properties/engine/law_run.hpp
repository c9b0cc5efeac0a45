// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/engine.hpp"
#include "properties/engine/numbered_case.hpp"

#include <atomic>
#include <deque>
#include <limits>
#include <memory>
#include <span>
#include <vector>

namespace slim::properties {

/// One check: its outcome, and how many draws were rejected before it.
struct Record {
  Finding finding;
  int attempt = 0;
  double seconds = 0.0;
  std::shared_ptr<const Extents> extents{};
};

inline bool is_hang(const Finding& finding) {
  return finding.outcome == Outcome::wrong && finding.failure == Failure::hang;
}

inline void lower(std::atomic<int>& least, int value) {
  int now = least;
  while (value < now && !least.compare_exchange_weak(now, value)) {
  }
}

/// The first check of a subject under a law that hung, in the order of cases, then scalars. Later
/// ones are not run, since each could take a whole deadline.
using FirstHang = std::atomic<int>;

/// One (subject, scalar) under one law.
struct Pair {
  const Subject* subject;
  Scalar scalar;
  int place;   ///< index of the scalar
  int places;  ///< number of scalars
  FirstHang* first_hang;
  std::vector<Record> records;   ///< by case number
  std::atomic<int> first_wrong;  ///< number of the first wrong case; number of cases if none

  Pair(const RunPlan& plan, const Subject& of, int scalar_place, FirstHang& hang, int cases)
      : subject(&of),
        scalar(plan.scalars[static_cast<std::size_t>(scalar_place)]),
        place(scalar_place),
        places(static_cast<int>(plan.scalars.size())),
        first_hang(&hang),
        records(static_cast<std::size_t>(cases)),
        first_wrong(cases) {}

  void enter(int number, Record record) {
    if (is_hang(record.finding)) lower(*first_hang, number * places + place);
    const bool wrong = record.finding.outcome == Outcome::wrong;
    records[static_cast<std::size_t>(number)] = std::move(record);
    if (wrong) lower(first_wrong, number);
  }
  /// Whether the case is after the first wrong one, or after a hang. Which of these have run
  /// depends on the threads.
  [[nodiscard]] bool leaves_out(int number) const {
    return number > first_wrong || number * places + place > *first_hang;
  }
  [[nodiscard]] bool broke() const {
    const int first = first_wrong;
    return static_cast<std::size_t>(first) < records.size() && !leaves_out(first);
  }
};

/// All records of one law.
struct LawRun {
  const Law& law;
  const RunPlan& plan;
  int drawn;  ///< number of drawn cases, which come before the designed ones
  int cases;
  std::vector<std::unique_ptr<Pair>> pairs;  ///< by subject, then scalar
  std::deque<FirstHang> first_hangs;         ///< by subject
  int done = 0;

  LawRun(const Law& of, const RunPlan& in)
      : law(of),
        plan(in),
        drawn(plan.cases * of.share),
        cases(drawn + (plan.covers_sizes && of.designed ? of.designed() : 0)) {
    const int scalars = static_cast<int>(plan.scalars.size());
    for (const Subject* subject : plan.subjects) {
      FirstHang& hang = first_hangs.emplace_back(std::numeric_limits<int>::max());
      for (int place = 0; place < scalars; ++place) {
        pairs.push_back(std::make_unique<Pair>(plan, *subject, place, hang, cases));
      }
    }
  }
};

/// The case at a place in the order in which a law's cases are run.
CaseId id_of(const LawRun& run, int place);
/// The number of designed cases that are run in a scalar: in float32 and float64, and in narrower
/// ones if the plan has neither.
int designed_for(const Law& law, const RunPlan& plan, Scalar scalar);
bool is_run_in(const LawRun& run, int place, Scalar scalar);
/// Checks a subject on a case, redrawn until it can be judged.
Record judged(NumberedCase& numbered, const Subject& subject, Scalar scalar);

/// The failures of a run, shrunk: RunResult::counterexamples.
std::vector<Counterexample> counterexamples_of(const RunPlan& plan,
                                               std::span<const std::unique_ptr<LawRun>> runs);

}  // namespace slim::properties
