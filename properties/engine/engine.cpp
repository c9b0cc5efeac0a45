#include "properties/engine/engine.hpp"

#include "properties/engine/numbered_case.hpp"
#include "properties/engine/parallel.hpp"
#include "reference/vocabulary/contract.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace slim::properties {
namespace {

/// One check: how it came out, and how many draws were put back before it.
struct Record {
  Finding finding;
  int attempt = 0;
  double seconds = 0.0;
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
  const auto start = std::chrono::steady_clock::now();
  const NumberedCase::Usable usable = numbered.usable(scalar);
  Record record{.finding = usable.trial == nullptr ? skipped(usable.reason)
                                                   : check_safely(*usable.trial, subject, scalar),
                .attempt = usable.attempt};
  record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return record;
}

/// Cases past a pair's first wrong one are left out: which ones were judged depends on the threads.
void run_case(LawRun& run, std::uint64_t seed, int number) {
  NumberedCase numbered(run.law, seed, number);
  for (const auto& pair : run.pairs) {
    if (number > pair->first_wrong || !run.law.asks(number, pair->scalar)) continue;
    pair->enter(number, judged(numbered, *pair->subject, pair->scalar));
  }
}

Verdict verdict_on(const LawRun& run, const Pair& pair, int cases_a_law) {
  Verdict verdict{.law = run.law.name,
                  .subject = pair.subject->name,
                  .scalar = pair.scalar,
                  .tally = {},
                  .of_protocol = run.law.of_protocol};
  Tally& tally = verdict.tally;
  tally.cases = run.law.cases_of(cases_a_law, pair.scalar);
  for (int number = 0; number < run.cases; ++number) {
    if (!run.law.asks(number, pair.scalar)) continue;
    if (number > pair.first_wrong) {
      ++tally.not_run;
      continue;
    }
    const Record& record = pair.records[static_cast<std::size_t>(number)];
    tally.add(record.finding);
    tally.drawn_again += record.attempt;
    verdict.seconds += record.seconds;
  }
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

/// Of the cases up to the first wrong one, which are the same for any number of threads.
std::optional<Refinement> refinement_of(const LawRun& run, const Subject& subject) {
  const Pair* coarse = pair_of(run, &subject, Scalar::float32);
  const Pair* fine = pair_of(run, &subject, Scalar::float64);
  if (coarse == nullptr || fine == nullptr) return std::nullopt;
  const int end = std::min({coarse->first_wrong + 1, fine->first_wrong + 1, run.cases});
  std::optional<Refinement> worst;
  for (int number = 0; number < end; ++number) {
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
  result.counterexamples.resize(broken.size());
  in_parallel(static_cast<int>(broken.size()), plan.threads, [&](int i) {
    const auto at = static_cast<std::size_t>(i);
    result.counterexamples[at] = counterexample(*broken[at].first, *broken[at].second, plan.seed);
  });
  return result;
}

void require_accounted(const RunPlan& plan, const RunResult& result) {
  auto verdict = result.verdicts.begin();
  for (const Law* law : plan.laws) {
    for (const Subject* subject : plan.subjects) {
      for (const Scalar scalar : plan.scalars) {
        if (verdict == result.verdicts.end() || verdict->law != law->name ||
            verdict->subject != subject->name || verdict->scalar != scalar) {
          throw std::logic_error("no verdict on " + law->name + " of " + subject->name + " in " +
                                 std::string(name(scalar)) + ", which was planned");
        }
        if (verdict->tally.cases != law->cases_of(plan.cases, scalar)) {
          throw std::logic_error(law->name + " has another number of cases than was planned");
        }
        require_accounted((verdict++)->tally);
      }
    }
  }
  if (verdict != result.verdicts.end()) throw std::logic_error("a verdict that was not planned");
}

std::vector<std::string> RunResult::idle_laws() const {
  std::vector<std::string> idle;
  for (const Verdict& verdict : verdicts) {
    const bool executed = std::ranges::any_of(verdicts, [&](const Verdict& other) {
      return other.law == verdict.law && other.tally.executed() > 0;
    });
    if (executed || verdict.unclaimed()) continue;
    if (idle.empty() || idle.back() != verdict.law) idle.push_back(verdict.law);
  }
  return idle;
}

std::vector<std::string> RunResult::idle_subjects() const {
  std::vector<std::string> idle;
  if (std::ranges::none_of(verdicts, &Verdict::of_protocol)) return idle;
  for (const Verdict& verdict : verdicts) {
    const auto has = [&](bool of_protocol, bool executed) {
      return std::ranges::any_of(verdicts, [&](const Verdict& other) {
        return other.subject == verdict.subject && other.of_protocol == of_protocol &&
               (other.tally.executed() > 0) == executed;
      });
    };
    const bool is_known = std::ranges::find(idle, verdict.subject) != idle.end();
    if (is_known || !has(true, true) || has(false, true) || !has(false, false)) continue;
    idle.push_back(verdict.subject);
  }
  return idle;
}

bool RunResult::executes_something() const {
  return std::ranges::any_of(verdicts,
                             [](const Verdict& verdict) { return verdict.tally.executed() > 0; });
}

std::vector<std::string> RunResult::shortfalls() const {
  std::vector<std::string> all;
  if (!executes_something()) all.emplace_back("nothing was executed");
  for (const std::string& law : idle_laws()) {
    all.push_back("law " + law + " executed no case, though what it asks is claimed");
  }
  for (const std::string& subject : idle_subjects()) {
    all.push_back("subject " + subject +
                  " executed nothing but the law of the protocol: it claims nothing that another "
                  "law asks");
  }
  return all;
}

bool RunResult::holds() const {
  return shortfalls().empty() &&
         std::ranges::all_of(verdicts, [](const Verdict& verdict) { return verdict.holds(); });
}

}  // namespace slim::properties
