#include "properties/engine/engine.hpp"

#include "properties/engine/numbered_case.hpp"
#include "properties/engine/parallel.hpp"
#include "reference/vocabulary/contract.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <limits>
#include <mutex>

namespace slim::properties {
namespace {

/// One check: how it came out, and how many draws were put back before it.
struct Record {
  Finding finding;
  int attempt = 0;
};

bool is_hang(const Finding& finding) {
  return finding.outcome == Outcome::wrong && finding.failure == Failure::hang;
}

void lower(std::atomic<int>& least, int value) {
  int now = least;
  while (value < now && !least.compare_exchange_weak(now, value)) {
  }
}

/// The first check of a subject under a law that hung, in the order of cases, then scalars: those
/// after it are not run, since each would take as long.
using FirstHang = std::atomic<int>;

/// One (subject, scalar) under one law.
struct Pair {
  const Subject* subject;
  Scalar scalar;
  int place;   ///< of the scalar,
  int places;  ///< of so many
  FirstHang* first_hang;
  std::vector<Record> records;   ///< by case number
  std::atomic<int> first_wrong;  ///< number of the first wrong case; all cases when there is none

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
  /// Whether the case is after the first wrong one, or after a hang. Which of these were judged
  /// depends on the threads.
  [[nodiscard]] bool leaves_out(int number) const {
    return number > first_wrong || number * places + place > *first_hang;
  }
  [[nodiscard]] bool broke() const {
    const int first = first_wrong;
    return static_cast<std::size_t>(first) < records.size() && !leaves_out(first);
  }
};

/// Everything found under one law.
struct LawRun {
  const Law& law;
  int cases;
  std::vector<std::unique_ptr<Pair>> pairs;  ///< by subject, then scalar
  std::deque<FirstHang> first_hangs;         ///< by subject
  int done = 0;

  LawRun(const Law& of, const RunPlan& plan) : law(of), cases(plan.cases * of.share) {
    const int scalars = static_cast<int>(plan.scalars.size());
    for (const Subject* subject : plan.subjects) {
      FirstHang& hang = first_hangs.emplace_back(std::numeric_limits<int>::max());
      for (int place = 0; place < scalars; ++place) {
        pairs.push_back(std::make_unique<Pair>(plan, *subject, place, hang, cases));
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

void run_case(LawRun& run, std::uint64_t seed, int number) {
  NumberedCase numbered(run.law, seed, number);
  for (const auto& pair : run.pairs) {
    if (pair->leaves_out(number) || !run.law.asks(number, pair->scalar)) continue;
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
    if (pair.leaves_out(number)) {
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
    if (!pair->broke()) continue;
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

const Record& first_record(const Pair& pair) {
  return pair.records[static_cast<std::size_t>(static_cast<int>(pair.first_wrong))];
}

Counterexample counterexample(const LawRun& run, const Pair& pair, std::uint64_t seed,
                              bool shrinks) {
  const int number = pair.first_wrong;
  const Record& record = first_record(pair);
  std::unique_ptr<Draw> draw = NumberedCase(run.law, seed, number).draw(record.attempt);
  Counterexample found = shrinks
                             ? shrunk(run.law, *pair.subject, pair.scalar, std::move(draw))
                             : unshrunk(run.law, *pair.subject, pair.scalar, *draw, record.finding);
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
  const auto hung = [](const auto& of) { return is_hang(first_record(*of.second).finding); };
  const auto first_hung = std::ranges::find_if(broken, hung);
  result.counterexamples.resize(broken.size());
  in_parallel(static_cast<int>(broken.size()), plan.threads, [&](int i) {
    const auto at = broken.begin() + i;
    const bool shrinks = at == first_hung || !hung(*at);
    result.counterexamples[static_cast<std::size_t>(i)] =
        counterexample(*at->first, *at->second, plan.seed, shrinks);
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

bool RunResult::executed_all() const {
  const bool any_executed = std::ranges::any_of(
      verdicts, [](const Verdict& verdict) { return verdict.tally.executed() > 0; });
  return any_executed && idle_laws().empty() && unasked_tasks.empty();
}

bool RunResult::holds() const {
  return executed_all() &&
         std::ranges::all_of(verdicts, [](const Verdict& verdict) { return verdict.holds(); });
}

}  // namespace slim::properties
