#include "properties/engine/engine.hpp"

#include "properties/engine/numbered_case.hpp"
#include "properties/engine/parallel.hpp"
#include "reference/vocabulary/contract.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

namespace slim::properties {
namespace {

/// One check: how it came out, and how many draws were put back before it.
struct Record {
  Finding finding;
  int attempt = 0;
};

/// One (subject, scalar) under one law.
struct Pair {
  const Subject* subject;
  Scalar scalar;
  std::vector<Record> records;   ///< by case number
  std::atomic<int> first_wrong;  ///< number of the first wrong case; all cases when there is none

  Pair(const Subject& of, Scalar in, int cases)
      : subject(&of), scalar(in), records(static_cast<std::size_t>(cases)), first_wrong(cases) {}

  void enter(int number, Record record) {
    const bool wrong = record.finding.outcome == Outcome::wrong;
    records[static_cast<std::size_t>(number)] = std::move(record);
    int first = first_wrong;
    while (wrong && number < first && !first_wrong.compare_exchange_weak(first, number)) {
    }
  }
};

/// Everything found under one law.
struct LawRun {
  const Law& law;
  int cases;
  std::vector<std::unique_ptr<Pair>> pairs;  ///< by subject, then scalar
  int done = 0;

  LawRun(const Law& of, const RunPlan& plan) : law(of), cases(plan.cases * of.share) {
    for (const Subject* subject : plan.subjects) {
      for (const Scalar scalar : plan.scalars) {
        pairs.push_back(std::make_unique<Pair>(*subject, scalar, cases));
      }
    }
  }
};

Record judged(NumberedCase& numbered, const Subject& subject, Scalar scalar) {
  const NumberedCase::Usable usable = numbered.usable(scalar);
  return {.finding = usable.trial == nullptr ? skipped(usable.reason)
                                             : check_safely(*usable.trial, subject, scalar),
          .attempt = usable.attempt};
}

/// Cases past a pair's first wrong one are left out: which ones were judged depends on the threads.
void run_case(LawRun& run, std::uint64_t seed, int number) {
  NumberedCase numbered(run.law, seed, number);
  for (const auto& pair : run.pairs) {
    if (number > pair->first_wrong || !run.law.asks(number, pair->scalar)) continue;
    pair->enter(number, judged(numbered, *pair->subject, pair->scalar));
  }
}

Verdict verdict_on(const LawRun& run, const Pair& pair) {
  Verdict verdict{.law = run.law.name,
                  .subject = pair.subject->name,
                  .scalar = pair.scalar,
                  .tally = {},
                  .judges_answers = run.law.judges_answers};
  Tally& tally = verdict.tally;
  for (int number = 0; number < run.cases; ++number) {
    if (!run.law.asks(number, pair.scalar)) continue;
    ++tally.cases;
    if (number > pair.first_wrong) {
      ++tally.not_run;
      continue;
    }
    const Record& record = pair.records[static_cast<std::size_t>(number)];
    tally.add(record.finding);
    tally.drawn_again += record.attempt;
  }
  require_accounted(tally);
  return verdict;
}

/// The pairs to shrink: for each subject that broke the law its most exact scalar, where a bug
/// shows without rounding around it.
std::vector<const Pair*> to_shrink(const LawRun& run) {
  std::vector<const Pair*> broken;
  for (const auto& pair : run.pairs) {
    if (pair->first_wrong == run.cases) continue;
    if (broken.empty() || broken.back()->subject != pair->subject) {
      broken.push_back(pair.get());
    } else if (unit_roundoff(pair->scalar) < unit_roundoff(broken.back()->scalar)) {
      broken.back() = pair.get();
    }
  }
  return broken;
}

/// What was seen first, of a subject that does it no more when it is asked again.
Finding seen_once(Finding finding) {
  finding.note += finding.note.empty() ? "did so" : ";";
  finding.note += " once, and not when it was asked again";
  return finding;
}

Counterexample counterexample(const LawRun& run, const Pair& pair, std::uint64_t seed) {
  const int number = pair.first_wrong;
  const Record& record = pair.records[static_cast<std::size_t>(number)];
  Counterexample found = shrunk(run.law, *pair.subject, pair.scalar,
                                NumberedCase(run.law, seed, number).draw(record.attempt));
  if (found.finding.outcome != Outcome::wrong) found.finding = seen_once(record.finding);
  found.case_number = number;
  found.file.metadata["seed"] = std::to_string(seed);
  return found;
}

void require_valid(const RunPlan& plan) {
  require(plan.cases >= 1, "cases is at least 1, not " + std::to_string(plan.cases));
  require(plan.threads >= 1, "threads is at least 1, not " + std::to_string(plan.threads));
  require(!plan.laws.empty() && !plan.subjects.empty() && !plan.scalars.empty(),
          "a run has at least one law, one subject and one scalar");
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
  std::mutex mutex;
  in_parallel(static_cast<int>(cases.size()), plan.threads, [&](int i) {
    const auto& [law_run, number] = cases[static_cast<std::size_t>(i)];
    run_case(*law_run, plan.seed, number);
    const std::lock_guard lock(mutex);
    ++law_run->done;
    if (progress) progress(law_run->law, law_run->done, law_run->cases);
  });

  RunResult result;
  result.may_claim_less = plan.may_claim_less;
  std::vector<std::pair<const LawRun*, const Pair*>> broken;
  for (const auto& law_run : runs) {
    for (const auto& pair : law_run->pairs) {
      result.verdicts.push_back(verdict_on(*law_run, *pair));
    }
    if (!plan.shrinks) continue;
    for (const Pair* pair : to_shrink(*law_run)) broken.emplace_back(law_run.get(), pair);
  }
  result.counterexamples.resize(broken.size());
  in_parallel(static_cast<int>(broken.size()), plan.threads, [&](int i) {
    const auto at = static_cast<std::size_t>(i);
    result.counterexamples[at] = counterexample(*broken[at].first, *broken[at].second, plan.seed);
  });
  return result;
}

std::vector<std::string> RunResult::idle_laws() const {
  const bool any_answer = std::ranges::any_of(verdicts, [](const Verdict& verdict) {
    return verdict.judges_answers && verdict.tally.executed() > 0;
  });
  std::vector<std::string> idle;
  for (const Verdict& verdict : verdicts) {
    const bool executed = std::ranges::any_of(verdicts, [&](const Verdict& other) {
      return other.law == verdict.law && other.tally.executed() > 0;
    });
    const bool excused = any_answer || !verdict.judges_answers;
    if (may_claim_less && verdict.unclaimed() && excused) continue;
    if (!executed && (idle.empty() || idle.back() != verdict.law)) idle.push_back(verdict.law);
  }
  return idle;
}

bool RunResult::holds() const {
  const bool any_executed = std::ranges::any_of(
      verdicts, [](const Verdict& verdict) { return verdict.tally.executed() > 0; });
  return any_executed && idle_laws().empty() &&
         std::ranges::all_of(verdicts, [](const Verdict& verdict) { return verdict.holds(); });
}

}  // namespace slim::properties
