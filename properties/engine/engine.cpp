// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/engine.hpp"

#include "properties/engine/law_run.hpp"
#include "properties/engine/parallel.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>

namespace slim::properties {
namespace {

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
  for (const auto& law_run : runs) {
    for (const auto& pair : law_run->pairs) {
      result.verdicts.push_back(verdict_on(*law_run, *pair, plan.cases));
    }
    for (const Subject* subject : plan.subjects) {
      std::optional<Refinement> refinement = refinement_of(*law_run, *subject);
      if (refinement) result.refinements.push_back(*std::move(refinement));
    }
  }
  require_accounted(plan, result);
  if (plan.covers_sizes) result.sizes = all_sizes(plan, runs);
  if (plan.shrinks) result.counterexamples = counterexamples_of(plan, runs);
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
