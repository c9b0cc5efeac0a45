// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/engine.hpp"

#include "properties/engine/numbered_case.hpp"
#include "properties/engine/parallel.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <deque>
#include <iterator>
#include <limits>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>

namespace slim::properties {
namespace {

/// One check: its outcome, and how many draws were rejected before it.
struct Record {
  Finding finding;
  int attempt = 0;
  double seconds = 0.0;
  std::shared_ptr<const Extents> extents{};
};

bool is_hang(const Finding& finding) {
  return finding.outcome == Outcome::wrong && finding.failure == Failure::hang;
}

void lower(std::atomic<int>& least, int value) {
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

/// The skip of a case that cannot be judged, or that the subject does not claim.
Finding unusable_for(const NumberedCase::Usable& usable, const Subject& subject, Scalar scalar) {
  std::string unclaimed = usable.last->unclaimed_by(subject, scalar);
  return unclaimed.empty() ? skipped(usable.reason) : not_claimed(unclaimed);
}

/// The case at a place in the order in which a law's cases are run.
CaseId id_of(const LawRun& run, int place) {
  return place < run.drawn ? CaseId(place) : CaseId(place - run.drawn, true);
}

/// Whether a designed case of a law is run in a scalar of the plan: in float32 and float64, and in
/// narrower ones if the plan has neither.
bool is_designed_for(const Law& law, const RunPlan& plan, int row, Scalar scalar) {
  const auto runs = [&](Scalar in) { return std::ranges::count(plan.scalars, in) > 0; };
  const bool has_wide = runs(Scalar::float32) || runs(Scalar::float64);
  const bool is_wide = scalar == Scalar::float32 || scalar == Scalar::float64;
  if (scalar == Scalar::digits50) return false;
  if (!is_wide && (has_wide || !law.is_designed_for_narrow)) return false;
  if (!law.alternates_scalars || !runs(Scalar::float32) || !runs(Scalar::float64)) return true;
  const bool is_odd = (static_cast<std::uint64_t>(row) + plan.seed) % 2 == 1;
  return is_odd == (scalar == Scalar::float64);
}

/// The number of designed cases that are run in a scalar.
int designed_for(const Law& law, const RunPlan& plan, Scalar scalar) {
  if (!plan.covers_sizes || !law.designed) return 0;
  int number = 0;
  const int rows = law.designed();
  for (int row = 0; row < rows; ++row) {
    if (is_designed_for(law, plan, row, scalar)) ++number;
  }
  return number;
}

bool is_run_in(const LawRun& run, int place, Scalar scalar) {
  return place < run.drawn ? run.law.asks(place, scalar)
                           : is_designed_for(run.law, run.plan, place - run.drawn, scalar);
}

Record judged(NumberedCase& numbered, const Subject& subject, Scalar scalar) {
  const auto start = std::chrono::steady_clock::now();
  const NumberedCase::Usable usable = numbered.usable(scalar);
  Record record{.finding = usable.trial == nullptr ? unusable_for(usable, subject, scalar)
                                                   : check_safely(*usable.trial, subject, scalar),
                .attempt = usable.attempt};
  record.extents = usable.extents;
  record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return record;
}

void run_case(LawRun& run, std::uint64_t seed, int number) {
  NumberedCase numbered(run.law, seed, id_of(run, number));
  for (const auto& pair : run.pairs) {
    if (pair->leaves_out(number) || !is_run_in(run, number, pair->scalar)) continue;
    pair->enter(number, judged(numbered, *pair->subject, pair->scalar));
  }
}

Verdict verdict_on(const LawRun& run, const Pair& pair, int cases_a_law) {
  Verdict verdict{.law = run.law.name,
                  .subject = pair.subject->name,
                  .scalar = pair.scalar,
                  .tally = {},
                  .judges_answers = run.law.judges_answers,
                  .is_narrow = std::max(unit_roundoff(pair.scalar),
                                        pair.subject->capabilities.roundoff_of_factors) >
                               unit_roundoff(Scalar::float32)};
  Tally& tally = verdict.tally;
  tally.cases = run.law.cases_of(cases_a_law, pair.scalar);
  tally.cases += designed_for(run.law, run.plan, pair.scalar);
  for (int number = 0; number < run.cases; ++number) {
    if (!is_run_in(run, number, pair.scalar)) continue;
    if (pair.leaves_out(number)) {
      ++tally.not_run;
      continue;
    }
    const Record& record = pair.records[static_cast<std::size_t>(number)];
    tally.add(record.finding);
    tally.redrawn += record.attempt;
    verdict.seconds += record.seconds;
  }
  return verdict;
}

/// The pairs to shrink: for each subject that broke the law, the most exact scalar in which it did,
/// where rounding errors are smallest.
std::vector<const Pair*> to_shrink(const LawRun& run) {
  std::vector<const Pair*> broken;
  for (const auto& pair : run.pairs) {
    if (!pair->broke()) continue;
    if (broken.empty() || broken.back()->subject != pair->subject) {
      broken.push_back(pair.get());
    } else if (unit_roundoff(pair->scalar) < unit_roundoff(broken.back()->scalar)) {
      broken.back() = pair.get();
    }
  }
  return broken;
}

/// The pair of this subject in this scalar, or null.
const Pair* pair_of(const LawRun& run, const Subject* subject, Scalar scalar) {
  const auto found = std::ranges::find_if(run.pairs, [&](const std::unique_ptr<Pair>& pair) {
    return pair->subject == subject && pair->scalar == scalar;
  });
  return found == run.pairs.end() ? nullptr : found->get();
}

bool is_beyond_pass(const Record& record) {
  const Outcome outcome = record.finding.outcome;
  return outcome != Outcome::pass && outcome != Outcome::skipped;
}

bool has_finite_error(const Record& record) {
  return record.finding.outcome != Outcome::skipped && record.finding.has_numbers() &&
         std::isfinite(record.finding.worst.error);
}

/// The sizes of a goal that a subject's cases covered, over all laws of the task and all scalars.
RunResult::Sizes sizes_of(const SizeGoal& goal, std::span<const std::unique_ptr<LawRun>> runs,
                          const Subject& subject, bool all_laws) {
  RunResult::Sizes sizes{
      .subject = subject.name, .coverage = SizeCoverage(goal), .required = all_laws};
  bool executed = false;
  bool has_designed = false;
  for (const auto& run : runs) {
    if (run->law.task != goal.task) continue;
    has_designed = has_designed || std::ranges::any_of(run->plan.scalars, [&](Scalar scalar) {
                     return designed_for(run->law, run->plan, scalar) > 0;
                   });
    for (const auto& pair : run->pairs) {
      if (pair->subject != &subject) continue;
      if (pair->broke()) sizes.required = false;
      for (int number = 0; number < run->cases; ++number) {
        const Record& record = pair->records[static_cast<std::size_t>(number)];
        if (pair->leaves_out(number) || record.extents == nullptr) continue;
        if (record.finding.outcome != Outcome::skipped) {
          executed = true;
          sizes.coverage.add(*record.extents);
        } else if (record.finding.claimed) {
          sizes.coverage.excuse(*record.extents);
        }
      }
    }
  }
  sizes.required = sizes.required && executed && has_designed;
  return sizes;
}

/// One entry for each goal of the laws and each subject that executed a case of its task.
std::vector<RunResult::Sizes> all_sizes(const RunPlan& plan,
                                        std::span<const std::unique_ptr<LawRun>> runs) {
  std::vector<RunResult::Sizes> all;
  std::set<std::string> tasks;
  for (const auto& run : runs) {
    if (!run->law.size_goal || !tasks.insert(run->law.task).second) continue;
    for (const Subject* subject : plan.subjects) {
      RunResult::Sizes sizes = sizes_of(run->law.size_goal(), runs, *subject, plan.requires_sizes);
      if (!sizes.coverage.ranges().empty()) all.push_back(std::move(sizes));
    }
  }
  return all;
}

/// Uses the cases up to the first wrong one, which are the same for any number of threads.
std::optional<Refinement> refinement_of(const LawRun& run, const Subject& subject) {
  const Pair* coarse = pair_of(run, &subject, Scalar::float32);
  const Pair* fine = pair_of(run, &subject, Scalar::float64);
  if (coarse == nullptr || fine == nullptr) return std::nullopt;
  const int end = std::min({coarse->first_wrong + 1, fine->first_wrong + 1, run.cases});
  std::optional<Refinement> worst;
  for (int number = 0; number < end; ++number) {
    if (coarse->leaves_out(number) || fine->leaves_out(number)) continue;
    const Record& one = coarse->records[static_cast<std::size_t>(number)];
    const Record& other = fine->records[static_cast<std::size_t>(number)];
    if (!is_beyond_pass(one) && !is_beyond_pass(other)) continue;
    if (one.attempt != other.attempt || !has_finite_error(one) || !has_finite_error(other)) {
      continue;
    }
    const Discrepancy& larger =
        worse(one.finding.worst, other.finding.worst) ? one.finding.worst : other.finding.worst;
    const bool is_worst =
        !worst || (worse(larger, worst->in_float32) && worse(larger, worst->in_float64));
    if (!is_worst) continue;
    worst = Refinement{.law = run.law.name,
                       .subject = subject.name,
                       .case_number = number,
                       .in_float32 = one.finding.worst,
                       .in_float64 = other.finding.worst};
  }
  return worst;
}

/// The original finding, if the failure does not recur.
Finding unreproduced(Finding finding) {
  finding.note += finding.note.empty() ? "did so" : ";";
  finding.note += " once, but not when it ran again";
  return finding;
}

const Record& first_record(const Pair& pair) {
  return pair.records[static_cast<std::size_t>(static_cast<int>(pair.first_wrong))];
}

/// A case by its number, and its check.
struct CheckedCase {
  int number;
  const Record* record;
};

Counterexample counterexample(const LawRun& run, const Pair& pair, std::uint64_t seed,
                              const CheckedCase& of, bool shrinks) {
  const Record& record = *of.record;
  std::unique_ptr<Draw> draw =
      NumberedCase(run.law, seed, id_of(run, of.number)).draw(record.attempt);
  Counterexample found = shrinks
                             ? shrunk(run.law, *pair.subject, pair.scalar, std::move(draw))
                             : unshrunk(run.law, *pair.subject, pair.scalar, *draw, record.finding);
  if (found.finding.outcome != Outcome::wrong) {
    const bool is_by_chance = record.finding.failure == Failure::non_deterministic;
    found.finding = is_by_chance ? record.finding : unreproduced(record.finding);
  }
  found.case_number = of.number;
  found.file.metadata["seed"] = std::to_string(seed);
  return found;
}

/// The largest failure that another fault causes in the cases that were not run after the first
/// wrong one: one with numbers if that was a crash or an error, or one with a far larger error. So
/// that a crash at one size or a small error everywhere does not hide a larger fault.
std::optional<Counterexample> failure_of_another_fault(const LawRun& run, const Pair& pair,
                                                       std::uint64_t seed) {
  constexpr int most_cases = 20;           // each of the stratified sizes
  constexpr int most_without_numbers = 4;  // a crash costs the start of a process
  constexpr double least_times = 1e4;      // of the first error, relative to its bound
  const Finding& first = first_record(pair).finding;
  const auto is_of_another = [&](const Finding& finding) {
    if (finding.outcome != Outcome::wrong || !finding.has_numbers()) return false;
    if (!first.has_numbers()) return true;
    return finding.failure == Failure::wrong &&
           finding.worst.ratio() > least_times * first.worst.ratio();
  };
  int number = pair.first_wrong;
  int without_numbers = 0;
  const int end = std::min(run.drawn, number + 1 + most_cases);
  std::optional<std::pair<int, Record>> largest;
  while (++number < end && without_numbers < most_without_numbers) {
    if (!is_run_in(run, number, pair.scalar)) continue;
    NumberedCase numbered(run.law, seed, id_of(run, number));
    Record record = judged(numbered, *pair.subject, pair.scalar);
    if (is_hang(record.finding)) break;
    without_numbers += record.finding.has_numbers() ? 0 : 1;
    if (!is_of_another(record.finding)) continue;
    if (largest && !worse(record.finding.worst, largest->second.finding.worst)) continue;
    largest = {number, std::move(record)};
  }
  if (!largest) return std::nullopt;
  return counterexample(run, pair, seed, {largest->first, &largest->second}, true);
}

void require_valid(const RunPlan& plan) {
  require(plan.cases >= 1, "cases is " + std::to_string(plan.cases) + ", but must be at least 1");
  require(plan.threads >= 1,
          "threads is " + std::to_string(plan.threads) + ", but must be at least 1");
  require(!plan.laws.empty() && !plan.subjects.empty() && !plan.scalars.empty(),
          "a run needs at least one law, one subject and one scalar");
}

}  // namespace

RunResult run(const RunPlan& plan, const Progress& progress) {
  require_valid(plan);
  std::vector<std::unique_ptr<LawRun>> runs;
  std::vector<std::pair<LawRun*, int>> cases;
  for (const Law* law : plan.laws) {
    runs.push_back(std::make_unique<LawRun>(*law, plan));
    for (int number = 0; number < runs.back()->cases; ++number) {
      cases.emplace_back(runs.back().get(), number);
    }
  }
  // All laws advance together, so that the remaining time can be estimated; each in the order of
  // its numbers, since nothing runs after the first wrong case.
  std::ranges::stable_sort(cases, {}, [](const std::pair<LawRun*, int>& of) {
    return (of.second + 0.5) / of.first->cases;
  });
  if (progress) {
    for (const auto& law_run : runs) progress(law_run->law, 0, law_run->cases);
  }
  std::mutex mutex;
  in_parallel(static_cast<int>(cases.size()), plan.threads, [&](int i) {
    const auto& [law_run, number] = cases[static_cast<std::size_t>(i)];
    run_case(*law_run, plan.seed, number);
    const std::lock_guard lock(mutex);
    ++law_run->done;
    if (progress) progress(law_run->law, law_run->done, law_run->cases);
  });

  RunResult result;
  std::vector<std::pair<const LawRun*, const Pair*>> broken;
  for (const auto& law_run : runs) {
    for (const auto& pair : law_run->pairs) {
      result.verdicts.push_back(verdict_on(*law_run, *pair, plan.cases));
    }
    for (const Subject* subject : plan.subjects) {
      std::optional<Refinement> refinement = refinement_of(*law_run, *subject);
      if (refinement) result.refinements.push_back(*std::move(refinement));
    }
    if (!plan.shrinks) continue;
    for (const Pair* pair : to_shrink(*law_run)) broken.emplace_back(law_run.get(), pair);
  }
  require_accounted(plan, result);
  if (plan.covers_sizes) result.sizes = all_sizes(plan, runs);
  const auto hung = [](const auto& of) { return is_hang(first_record(*of.second).finding); };
  const auto first_hung = std::ranges::find_if(broken, hung);
  std::vector<std::vector<Counterexample>> found(broken.size());
  in_parallel(static_cast<int>(broken.size()), plan.threads, [&](int i) {
    const auto at = broken.begin() + i;
    const auto& [law_run, pair] = *at;
    std::vector<Counterexample>& of_pair = found[static_cast<std::size_t>(i)];
    const CheckedCase first{.number = pair->first_wrong, .record = &first_record(*pair)};
    of_pair.push_back(
        counterexample(*law_run, *pair, plan.seed, first, at == first_hung || !hung(*at)));
    if (hung(*at)) return;
    auto other = failure_of_another_fault(*law_run, *pair, plan.seed);
    if (other) of_pair.push_back(*std::move(other));
  });
  for (std::vector<Counterexample>& of_pair : found) {
    std::ranges::move(of_pair, std::back_inserter(result.counterexamples));
  }
  return result;
}

void require_accounted(const RunPlan& plan, const RunResult& result) {
  auto verdict = result.verdicts.begin();
  for (const Law* law : plan.laws) {
    for (const Subject* subject : plan.subjects) {
      for (const Scalar scalar : plan.scalars) {
        if (verdict == result.verdicts.end() || verdict->law != law->name ||
            verdict->subject != subject->name || verdict->scalar != scalar) {
          throw std::logic_error("the planned verdict on " + law->name + " of " + subject->name +
                                 " in " + std::string(name(scalar)) + " is missing");
        }
        const int designed = designed_for(*law, plan, scalar);
        if (verdict->tally.cases != law->cases_of(plan.cases, scalar) + designed) {
          throw std::logic_error(law->name + " has a different number of cases than planned");
        }
        require_accounted((verdict++)->tally);
      }
    }
  }
  if (verdict != result.verdicts.end()) throw std::logic_error("a verdict was not planned");
}

}  // namespace slim::properties
